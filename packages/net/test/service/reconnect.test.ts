// A client whose connection breaks: it connects again, and what was asked of it meanwhile waits. Sessions are not
// resumed here (resumeMs 0); resume.test.ts has that.

import { SluiceError, TimeoutError } from "@sluice/core";
import {
  call,
  type ClientState,
  ConnectionLostError,
  defineService,
  openClient,
  stream,
  unchecked,
} from "@sluice/net";
import { simulate } from "@sluice/net/sim";
import { retryBudget } from "@sluice/gates";
import { describe, expect, it } from "vitest";
import { simServer } from "./sim-service.js";

const service = defineService("work", {
  double: call({ input: unchecked<number>(), output: unchecked<number>() }),
  hang: call({}),
  upTo: stream({ input: unchecked<number>(), output: unchecked<number>() }),
});

const handlers = {
  double: (n: number) => 2 * n,
  hang: () => new Promise<never>(() => {}),
  *upTo(n: number) {
    for (let i = 0; i < n; i += 1) yield i;
  },
};

const limits = { resumeMs: 0 };

describe("a client whose connection broke", () => {
  it("connects again by itself, and says where it stands", async () => {
    await simulate({ seed: 1 }, async (sim) => {
      const server = simServer(sim, service, handlers, { limits });
      const states: ClientState[] = [];
      const client = await server.connect({ onState: (state) => void states.push(state) });
      expect(client.state).toBe("open");
      server.link.cut();
      await sim.sleep(0);
      expect(client.state).toBe("reconnecting");
      expect(await client.double(21)).toBe(42);
      expect(client.state).toBe("open");
      await client.close();
      expect(client.state).toBe("closed");
      expect(states).toEqual(["open", "reconnecting", "open", "closed"]);
      expect(await client.closed).toBeUndefined();
    });
  });

  it("tells each call and stream that ran that it may have run, with the items it had", async () => {
    await simulate({ seed: 2 }, async (sim) => {
      const server = simServer(sim, service, handlers, { limits });
      const client = await server.connect();
      const seen: number[] = [];
      const asked = client.hang();
      const running = client.upTo(1e6).forEach((n) => {
        seen.push(n);
        if (n === 4) server.link.cut();
      });
      const results = await Promise.allSettled([asked, running]);
      expect(results[0]).toMatchObject({
        reason: { code: "CONNECTION_LOST", notStarted: false, delivered: 0 },
      });
      const { reason } = results[1] as PromiseRejectedResult;
      expect(reason).toBeInstanceOf(ConnectionLostError);
      expect(reason.delivered).toBe(seen.length);
      expect(reason.notStarted).toBe(false);
      expect(reason.message).toMatch(
        /^Cannot finish work\.upTo after \d+ items: .*; it may have run, ask again only what may run twice$/,
      );
      await client.close();
    });
  });

  it("lets what is asked meanwhile wait in line: until there is a connection, its deadline, or its signal", async () => {
    await simulate({ seed: 3 }, async (sim) => {
      const server = simServer(sim, service, handlers, { limits });
      const client = await server.connect();
      server.crash();
      await sim.sleep(1);
      const patient = client.double(1);
      const stream = client.upTo(3).toArray();
      const late = client.double(2, { deadlineMs: 500 });
      const controller = new AbortController();
      const aborted = client.double(3, { signal: controller.signal });
      const failed = Promise.allSettled([late, aborted]);
      await sim.sleep(1000);
      controller.abort(new Error("enough"));
      const [first, second] = await failed;
      expect(first).toMatchObject({ status: "rejected", reason: expect.any(TimeoutError) });
      expect(second).toMatchObject({ status: "rejected", reason: new Error("enough") });
      server.start();
      expect(await patient).toBe(2);
      expect(await stream).toEqual([0, 1, 2]);
      await client.close();
    });
  });

  it("refuses the 1,025th in line by name, and the others as not begun when it is closed", async () => {
    await simulate({ seed: 4 }, async (sim) => {
      const server = simServer(sim, service, handlers, { limits });
      const client = await server.connect();
      server.crash();
      await sim.sleep(1);
      const asked = Array.from({ length: 1025 }, (_, i) => client.double(i));
      const settled = Promise.allSettled(asked);
      await sim.sleep(1);
      await client.close();
      const errors = (await settled).map((result) => (result as PromiseRejectedResult).reason);
      expect(errors.at(-1)).toMatchObject({ code: "OVERLOADED" });
      for (const error of errors.slice(0, -1)) {
        expect(error).toMatchObject({ code: "CONNECTION_LOST", notStarted: true });
      }
    });
  });
});

describe("attempts to connect", () => {
  it("follow full-jitter back-off up to its cap", async () => {
    await simulate({ seed: 5 }, async (sim) => {
      const runtime = { ...sim.runtime, random: () => 0.999 };
      const server = simServer(sim, service, handlers, { limits, delayMs: 0 });
      const client = await server.connect({ reconnect: { baseMs: 100, capMs: 1000 }, runtime });
      server.crash();
      const from = sim.now();
      server.attempts.length = 0;
      await sim.sleep(5000);
      const times = server.attempts.map((at) => at - from);
      const waits = times.map((at, i) => at - (times[i - 1] ?? 0));
      // The first two grow from the base: one for the loss, one for the first failure.
      const grown = [100, 100, 200, 400, 800, 1000, 1000, 1000];
      expect(waits.length).toBeGreaterThanOrEqual(8);
      for (const [i, most] of grown.entries()) expect(waits[i]).toBeLessThanOrEqual(most);
      await client.close();
    });
  });

  it("stay within their budget when every connection opens and breaks at once", async () => {
    await simulate({ seed: 6 }, async (sim) => {
      const server = simServer(sim, service, handlers, { limits });
      const budget = retryBudget({ capacity: 5, initial: 5, minPerSecond: 0.5, clock: sim.clock });
      const client = await server.connect({ retryBudget: budget });
      const cutting = sim.clock;
      let isOver = false;
      const cut = (): void => {
        if (isOver) return;
        server.link.cut();
        cutting.schedule(50, cut);
      };
      cut();
      await sim.sleep(100_000);
      isOver = true;
      for (const at of server.attempts) {
        // The five that were saved up, and one in two seconds.
        const within = server.attempts.filter((other) => other >= at && other < at + 9_999);
        expect(within.length).toBeLessThanOrEqual(at === server.attempts[0] ? 11 : 10);
      }
      expect(server.attempts.length).toBeGreaterThan(40);
      await client.close();
    });
  });

  it("wait as long as whoever refused asks for, and a little more", async () => {
    await simulate({ seed: 10 }, async (sim) => {
      const server = simServer(sim, service, handlers, { limits });
      const attempts: number[] = [];
      let isFull = false;
      const client = await openClient(
        () => {
          attempts.push(sim.now());
          const full = Object.assign(new SluiceError("CONNECT_FAILED", "full"), { retryAfterMs: 5000 });
          return isFull ? Promise.reject(full) : server.link.connect();
        },
        service,
        { runtime: sim.runtime },
      );
      isFull = true;
      server.link.cut();
      await sim.sleep(12_000);
      isFull = false;
      expect(await client.double(2)).toBe(4);
      // The loss, two refusals, and the one that was let in.
      expect(attempts.length).toBe(5);
      for (const i of [3, 4])
        expect((attempts[i] as number) - (attempts[i - 1] as number)).toBeGreaterThanOrEqual(5000);
      await client.close();
    });
  });

  it("end after giveUpMs, with an error that says so to all who wait", async () => {
    await simulate({ seed: 7 }, async (sim) => {
      const server = simServer(sim, service, handlers, { limits });
      const client = await server.connect({ reconnect: { giveUpMs: 3000 } });
      server.crash();
      await sim.sleep(1);
      const waiting = client.double(1).catch((error: unknown) => error);
      const error = await client.closed;
      expect(error?.code).toBe("CONNECT_FAILED");
      expect(error?.message).toMatch(
        /^No connection for \d+ ms, so this client gave up \(giveUpMs is 3000\)/,
      );
      expect(await waiting).toMatchObject({ notStarted: true, cause: error });
      expect(sim.now()).toBeLessThan(3100);
    });
  });

  it("are not made with reconnect: false", async () => {
    await simulate({ seed: 8 }, async (sim) => {
      const server = simServer(sim, service, handlers, { limits });
      const client = await server.connect({ reconnect: false });
      server.link.cut();
      expect((await client.closed)?.code).toBe("CONNECTION_LOST");
      await expect(client.double(1)).rejects.toMatchObject({ notStarted: true });
      expect(server.attempts.length).toBe(1);
    });
  });

  it.each([
    ["no time", { giveUpMs: Number.NaN }, "Cannot give up reconnecting after NaN ms"],
    ["a base below 0", { baseMs: -5 }, "Cannot give reconnect a baseMs of -5 ms"],
  ])("are refused with %s", (_name, reconnect, text) => {
    const dial = () => Promise.reject(new Error("not reached"));
    expect(() => void openClientWith(dial, reconnect)).toThrow(text);
  });
});

describe("a server that goes away", () => {
  it("is left after the wait and a random part of the spread that it names; what runs there ends there", async () => {
    await simulate({ seed: 9 }, async (sim) => {
      const server = simServer(sim, service, handlers, { limits });
      const clients = await Promise.all(Array.from({ length: 20 }, () => server.connect()));
      const old = server.host();
      server.attempts.length = 0;
      const running = clients.map((client) => client.upTo(300).toArray());
      const from = sim.now() + 5;
      const closing = old.close({
        drainMs: 60_000,
        reconnectAfterMs: 1000,
        spreadMs: 2000,
        reason: "new version",
      });
      server.start();
      for (const items of await Promise.all(running)) expect(items.length).toBe(300);
      const answers = await Promise.all(clients.map((client, i) => client.double(i)));
      expect(answers).toEqual(clients.map((_, i) => 2 * i));
      const waits = server.attempts.map((at) => at - from);
      expect(waits.length).toBe(20);
      for (const wait of waits) {
        expect(wait).toBeGreaterThanOrEqual(1000);
        expect(wait).toBeLessThanOrEqual(3000 + 10);
      }
      // A herd would stand in one place: the spread is used.
      expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThan(1000);
      await closing;
      await Promise.all(clients.map((client) => client.close()));
    });
  });
});

function openClientWith(dial: () => Promise<never>, reconnect: object): unknown {
  return openClient(dial, service, { reconnect });
}
