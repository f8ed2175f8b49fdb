// What a client tries again: what was surely not begun, and what its contract calls idempotent; within its budget, its
// deadline, and the time that the server asks for. And that it makes no storm of it.

import { type Gate, SluiceError } from "@sluice/core";
import { type RetryBudget, retry, retryBudget } from "@sluice/gates";
import {
  call,
  defineService,
  RemoteError,
  type RetryGate,
  ServiceHost,
  stream,
  unchecked,
} from "@sluice/net";
import { openClient, type Client } from "@sluice/net";
import { type Simulation, simulate } from "@sluice/net/sim";
import { describe, expect, it } from "vitest";
import { simServer } from "./sim-service.js";

const service = defineService("work", {
  pay: call({ input: unchecked<number>(), output: unchecked<number>() }),
  read: call({ input: unchecked<number>(), output: unchecked<number>(), idempotent: true }),
  upTo: stream({ input: unchecked<number>(), output: unchecked<number>() }),
});

const limits = { resumeMs: 0 };

/** A gate that refuses as often as it is told to, and then lets everybody in. */
function refusing(times: number, retryAfterMs?: number): Gate & { asked: number } {
  const gate = {
    asked: 0,
    tryAcquire: () => {
      gate.asked += 1;
      return gate.asked <= times
        ? ({ granted: false, reason: "the house is full", retryAfterMs } as const)
        : ({ granted: true, release: () => {} } as const);
    },
    acquire: () => Promise.reject(new Error("not asked")),
  };
  return gate;
}

interface Ran {
  readonly times: number[];
}

/** Handlers that fail as `fail` says, and note when they run. */
function works(sim: Simulation, fail: (run: number) => unknown): { ran: Ran; handlers: Handlers } {
  const ran: Ran = { times: [] };
  const work = (n: number): number => {
    ran.times.push(sim.now());
    const error = fail(ran.times.length);
    if (error !== undefined) throw error;
    return 2 * n;
  };
  return {
    ran,
    handlers: {
      pay: work,
      read: work,
      *upTo(n: number) {
        for (let i = 0; i < n; i += 1) yield i;
      },
    },
  };
}

interface Handlers {
  pay(n: number): number;
  read(n: number): number;
  upTo(n: number): Iterable<number>;
}

const overloaded = (): SluiceError => new SluiceError("OVERLOADED", "No room");

describe("a request that was surely not begun", () => {
  it.each(["pay", "read"] as const)("is tried again until it is let in (%s)", async (route) => {
    await simulate({ seed: 1 }, async (sim) => {
      const { ran, handlers } = works(sim, () => undefined);
      const admission = refusing(3);
      const server = simServer(sim, service, handlers, { limits, admission });
      const client = await server.connect();
      expect(await client[route](4)).toBe(8);
      expect([admission.asked, ran.times.length]).toEqual([4, 1]);
      await client.close();
    });
  });

  it("is tried again as a stream too, with either window", async () => {
    await simulate({ seed: 2 }, async (sim) => {
      const { handlers } = works(sim, () => undefined);
      const admission = refusing(2);
      const server = simServer(sim, service, handlers, { limits, admission });
      const client = await server.connect();
      for (const window of ["auto", "demand"] as const) {
        admission.asked = 0;
        expect(await client.upTo(3, { window }).toArray()).toEqual([0, 1, 2]);
        expect(admission.asked).toBe(3);
      }
      await client.close();
    });
  });

  it("waits as long as the server asks for, and a random time more", async () => {
    await simulate({ seed: 3 }, async (sim) => {
      const { ran, handlers } = works(sim, () => undefined);
      const server = simServer(sim, service, handlers, { limits, admission: refusing(20, 5_000) });
      const client = await server.connect();
      const from = sim.now();
      await Promise.all(Array.from({ length: 20 }, (_, i) => client.pay(i)));
      const waits = ran.times.map((at) => at - from);
      expect(Math.min(...waits)).toBeGreaterThanOrEqual(5_000);
      expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThan(30);
      await client.close();
    });
  });

  it("is not tried again when that would be behind its deadline: it fails at once, with what the server said", async () => {
    await simulate({ seed: 4 }, async (sim) => {
      const { handlers } = works(sim, () => undefined);
      const server = simServer(sim, service, handlers, { limits, admission: refusing(1, 5_000) });
      const client = await server.connect();
      const from = sim.now();
      await expect(client.pay(1, { deadlineMs: 4_000 })).rejects.toMatchObject({
        code: "OVERLOADED",
        retryAfterMs: 5_000,
        doNotRetry: false,
      });
      expect(sim.now() - from).toBeLessThan(100);
      await client.close();
    });
  });

  it("fails after four tries more, or as many as it is given, and then says that it is not to be tried again", async () => {
    await simulate({ seed: 5 }, async (sim) => {
      const { handlers } = works(sim, () => undefined);
      const admission = refusing(1e9);
      const server = simServer(sim, service, handlers, { limits, admission });
      const client = await server.connect();
      await expect(client.pay(1)).rejects.toMatchObject({
        code: "OVERLOADED",
        doNotRetry: true,
        message: expect.stringMatching(/\(after 5 tries\)$/),
      });
      expect(admission.asked).toBe(5);
      await expect(client.pay(1, { retries: 0 })).rejects.toMatchObject({ doNotRetry: false });
      expect(admission.asked).toBe(6);
      expect(() => client.pay(1, { retries: 0.5 })).toThrow("retries must be an integer >= 0");
      await client.close();
    });
  });

  it("is cancelled while it waits to be tried again, and leaves nothing behind", async () => {
    await simulate({ seed: 6 }, async (sim) => {
      const { handlers } = works(sim, () => undefined);
      const admission = refusing(1e9, 60_000);
      const server = simServer(sim, service, handlers, { limits, admission });
      const client = await server.connect();
      const controller = new AbortController();
      const asked = client.pay(1, { signal: controller.signal }).catch((error: unknown) => error);
      await sim.sleep(1_000);
      controller.abort(new Error("enough"));
      expect(await asked).toEqual(new Error("enough"));
      await sim.sleep(120_000);
      expect(admission.asked).toBe(1);
      await client.close();
    });
  });

  it("gives its permits back with what came of each try", async () => {
    await simulate({ seed: 7 }, async (sim) => {
      const { handlers } = works(sim, () => undefined);
      const server = simServer(sim, service, handlers, { limits, admission: refusing(2) });
      const outcomes: unknown[] = [];
      const gate: RetryGate = {
        ...refusing(0),
        tryAcquire: () => ({ granted: true, release: (outcome) => void outcomes.push(outcome) }),
      };
      const client = await server.connect({ retryBudget: gate });
      await client.pay(1);
      expect(outcomes).toEqual(["failure", "success"]);
      await client.close();
    });
  });

  it("is not tried again by a gate that throws, which is reported and ends nothing else", async () => {
    await simulate({ seed: 8 }, async (sim) => {
      const { handlers } = works(sim, () => undefined);
      const server = simServer(sim, service, handlers, { limits, admission: refusing(1) });
      const thrown: unknown[] = [];
      const gate: RetryGate = {
        ...refusing(0),
        tryAcquire: () => {
          throw new Error("broken gate");
        },
      };
      const client = await server.connect({ retryBudget: gate });
      const listen = (error: unknown): void => void thrown.push(error);
      const others = process.listeners("uncaughtException");
      process.removeAllListeners("uncaughtException");
      process.once("uncaughtException", listen);
      try {
        await expect(client.pay(1)).rejects.toMatchObject({ code: "OVERLOADED", doNotRetry: true });
        await new Promise((resolve) => setImmediate(resolve));
      } finally {
        process.removeListener("uncaughtException", listen);
        for (const other of others) process.on("uncaughtException", other);
      }
      expect(thrown).toEqual([new Error("broken gate")]);
      expect(await client.pay(2)).toBe(4);
      await client.close();
    });
  });
});

describe("a request that may have run", () => {
  it("is tried again when its contract says that it is idempotent: after a failure that may pass", async () => {
    await simulate({ seed: 9 }, async (sim) => {
      const { ran, handlers } = works(sim, (run) => (run <= 2 ? overloaded() : undefined));
      const server = simServer(sim, service, handlers, { limits });
      const client = await server.connect();
      expect(await client.read(4)).toBe(8);
      expect(ran.times.length).toBe(3);
      await client.close();
    });
  });

  it("is tried again when it is idempotent and its connection was lost, over the next one", async () => {
    await simulate({ seed: 10 }, async (sim) => {
      let runs = 0;
      const handlers = {
        ...works(sim, () => undefined).handlers,
        read: async (n: number) => {
          runs += 1;
          await sim.sleep(100);
          return 2 * n;
        },
      };
      const server = simServer(sim, service, handlers, { limits });
      const client = await server.connect();
      const asked = client.read(4);
      await sim.sleep(50);
      server.crash();
      await sim.sleep(1_000);
      server.start();
      expect(await asked).toBe(8);
      expect(runs).toBe(2);
      await client.close();
    });
  });

  it.each([
    ["is not idempotent", "pay", overloaded],
    ["fails with an error of its own", "read", () => new SluiceError("OUT_OF_COFFEE", "None left")],
    ["is told not to", "read", () => new SluiceError("FORBIDDEN", "Cannot read this")],
    ["had an input that was refused", "read", () => new SluiceError("INVALID_PAYLOAD", "Cannot read this")],
  ] as const)("runs once when it %s", async (_, route, error) => {
    await simulate({ seed: 11 }, async (sim) => {
      const { ran, handlers } = works(sim, error);
      const server = simServer(sim, service, handlers, { limits });
      const client = await server.connect();
      await expect(client[route](1)).rejects.toBeInstanceOf(RemoteError);
      await sim.sleep(60_000);
      expect(ran.times.length).toBe(1);
      await client.close();
    });
  });
});

describe("a rolling restart", () => {
  it("spends no budget: what goes away with a server is asked of the next one", async () => {
    await simulate({ seed: 12 }, async (sim) => {
      const { handlers } = works(sim, () => undefined);
      const server = simServer(sim, service, handlers, { limits });
      // One connection, and nothing else.
      const budget = retryBudget({ ratio: 0, minPerSecond: 0, capacity: 1, clock: sim.clock });
      const client = await server.connect({ retryBudget: budget });
      const asked = Promise.all(Array.from({ length: 50 }, (_, i) => client.pay(i)));
      const old = server.host();
      void old.close({ drainMs: 1_000 });
      server.start();
      expect((await asked).length).toBe(50);
      await client.close();
    });
  });
});

describe("a dependency that fails every time", () => {
  const layer = defineService("layer", {
    get: call({ input: unchecked<number>(), output: unchecked<number>(), idempotent: true }),
  });
  type Layer = Client<typeof layer.routes>;

  /** Clients above each other, the lowest asks what fails. */
  async function layers(sim: Simulation, budgets: RetryBudget[], fail: () => never) {
    let attempts = 0;
    let below: Layer | undefined;
    for (const [i, budget] of budgets.entries()) {
      const next = below;
      const get =
        next === undefined
          ? () => {
              attempts += 1;
              return fail();
            }
          : (n: number) => next.get(n);
      const link = sim.link({ between: [`layer ${i + 1}`, `layer ${i}`], delayMs: 2 });
      const host = new ServiceHost(layer, { get }, { runtime: sim.runtime });
      link.listen((transport) => host.accept(transport));
      below = await openClient(() => link.connect(), layer, { runtime: sim.runtime, retryBudget: budget });
    }
    return { top: below as Layer, attempts: () => attempts };
  }

  const firsts = 2_000;

  const tenth = (sim: Simulation): RetryBudget =>
    retryBudget({ ratio: 0.1, minPerSecond: 0, initial: 0, clock: sim.clock });

  it.each([1, 3])(
    "is asked at most 1.1 times as often as without retries, under %d layers that retry",
    async (count) => {
      await simulate({ seed: 13 }, async (sim) => {
        const budgets = Array.from({ length: count }, () => tenth(sim));
        const { top, attempts } = await layers(sim, budgets, failing("INTERNAL"));
        const results: Promise<unknown>[] = [];
        for (let i = 0; i < firsts; i += 1) {
          results.push(top.get(i).catch((error: unknown) => error));
          await sim.sleep(5);
        }
        for (const error of await Promise.all(results)) expect(error).toMatchObject({ doNotRetry: true });
        expect(attempts()).toBeLessThanOrEqual(1.1 * firsts);
        // It does try again: the test would see nothing otherwise.
        expect(attempts()).toBeGreaterThan(1.05 * firsts);
        await top.close();
      });
    },
  );

  it("is asked at most 1.1 times as often by three clients that share one budget", async () => {
    await simulate({ seed: 15 }, async (sim) => {
      let attempts = 0;
      const fail = (): never => {
        attempts += 1;
        throw new SluiceError("OVERLOADED", "It does not work");
      };
      const budget = tenth(sim);
      const link = sim.link({ delayMs: 2 });
      const host = new ServiceHost(layer, { get: fail }, { runtime: sim.runtime });
      link.listen((transport) => host.accept(transport));
      const options = { runtime: sim.runtime, retryBudget: budget };
      const clients = await Promise.all(
        [1, 2, 3].map(() => openClient(() => link.connect(), layer, options)),
      );
      const results: Promise<unknown>[] = [];
      for (let i = 0; i < firsts; i += 1) {
        results.push(...clients.map((client) => client.get(i).catch(() => {})));
        await sim.sleep(5);
      }
      await Promise.all(results);
      expect(attempts).toBeLessThanOrEqual(1.1 * 3 * firsts);
      expect(attempts).toBeGreaterThan(1.05 * 3 * firsts);
      await Promise.all(clients.map((client) => client.close()));
    });
  });

  it("is asked once for each request when it says that trying again is useless", async () => {
    await simulate({ seed: 14 }, async (sim) => {
      const plentiful = (): RetryBudget =>
        retryBudget({ capacity: 1e6, minPerSecond: 1e6, clock: sim.clock });
      const { top, attempts } = await layers(sim, [1, 2, 3].map(plentiful), failing("FORBIDDEN"));
      for (let i = 0; i < 100; i += 1) await top.get(i).catch(() => {});
      expect(attempts()).toBe(100);
      await top.close();
    });
  });

  it("is asked no more often by a `retry` of gates in the handler, and another one around the client", async () => {
    await simulate({ seed: 16 }, async (sim) => {
      let attempts = 0;
      const policy = { attempts: 3, budget: false, clock: sim.clock } as const;
      const get = retry(async (): Promise<never> => {
        attempts += 1;
        throw new SluiceError("OVERLOADED", "It does not work");
      }, policy);
      const link = sim.link({ delayMs: 2 });
      const host = new ServiceHost(layer, { get: (_, context) => get(context) }, { runtime: sim.runtime });
      link.listen((transport) => host.accept(transport));
      const client = await openClient(() => link.connect(), layer, { runtime: sim.runtime });
      const error = await retry(() => client.get(1), policy)().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(RemoteError);
      expect(error).toMatchObject({ code: "RETRIES_SPENT", doNotRetry: true });
      expect(attempts).toBe(3);
      await client.close();
    });
  });

  function failing(code: string): () => never {
    return () => {
      throw new SluiceError(code, "It does not work");
    };
  }
});
