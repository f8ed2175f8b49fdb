// Each gate of @sluice/gates as the admission of a server: its refusal becomes a REJECT that the client obeys, it learns
// how the handlers do, and nothing of it leaks whichever way a request ends. Time is virtual.

import { type Clock, type Gate, never, type Permit, type Rejected, SluiceError } from "@sluice/core";
import {
  adaptiveLimit,
  aimd,
  all,
  bulkhead,
  circuitBreaker,
  keyed,
  loadShedder,
  tokenBucket,
  withFallback,
} from "@sluice/gates";
import { call, defineService, stream, unchecked } from "@sluice/net";
import { simulate, simulateSeeds, type Simulation } from "@sluice/net/sim";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { simServer } from "./sim-service.js";

const number = unchecked<number>();
const service = defineService("desk", {
  ask: call({ input: z.number(), output: number, idempotent: true }),
  read: stream({ input: number, output: number, restartable: true }),
});

/** The first answer is what these tests are about, not what a client makes of it. */
const ONCE: object = { retries: 0 };

/** What a test may do to the surroundings of a gate. */
interface Making {
  readonly clock: Clock;
  load: number;
}

interface Row {
  readonly make: (making: Making) => Gate;
  /** What the second client hears while the first one holds what there was. */
  readonly code: "RATE_LIMITED" | "OVERLOADED";
  /** How long it is told to wait; undefined: the gate cannot say. */
  readonly retryAfterMs: number | undefined;
}

const rows: Readonly<Record<string, Row>> = {
  tokenBucket: {
    make: ({ clock }) => tokenBucket({ capacity: 1, ratePerSecond: 0.5, clock }),
    code: "RATE_LIMITED",
    retryAfterMs: 2000,
  },
  bulkhead: {
    make: ({ clock }) => bulkhead({ capacity: 1, clock }),
    code: "OVERLOADED",
    retryAfterMs: undefined,
  },
  all: {
    make: ({ clock }) =>
      all(tokenBucket({ capacity: 9, ratePerSecond: 1, clock }), bulkhead({ capacity: 1, clock })),
    code: "OVERLOADED",
    retryAfterMs: undefined,
  },
  keyed: {
    make: ({ clock }) => keyed(() => tokenBucket({ capacity: 1, ratePerSecond: 0.5, clock }), { maxKeys: 9 }),
    code: "RATE_LIMITED",
    retryAfterMs: 2000,
  },
  withFallback: {
    make: ({ clock }) => {
      const away = { tryAcquire: () => JSON.parse("{"), acquire: () => Promise.reject(new Error("away")) };
      return withFallback(away, bulkhead({ capacity: 1, clock }));
    },
    code: "OVERLOADED",
    retryAfterMs: undefined,
  },
  adaptiveLimit: {
    make: ({ clock }) => adaptiveLimit({ initial: 1, max: 1, clock }),
    code: "OVERLOADED",
    retryAfterMs: undefined,
  },
  circuitBreaker: {
    make: ({ clock }) => {
      const gate = circuitBreaker({
        consecutiveFailures: 1,
        openFor: { baseMs: 2000, jitter: "none" },
        clock,
      });
      return {
        // The first request finds it closed and opens it for all others.
        tryAcquire: (cost, request) => {
          const answer = gate.tryAcquire(cost, request);
          if (answer.granted && gate.state === "closed") gate.forceOpen(2000);
          return answer;
        },
        acquire: gate.acquire.bind(gate),
      };
    },
    code: "OVERLOADED",
    retryAfterMs: 2000,
  },
  loadShedder: {
    make: (making) =>
      loadShedder({
        signals: [{ name: "load", read: () => making.load }],
        retryAfterMs: 2000,
        clock: making.clock,
      }),
    code: "OVERLOADED",
    retryAfterMs: 2000,
  },
};

/** The same gate, and how many of its permits are out. */
function counted(gate: Gate) {
  const seen = { held: 0, asked: 0, outcomes: [] as (string | undefined)[] };
  const watched: Gate = {
    tryAcquire: (cost, request) => {
      seen.asked += 1;
      const answer: Permit | Rejected = gate.tryAcquire(cost, request);
      if (!answer.granted) return answer;
      seen.held += 1;
      return {
        granted: true,
        release: (outcome) => {
          answer.release(outcome); // throws for a second time
          seen.held -= 1;
          seen.outcomes.push(outcome);
        },
      };
    },
    acquire: () => Promise.reject(new Error("a server lets nobody wait")),
  };
  return { seen, watched };
}

function making(sim: Simulation): Making {
  return { clock: sim.clock, load: 0 };
}

for (const [name, { make, code, retryAfterMs }] of Object.entries(rows)) {
  describe(`${name} as admission`, () => {
    const opened = (sim: Simulation) => {
      const around = making(sim);
      const { seen, watched } = counted(make(around));
      const begun: number[] = [];
      const server = simServer(
        sim,
        service,
        {
          ask: async (n: number) => {
            begun.push(sim.now());
            around.load = 1;
            void sim.sleep(1500).then(() => {
              around.load = 0;
            });
            await sim.sleep(300);
            return n;
          },
          read: (n: number) => Array.from({ length: n }, (_, i) => i),
        },
        { admission: watched },
      );
      return { server, seen, begun };
    };

    it("tells who is refused why and when to come back", async () => {
      await simulate({ seed: 1 }, async (sim) => {
        const { server, seen, begun } = opened(sim);
        const client = await server.connect();
        const first = client.ask(1);
        await sim.sleep(100);
        const refused = await client.ask(2, ONCE).catch((error: unknown) => error);
        expect(refused).toMatchObject({ code, notStarted: true, doNotRetry: false });
        const told = (refused as { retryAfterMs?: number }).retryAfterMs;
        if (retryAfterMs === undefined) expect(told).toBeUndefined();
        else expect(Math.abs((told ?? 0) - retryAfterMs)).toBeLessThanOrEqual(200);
        expect(await first).toBe(1);
        expect([begun.length, seen.held]).toEqual([1, 0]);
        await client.close();
      });
    });

    it("is asked again by a client that waits as it was told, and then serves it", async () => {
      await simulate({ seed: 2 }, async (sim) => {
        const { server, seen, begun } = opened(sim);
        const client = await server.connect();
        const first = client.ask(1);
        await sim.sleep(100);
        const at = sim.now();
        expect(await client.ask(2)).toBe(2);
        expect(await first).toBe(1);
        if (retryAfterMs !== undefined) {
          expect((begun[1] ?? 0) - at).toBeGreaterThanOrEqual(retryAfterMs - 200);
          expect(seen.asked).toBe(3);
        }
        expect(seen.held).toBe(0);
        await client.close();
      });
    });
  });
}

describe("gates as admission", () => {
  it("have every permit back, whichever way requests end", async () => {
    await simulateSeeds({ seeds: 4 }, async (sim) => {
      const random = sim.random.fork();
      const around = making(sim);
      const gates = [
        tokenBucket({ capacity: 20, ratePerSecond: 20, clock: sim.clock }),
        bulkhead({ capacity: 3, clock: sim.clock }),
        adaptiveLimit({ initial: 4, clock: sim.clock }),
        circuitBreaker({
          failureRate: 0.9,
          minimumCalls: 3,
          clock: sim.clock,
          random: () => random.int(0, 99) / 100,
        }),
        loadShedder({ signals: [{ name: "load", read: () => around.load }], clock: sim.clock }),
        all(bulkhead({ capacity: 3, clock: sim.clock }), adaptiveLimit({ initial: 2, clock: sim.clock })),
      ].map((gate) => ({ gate, ...counted(gate) }));
      const server = simServer(
        sim,
        service,
        {
          ask: async (n: number) => {
            await sim.sleep(random.int(0, 500));
            if (n % 3 === 0) throw new Error("no");
            return n;
          },
          read: async function* (n: number) {
            for (let i = 0; i < n; i += 1) {
              await sim.sleep(random.int(0, 50));
              if (random.chance(0.02)) throw new Error("no");
              yield i;
            }
          },
        },
        {
          admission: ({ metadata }) => gates[Number(metadata["gate"])]?.watched,
          limits: { heartbeatMs: 500, resumeMs: random.pick([0, 1000]) },
        },
      );
      const client = await server.connect({ reconnect: { capMs: 300 }, limits: { heartbeatMs: 500 } });
      const requests = Array.from({ length: 80 }, async (_, i) => {
        await sim.sleep(random.int(0, 3000));
        around.load = random.int(0, 100) / 100;
        const stop = new AbortController();
        if (random.chance(0.3)) void sim.sleep(random.int(0, 400)).then(() => stop.abort());
        const options = {
          signal: stop.signal,
          metadata: { gate: String(i % gates.length) },
          ...(random.chance(0.3) ? { deadlineMs: random.int(1, 400) } : {}),
        };
        const asked = random.chance(0.1) ? ("wrong" as never) : i;
        const asking = random.chance(0.5)
          ? client.ask(asked, options)
          : client.read(random.int(0, 30), options).toArray();
        await asking.catch(() => {}); // they end as they may
      });
      await sim.sleep(random.int(0, 2000));
      server.link.cut();
      await Promise.all(requests);
      await client.close();
      await server.host().close();
      await sim.sleep(20_000);
      expect(gates.map(({ seen }) => seen.held)).toEqual([0, 0, 0, 0, 0, 0]);
      expect(gates.every(({ seen }) => seen.asked > 0)).toBe(true);
      for (const { gate } of gates) {
        expect((gate as unknown as { snapshot(): object }).snapshot()).toMatchObject({
          misused: 0,
          waiting: 0,
        });
      }
    });
  });
});

describe("a circuit breaker as admission", () => {
  const serving = (sim: Simulation, probes = 1) => {
    const gate = circuitBreaker({
      consecutiveFailures: 3,
      probes,
      openFor: { baseMs: 1000, jitter: "none" },
      clock: sim.clock,
    });
    const server = simServer(
      sim,
      service,
      {
        ask: async (n: number, { signal }) => {
          if (n === -1) throw new SluiceError("FORBIDDEN", "Cannot ask: not yours");
          if (n < 0) throw new Error("the database is gone");
          if (n > 0) {
            await new Promise<void>((resolve) => {
              signal.addEventListener("abort", () => resolve(), { once: true });
              void sim.sleep(n).then(resolve);
            });
          }
          return n;
        },
        read: async function* (n: number) {
          for (let i = 0; i < n; i += 1) yield i;
          throw new Error("broke off");
        },
      },
      { admission: gate },
    );
    return { gate, server };
  };

  it("opens when handlers fail, also behind their first items, and closes when a probe succeeds", async () => {
    await simulate({ seed: 3 }, async (sim) => {
      const { gate, server } = serving(sim);
      const client = await server.connect();
      await client.ask(-2, ONCE).catch(() => {});
      await client.ask(-2, ONCE).catch(() => {});
      expect(gate.state).toBe("closed");
      await client
        .read(3, ONCE)
        .toArray()
        .catch(() => {});
      expect(gate.state).toBe("open");
      const at = sim.now();
      expect(await client.ask(0)).toBe(0); // waits for its time
      expect(sim.now() - at).toBeGreaterThanOrEqual(900);
      expect(gate.state).toBe("closed");
      await client.close();
    });
  });

  it("learns nothing from clients that change their mind, send nonsense or ask for what is not theirs", async () => {
    await simulate({ seed: 4 }, async (sim) => {
      const { gate, server } = serving(sim);
      const client = await server.connect();
      for (let i = 0; i < 5; i += 1) {
        const stop = new AbortController();
        const asked = client.ask(5000, { signal: stop.signal }).catch(() => "cancelled");
        await sim.sleep(50);
        stop.abort();
        expect(await asked).toBe("cancelled");
        await client.ask(-1).catch(() => {});
        await client.ask("x" as never).catch(() => {});
        for await (const _ of client.read(100_000).values({ prefetch: 1 })) break;
      }
      await sim.sleep(100);
      expect(gate.state).toBe("closed");
      expect(gate.snapshot()).toMatchObject({ misused: 0 });
      await client.close();
    });
  });

  it("gives the place of a probe that was cancelled to the next one", async () => {
    await simulate({ seed: 5 }, async (sim) => {
      const { gate, server } = serving(sim);
      const client = await server.connect();
      gate.forceOpen(1000);
      await sim.sleep(1000);
      const stop = new AbortController();
      const probe = client.ask(5000, { signal: stop.signal }).catch(() => "cancelled");
      await sim.sleep(50);
      expect(gate.state).toBe("half-open");
      await expect(client.ask(0, ONCE)).rejects.toMatchObject({ code: "OVERLOADED" });
      stop.abort();
      expect(await probe).toBe("cancelled");
      await sim.sleep(50);
      expect(gate.state).toBe("half-open");
      expect(await client.ask(0)).toBe(0);
      expect(gate.state).toBe("closed");
      await client.close();
    });
  });
});

describe("an adaptive limit as admission", () => {
  it("falls when handlers fail, and not when clients change their mind or ask for what is not theirs", async () => {
    await simulate({ seed: 7 }, async (sim) => {
      const gate = adaptiveLimit({
        algorithm: aimd(),
        initial: 20,
        window: { samples: 5 },
        clock: sim.clock,
      });
      const server = simServer(
        sim,
        service,
        {
          ask: async (n: number) => {
            await sim.sleep(100);
            if (n === -1) throw new SluiceError("NOT_FOUND", "Cannot ask: nobody is there");
            if (n === -2) throw new Error("the database is gone");
            return n;
          },
          read: () => never(),
        },
        { admission: gate },
      );
      const client = await server.connect();
      const many = async (ask: (signal: AbortSignal) => Promise<unknown>) => {
        const stop = new AbortController();
        const all = Array.from({ length: 15 }, () => ask(stop.signal).catch(() => {}));
        await sim.sleep(1000);
        stop.abort();
        await Promise.all(all);
        await sim.sleep(1000);
        return [gate.inUse, gate.limit];
      };
      expect(await many((signal) => client.read(1, { signal }).toArray())).toEqual([0, 20]);
      for (let round = 0; round < 3; round += 1) {
        expect(await many(() => client.ask(-1, ONCE))).toEqual([0, 20]);
      }
      // A window of samples closes with the first release behind its time.
      for (let round = 0; round < 3; round += 1) await many(() => client.ask(-2, ONCE));
      expect([gate.inUse, gate.limit < 20]).toEqual([0, true]);
      await client.close();
    });
  });
});

describe("a refusal for good", () => {
  it("is not tried again", async () => {
    await simulate({ seed: 6 }, async (sim) => {
      const { seen, watched } = counted(tokenBucket({ capacity: 0.5, ratePerSecond: 1, clock: sim.clock }));
      const server = simServer(
        sim,
        service,
        { ask: (n: number) => n, read: () => [] },
        { admission: watched },
      );
      const client = await server.connect();
      await expect(client.ask(1)).rejects.toMatchObject({ code: "OVERLOADED", doNotRetry: true });
      expect(seen.asked).toBe(1);
      await client.close();
    });
  });
});
