// A restartable stream whose server was killed: it is opened again behind what the client has had.

import { range, take } from "@sluice/core";
import { defineService, stream, unchecked } from "@sluice/net";
import { SimRandom, type Simulation, simulate } from "@sluice/net/sim";
import { describe, expect, it } from "vitest";
import { plenty, simServer } from "./sim-service.js";

const service = defineService("log", {
  lines: stream({ input: unchecked<number>(), output: unchecked<number>(), restartable: true }),
  ticks: stream({ output: unchecked<number>() }),
});

const upTo = 5000;

function handlers(offsets: number[] = []) {
  return {
    *lines(n: number, { offset }: { offset: number }) {
      offsets.push(offset);
      for (let i = offset; i < n; i += 1) yield i;
    },
    *ticks() {
      for (let i = 0; i < upTo; i += 1) yield i;
    },
  };
}

/** Kills the server now and then, and has it up again a little later. */
function killing(sim: Simulation, server: { crash(): void; start(): void }, random: SimRandom): () => void {
  let isOver = false;
  const kill = (): void => {
    if (isOver) return;
    server.crash();
    sim.clock.schedule(random.int(1, 300), () => {
      server.start();
      sim.clock.schedule(random.int(20, 200), kill);
    });
  };
  sim.clock.schedule(random.int(20, 100), kill);
  return () => {
    isOver = true;
  };
}

describe("a restartable stream", () => {
  it("has no gap and no double when its server is killed again and again", async () => {
    for (let seed = 1; seed <= 10; seed += 1) {
      await simulate({ seed, traceLines: 100 }, async (sim) => {
        const offsets: number[] = [];
        const server = simServer(sim, service, handlers(offsets));
        const client = await server.connect({ reconnect: { capMs: 100 }, retryBudget: plenty(sim) });
        const random = new SimRandom(seed);
        const stop = killing(sim, server, random);
        const seen: number[] = [];
        await client.lines(upTo).forEach(async (n) => {
          seen.push(n);
          if (n % 100 === 0) await sim.sleep(random.int(0, 30));
        });
        stop();
        expect(seen.length).toBe(upTo);
        expect(seen.every((n, i) => n === i)).toBe(true);
        expect(offsets.length).toBeGreaterThan(2);
        expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
        await client.close();
      });
    }
  });

  it("keeps its demand: never more than was asked for comes, and all of it does", async () => {
    await simulate({ seed: 2 }, async (sim) => {
      const server = simServer(sim, service, handlers());
      const client = await server.connect();
      const seen: number[] = [];
      let request: (n: number) => void = () => {};
      client.lines(upTo).subscribe({
        onSubscribe: (subscription) => {
          request = (n) => subscription.request(n);
        },
        onNext: (n) => void seen.push(n),
        onError: () => {},
        onComplete: () => {},
      });
      request(10);
      await sim.sleep(100);
      expect(seen.length).toBe(10);
      server.crash();
      await sim.sleep(50);
      request(5);
      server.start();
      await sim.sleep(20_000);
      expect(seen.length).toBe(15);
      request(7);
      await sim.sleep(100);
      expect(seen).toEqual(Array.from({ length: 22 }, (_, i) => i));
      await client.close();
    });
  });

  it("goes on with what operators below it have taken, window and all", async () => {
    await simulate({ seed: 3 }, async (sim) => {
      const server = simServer(sim, service, handlers());
      const client = await server.connect();
      const stop = killing(sim, server, new SimRandom(3));
      const even: number[] = [];
      await client
        .lines(upTo, { window: 64 })
        .pipe(take(2000))
        .forEach(async (n) => {
          even.push(n);
          if (n % 50 === 0) await sim.sleep(20);
        });
      stop();
      expect(even).toEqual(await range(0, 2000).toArray());
      await client.close();
    });
  });

  it("fails after as many openings in a row as it may have, with an error that says how many and after what", async () => {
    await simulate({ seed: 4 }, async (sim) => {
      const hanging = {
        ...handlers(),
        async *lines(_n: number, { offset }: { offset: number }) {
          if (offset === 0) for (let i = 0; i < 100; i += 1) yield i;
          await sim.sleep(1e6);
        },
      };
      const server = simServer(sim, service, hanging, { limits: { resumeMs: 0 } });
      const client = await server.connect({ reconnect: { capMs: 100 } });
      const cut = (): void => {
        server.link.cut();
        sim.clock.schedule(500, cut);
      };
      sim.clock.schedule(500, cut);
      const error = await client
        .lines(upTo, { restarts: 3 })
        .toArray()
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "CONNECTION_LOST", delivered: 100, notStarted: false });
      expect(String(error)).toContain(
        "Cannot finish log.lines after 100 items (opened again 3 times since the last item)",
      );
      await client.close();
    });
  });

  it("that waits to be opened again says what it has had when the client is closed", async () => {
    await simulate({ seed: 8 }, async (sim) => {
      const server = simServer(sim, service, handlers(), { limits: { resumeMs: 0 } });
      const client = await server.connect();
      let got = 0;
      const error = client
        .lines(upTo, { window: 8 })
        .forEach(async () => {
          got += 1;
          await sim.sleep(20);
        })
        .catch((thrown: unknown) => thrown);
      await sim.sleep(200);
      server.crash();
      await sim.sleep(1000);
      await client.close();
      expect(await error).toMatchObject({ code: "CONNECTION_LOST", notStarted: false, delivered: got });
      expect(got).toBeGreaterThan(8);
    });
  });

  it("with restarts: 0, and a stream that is not restartable, fail with the session", async () => {
    await simulate({ seed: 5 }, async (sim) => {
      const server = simServer(sim, service, handlers());
      const client = await server.connect();
      const held = async (): Promise<void> => sim.sleep(20);
      const results = Promise.allSettled([
        client.lines(upTo, { restarts: 0, window: 8 }).forEach(held),
        client.ticks(undefined, { window: 8 }).forEach(held),
      ]);
      await sim.sleep(200);
      server.crash();
      server.start();
      for (const result of await results) {
        expect(result).toMatchObject({
          status: "rejected",
          reason: { code: "SESSION_LOST", notStarted: false },
        });
        expect((result as PromiseRejectedResult).reason.delivered).toBeGreaterThan(0);
      }
      await client.close();
    });
  });

  it("is refused an offset by a server whose contract does not know it as restartable", async () => {
    await simulate({ seed: 6 }, async (sim) => {
      const server = simServer(sim, service, handlers());
      const client = await server.connect();
      const held = client.lines(upTo, { window: 8 }).forEach(async () => sim.sleep(20));
      const result = held.catch((error: unknown) => error);
      await sim.sleep(200);
      server.crash();
      const older = defineService("log", {
        lines: stream({ input: unchecked<number>(), output: unchecked<number>() }),
        ticks: service.routes.ticks,
      });
      const { ServiceHost } = await import("@sluice/net");
      const host = new ServiceHost(older, handlers(), { runtime: sim.runtime });
      server.link.listen((transport) => host.accept(transport));
      expect(await result).toMatchObject({ code: "INVALID_PAYLOAD", doNotRetry: true });
      expect(String(await result)).toMatch(
        /Cannot begin log\.lines behind \d+ items: it is not restartable here/,
      );
      await client.close();
    });
  });

  it.each([-1, 0.5, Number.NaN])("cannot be given %s restarts", async (restarts) => {
    await simulate({ seed: 7 }, async (sim) => {
      const server = simServer(sim, service, handlers());
      const client = await server.connect();
      expect(() => client.lines(1, { restarts })).toThrow(RangeError);
      await client.close();
    });
  });
});
