// The simulated link: exact times, faults by name, and the word that every transport keeps.

import { transportCases } from "@sluice/net/kit";
import { type SimConnection, type SimLink, simulate, Simulation } from "@sluice/net/sim";
import { describe, expect, it } from "vitest";

interface World {
  readonly sim: Simulation;
  readonly link: SimLink;
  readonly connection: SimConnection;
  /** What each side heard, as `time what`. */
  readonly near: string[];
  readonly far: string[];
}

function world(conditions: Parameters<Simulation["link"]>[0] = {}, seed = 1): World {
  const sim = new Simulation({ seed });
  const link = sim.link(conditions);
  const connection = link.pair();
  const [near, far] = [listening(sim, connection.near), listening(sim, connection.far)];
  return { sim, link, connection, near, far };
}

function listening(sim: Simulation, transport: SimConnection["near"]): string[] {
  const heard: string[] = [];
  transport.onMessage((message) => heard.push(`${sim.now()} ${message.length} B`));
  transport.onRoom(() => heard.push(`${sim.now()} room`));
  transport.onClose((end) => heard.push(`${sim.now()} ${end.code} by ${end.by}`));
  return heard;
}

const bytes = (length: number): Uint8Array => new Uint8Array(length);

for (const [name, conditions] of [
  ["at once", {}],
  ["slow, far and unsteady", { delayMs: 20, jitterMs: 30, bytesPerMs: 10_000 }],
] as const) {
  describe(`transport over a link ${name}`, () => {
    for (const transportCase of transportCases) {
      it(transportCase.name, async () => {
        const run = simulate({ seed: 3 }, (sim) => {
          const link = sim.link(conditions);
          return transportCase.run(async () => {
            const { near, far } = link.pair();
            return [near, far];
          });
        });
        await expect(run).resolves.toMatchObject({ seed: 3 });
      });
    }
  });
}

describe("SimLink", () => {
  it("delivers after the time of the bytes and the delay, exactly", () => {
    const { sim, connection, near, far } = world({ delayMs: 30, bytesPerMs: 100 });
    connection.near.send(bytes(1000));
    connection.near.send(bytes(500));
    connection.far.send(bytes(100));
    sim.advance(1000);
    expect(far).toEqual(["40 1000 B", "45 500 B"]);
    expect(near).toEqual(["31 100 B"]);
  });

  it("shares its bandwidth between connections, message by message", () => {
    const { sim, link, connection, far } = world({ bytesPerMs: 100 });
    const second = link.pair();
    const heard = listening(sim, second.far);
    for (let i = 0; i < 3; i++) connection.near.send(bytes(1000));
    for (let i = 0; i < 3; i++) second.near.send(bytes(1000));
    sim.advance(1000);
    expect(far).toEqual(["10 1000 B", "30 1000 B", "50 1000 B"]);
    expect(heard).toEqual(["20 1000 B", "40 1000 B", "60 1000 B"]);
  });

  it("changes its rate in the middle of a message: what is left goes at the new one", () => {
    const { sim, link, connection, far } = world({ bytesPerMs: 100 });
    connection.near.send(bytes(1000));
    sim.advance(4);
    link.set({ bytesPerMs: 10 });
    sim.advance(10);
    link.set({ bytesPerMs: 250 });
    sim.advance(100);
    expect(far).toEqual(["16 1000 B"]); // 400 in 4 ms, 100 in 10 ms, 500 in 2 ms
  });

  it("changes its rate twice at the same moment", () => {
    const { sim, link, connection, far } = world({ bytesPerMs: 100 });
    connection.near.send(bytes(1000));
    sim.advance(4);
    link.set({ bytesPerMs: Number.POSITIVE_INFINITY });
    link.set({ bytesPerMs: 50 });
    sim.advance(100);
    expect(far).toEqual(["16 1000 B"]); // 400 in 4 ms, 600 in 12 ms
  });

  it("may differ by direction", () => {
    const { sim, link, connection, near, far } = world();
    link.set({ delayMs: 40 }, { from: "server" });
    connection.near.send(bytes(1));
    connection.far.send(bytes(2));
    sim.advance(100);
    expect([far, near]).toEqual([["0 1 B"], ["40 2 B"]]);
  });

  it("keeps messages in order, however much the delay varies", () => {
    const { sim, connection, far } = world({ delayMs: 5, jitterMs: 100 });
    for (let i = 1; i <= 50; i++) connection.near.send(bytes(i));
    sim.advance(1000);
    expect(far.map((line) => line.split(" ")[1])).toEqual(Array.from({ length: 50 }, (_, i) => `${i + 1}`));
    const times = far.map((line) => Number(line.split(" ")[0]));
    expect(new Set(times).size).toBeGreaterThan(3);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it("has room for its capacity, and tells of room when half of it is free", () => {
    const { sim, connection, near } = world({ bytesPerMs: 10, capacity: 1000 });
    expect(connection.near.send(bytes(600))).toBe(400);
    expect(connection.near.send(bytes(600))).toBe(0);
    sim.advance(59);
    expect(near).toEqual([]);
    sim.advance(1000);
    expect(near).toEqual(["120 room"]);
  });

  it("ends a connection whose sender ignores that there is no room", () => {
    const { sim, connection, near, far } = world({ bytesPerMs: 10, capacity: 1000 });
    for (let i = 0; i < 4; i++) connection.near.send(bytes(1 << 20));
    sim.advance(1);
    expect(near).toEqual(["0 1008 by us"]);
    expect(far).toEqual(["0 1006 by network"]);
  });

  it.each([
    [{ delayMs: -1 }, "Cannot make a link with delayMs -1: it must be a finite number >= 0"],
    [{ jitterMs: Number.NaN }, "Cannot make a link with jitterMs NaN: it must be a finite number >= 0"],
    [
      { bytesPerMs: 0 },
      "Cannot make a link of 0 bytes a millisecond: it must be above 0; hold() stops a link",
    ],
    [{ capacity: 0 }, "Cannot make a link with a capacity of 0 bytes: it must be an integer >= 1"],
  ])("refuses what no link can be: %j", (conditions, message) => {
    expect(() => world(conditions)).toThrow(new RangeError(message));
  });

  it("connects after a round trip, and is refused where nobody listens", async () => {
    await simulate({ seed: 1 }, async (sim) => {
      const link = sim.link({ delayMs: 20 });
      await expect(link.connect()).rejects.toMatchObject({ code: "CONNECT_FAILED" });
      expect(sim.now()).toBe(40);
      link.listen((transport) => transport.onMessage((message) => transport.send(message)));
      const transport = await link.connect();
      const echo = new Promise((resolve) => transport.onMessage(resolve));
      transport.send(bytes(3));
      expect(await echo).toHaveLength(3);
      expect(sim.now()).toBe(120);
    });
  });
});

describe("SimConnection", () => {
  it("cut loses what is under way and tells both sides", () => {
    const { sim, connection, near, far } = world({ delayMs: 10 });
    connection.near.send(bytes(100));
    sim.advance(5);
    connection.cut();
    expect(connection.near.send(bytes(1))).toBeGreaterThan(0); // it has not heard yet
    sim.advance(100);
    expect([near, far]).toEqual([["5 1006 by network"], ["5 1006 by network"]]);
    expect(connection.isOver).toBe(true);
    expect(connection.near.send(bytes(1))).toBe(0);
  });

  it("cut lets arrive what lies whole within the bytes named: a torn message is never delivered", () => {
    for (const [arrives, expected] of [
      [0, []],
      [99, []],
      [100, ["100 B"]],
      [299, ["100 B"]],
      [300, ["100 B", "200 B"]],
      [10_000, ["100 B", "200 B", "300 B"]],
    ] as const) {
      const { sim, connection, far } = world({ delayMs: 10, bytesPerMs: 100 });
      for (const length of [100, 200, 300]) connection.near.send(bytes(length));
      sim.advance(3.5); // one flies, one is half on the link, one waits
      connection.cut({ arrives: { client: arrives } });
      sim.advance(100);
      expect(far).toEqual([...expected.map((text) => `3.5 ${text}`), "3.5 1006 by network"]);
    }
  });

  it("cut tells nobody but those named: the others wait for what never comes", () => {
    const { sim, connection, near, far } = world();
    connection.cut({ tell: ["client"] });
    connection.far.send(bytes(70_000));
    sim.advance(1e6);
    expect([near, far]).toEqual([["0 1006 by network"], []]);
  });

  it("cuts by itself at a byte of what one side sends", () => {
    for (const [at, expected] of [
      [0, []],
      [99, []],
      [100, ["100 B"]],
      [101, ["100 B"]],
      [200, ["100 B", "100 B"]],
    ] as const) {
      const { sim, connection, far } = world({ delayMs: 10 });
      connection.cutAfter({ from: "client", bytes: at });
      for (let i = 0; i < 3; i++) connection.near.send(bytes(100));
      sim.advance(100);
      expect(far).toEqual([...expected.map((text) => `10 ${text}`), "10 1006 by network"]);
    }
  });

  it("reset is heard here at once and there when the news arrives", () => {
    const { sim, connection, near, far } = world({ delayMs: 10 });
    sim.advance(5);
    connection.far.send(bytes(1));
    connection.reset({ from: "client" });
    sim.advance(100);
    expect([near, far]).toEqual([["5 1006 by network"], ["15 1006 by network"]]);
  });

  it("hold stops one direction until its room is used up, release lets everything arrive in order", () => {
    const { sim, connection, near, far } = world({ delayMs: 10, capacity: 1000 });
    connection.near.send(bytes(1));
    sim.advance(5);
    connection.hold({ from: "client" });
    expect(connection.near.send(bytes(2))).toBe(998);
    expect(connection.near.send(bytes(998))).toBe(0);
    connection.far.send(bytes(3));
    sim.advance(100);
    expect([near, far]).toEqual([["15 3 B"], []]);
    connection.release();
    sim.advance(100);
    expect([near, far]).toEqual([
      ["15 3 B", "105 room"],
      ["105 1 B", "115 2 B", "115 998 B"],
    ]);
  });

  it("delivers an old socket late, after a new one exists", () => {
    const { sim, link, connection, far } = world();
    connection.hold({ from: "client" });
    connection.near.send(bytes(1));
    connection.near.close(1001, "");
    const second = link.pair();
    const heard = listening(sim, second.far);
    second.near.send(bytes(2));
    sim.advance(10);
    connection.release();
    sim.advance(10);
    expect(heard).toEqual(["0 2 B"]);
    expect(far).toEqual(["10 1 B", "10 1001 by peer"]);
  });

  it("mute loses one direction in silence, for ever", () => {
    const { sim, connection, near, far } = world({ delayMs: 10, capacity: 100 });
    connection.near.send(bytes(1));
    connection.mute({ from: "client" });
    expect(connection.near.send(bytes(100))).toBe(0);
    connection.far.send(bytes(2));
    sim.advance(1e6);
    connection.release();
    sim.advance(1e6);
    expect([near, far]).toEqual([["10 2 B"], []]);
  });

  it("names the nodes when it is asked for another", () => {
    const { connection } = world();
    expect(() => connection.hold({ from: "moon" })).toThrow(
      new RangeError("Cannot find moon on this link: it joins client and server"),
    );
  });
});
