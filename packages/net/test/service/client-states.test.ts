// Where a client stands, as a flow; how it ends; and a lazy one, which connects when it is asked for something.

import { call, type ClientState, defineService, openClient, stream, unchecked } from "@sluice/net";
import { type Simulation, simulate } from "@sluice/net/sim";
import { retryBudget } from "@sluice/gates";
import { describe, expect, it } from "vitest";
import { simServer } from "./sim-service.js";

const service = defineService("work", {
  double: call({ input: unchecked<number>(), output: unchecked<number>() }),
  slow: call({ input: unchecked<number>(), output: unchecked<string>() }),
  upTo: stream({ input: unchecked<number>(), output: unchecked<number>() }),
});

function handlersOf(sim: Simulation) {
  return {
    double: (n: number) => 2 * n,
    slow: async (ms: number) => {
      await sim.sleep(ms);
      return "done";
    },
    *upTo(n: number) {
      for (let i = 0; i < n; i += 1) yield i;
    },
  };
}

const limits = { resumeMs: 0 };

describe("client.states", () => {
  it("says where it stands now, then each change, and completes with the end", async () => {
    await simulate({ seed: 1 }, async (sim) => {
      const server = simServer(sim, service, handlersOf(sim), { limits });
      const client = await server.connect();
      const all = client.states.toArray();
      server.link.cut();
      await sim.sleep(1);
      const late = client.states.toArray();
      await client.double(1);
      await client.close();
      expect(await all).toEqual(["open", "reconnecting", "open", "closed"]);
      expect(await late).toEqual(["reconnecting", "open", "closed"]);
      expect(await client.states.toArray()).toEqual(["closed"]);
    });
  });

  it("leaves out what a slow reader would hear too late, and never the latest", async () => {
    await simulate({ seed: 2 }, async (sim) => {
      const server = simServer(sim, service, handlersOf(sim), { limits });
      const client = await server.connect();
      const seen: ClientState[] = [];
      const reading = client.states.forEach(
        async (state) => {
          seen.push(state);
          await sim.sleep(5_000);
        },
        { prefetch: 1 },
      );
      for (let i = 0; i < 3; i += 1) {
        await sim.sleep(500);
        server.link.cut();
      }
      await sim.sleep(20_000);
      await client.close();
      await reading;
      expect(seen).toEqual(["open", "open", "closed"]);
    });
  });

  it("says nothing without demand, and forgets who has cancelled", async () => {
    await simulate({ seed: 3 }, async (sim) => {
      const server = simServer(sim, service, handlersOf(sim), { limits });
      const client = await server.connect();
      const seen: unknown[] = [];
      let credit: { request(n: number): void; cancel(): void } | undefined;
      client.states.subscribe({
        onSubscribe: (given) => {
          credit = given;
        },
        onNext: (state) => {
          seen.push(state);
          if (seen.length === 2) credit?.cancel();
        },
        onError: () => seen.push("error"),
        onComplete: () => seen.push("complete"),
      });
      expect(seen).toEqual([]);
      credit?.request(1);
      expect(seen).toEqual(["open"]);
      server.link.cut();
      await sim.sleep(1);
      credit?.request(5);
      await client.double(1);
      await client.close();
      expect(seen).toEqual(["open", "reconnecting"]);
    });
  });
});

describe("close({ drainMs })", () => {
  it("takes nothing new, and lets what runs end", async () => {
    await simulate({ seed: 4 }, async (sim) => {
      const server = simServer(sim, service, handlersOf(sim), { limits });
      const client = await server.connect();
      const states = client.states.toArray();
      const running = client.slow(300);
      const items = client.upTo(500).toArray();
      await sim.sleep(20);
      const from = sim.now();
      const closing = client.close({ drainMs: 10_000 });
      expect(client.state).toBe("closing");
      await expect(client.double(1)).rejects.toMatchObject({ code: "CLOSED", notStarted: true });
      expect(await running).toBe("done");
      expect((await items).length).toBe(500);
      await closing;
      expect(sim.now() - from).toBeLessThan(400);
      expect(await states).toEqual(["open", "closing", "closed"]);
    });
  });

  it("cuts what still runs when the time is over, and at once when it is closed again", async () => {
    await simulate({ seed: 5 }, async (sim) => {
      const server = simServer(sim, service, handlersOf(sim), { limits });
      for (const again of [false, true]) {
        const client = await server.connect();
        const running = client.slow(60_000).catch((error: unknown) => error);
        await sim.sleep(20);
        const from = sim.now();
        const closing = client.close({ drainMs: 1_000 });
        if (again) await client.close();
        await closing;
        expect(await running).toMatchObject({ code: "CONNECTION_LOST", notStarted: false });
        expect(sim.now() - from >= 1_000).toBe(!again);
      }
    });
  });

  it("lets what runs connect again meanwhile", async () => {
    await simulate({ seed: 6 }, async (sim) => {
      const server = simServer(sim, service, handlersOf(sim));
      const client = await server.connect();
      const running = client.slow(2_000);
      await sim.sleep(100);
      const closing = client.close({ drainMs: 60_000 });
      server.link.cut();
      expect(await running).toBe("done");
      await closing;
      expect(client.state).toBe("closed");
    });
  });

  it("refuses a time that is none", async () => {
    await simulate({ seed: 7 }, async (sim) => {
      const server = simServer(sim, service, handlersOf(sim));
      const client = await server.connect();
      expect(() => client.close({ drainMs: -1 })).toThrow("Cannot drain for -1 ms: it must be from 0 to");
      await client.close();
    });
  });
});

describe("a lazy client", () => {
  it("connects with the first request, and is there before its server is", async () => {
    await simulate({ seed: 8 }, async (sim) => {
      const server = simServer(sim, service, handlersOf(sim), { limits });
      const client = await server.connect({ lazy: true });
      const states = client.states.toArray();
      await sim.sleep(60_000);
      expect(server.attempts).toEqual([]);
      expect(client.state).toBe("idle");
      server.crash();
      const asked = client.double(21);
      await sim.sleep(3_000);
      expect(server.attempts.length).toBeGreaterThan(2);
      server.start();
      expect(await asked).toBe(42);
      await client.close();
      expect(await states).toEqual(["idle", "connecting", "open", "closed"]);
    });
  });

  it("stops trying when nobody waits any more", async () => {
    await simulate({ seed: 9 }, async (sim) => {
      const server = simServer(sim, service, handlersOf(sim), { limits });
      const client = await server.connect({ lazy: true });
      server.crash();
      await expect(client.double(1, { deadlineMs: 2_000 })).rejects.toMatchObject({ name: "TimeoutError" });
      await sim.sleep(20_000);
      const tried = server.attempts.length;
      expect(client.state).toBe("idle");
      await sim.sleep(600_000);
      expect(server.attempts.length).toBe(tried);
      server.start();
      expect(await client.double(4)).toBe(8);
      await client.close();
    });
  });

  it("closes a connection that nobody has used for idleMs, and makes another one for the next request", async () => {
    await simulate({ seed: 10 }, async (sim) => {
      const server = simServer(sim, service, handlersOf(sim));
      const client = await server.connect({ lazy: true, idleMs: 1_000 });
      expect(await client.double(1)).toBe(2);
      await sim.sleep(900);
      expect(await client.slow(5_000)).toBe("done");
      await sim.sleep(980);
      expect(client.state).toBe("open");
      await sim.sleep(50);
      expect(client.state).toBe("idle");
      await sim.sleep(50);
      expect(server.host().snapshot()).toMatchObject({ connections: [], suspended: 0 });
      expect(server.attempts.length).toBe(1);
      expect(await client.double(2)).toBe(4);
      expect(server.attempts.length).toBe(2);
      await client.close();
    });
  });

  it("does not come back for a connection that was lost while nothing ran on it", async () => {
    await simulate({ seed: 11 }, async (sim) => {
      const server = simServer(sim, service, handlersOf(sim));
      const client = await server.connect({ lazy: true });
      await client.double(1);
      server.link.cut();
      await sim.sleep(60_000);
      expect([client.state, server.attempts.length]).toEqual(["idle", 1]);
      expect(await client.double(2)).toBe(4);
      await client.close();
    });
  });

  it("does come back for what runs", async () => {
    await simulate({ seed: 12 }, async (sim) => {
      const server = simServer(sim, service, handlersOf(sim));
      const client = await server.connect({ lazy: true, idleMs: 500 });
      const running = client.slow(3_000);
      await sim.sleep(1_000);
      server.link.cut();
      expect(await running).toBe("done");
      await client.close();
    });
  });

  it("stays within its budget when its server breaks every connection, however often it is asked", async () => {
    await simulate({ seed: 13 }, async (sim) => {
      const server = simServer(sim, service, handlersOf(sim), { limits });
      const budget = retryBudget({ ratio: 0, capacity: 3, minPerSecond: 0.1, clock: sim.clock });
      const client = await server.connect({ lazy: true, retryBudget: budget });
      let isOver = false;
      const cut = (): void => {
        server.link.cut();
        if (!isOver) sim.clock.schedule(8, cut);
      };
      cut();
      for (let i = 0; i < 200; i += 1) {
        void client.double(i, { deadlineMs: 200 }).catch(() => {});
        await sim.sleep(500);
      }
      isOver = true;
      // The first, three that were saved up, and ten that came with time.
      expect(server.attempts.length).toBeLessThanOrEqual(14);
      expect(server.attempts.length).toBeGreaterThan(5);
      await client.close();
    });
  });

  it("ends with an error that no other attempt would change, and tells who waits", async () => {
    await simulate({ seed: 14 }, async (sim) => {
      const refused = Object.assign(new Error("who are you"), { status: 401 });
      const client = await openClient(() => Promise.reject(refused), service, {
        lazy: true,
        runtime: sim.runtime,
      });
      const error = await client.double(1).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "CONNECTION_LOST", notStarted: true });
      expect(client.state).toBe("closed");
      expect(String((await client.closed)?.message)).toContain("who are you");
    });
  });

  it.each([
    [{ idleMs: 5 }, TypeError, "idleMs needs lazy: true"],
    [{ lazy: true, idleMs: 5, reconnect: false }, TypeError, "and a client that connects again"],
    [{ lazy: true, idleMs: 0 }, RangeError, "idleMs must be > 0"],
    [{ retryBudget: {} as never }, TypeError, "as retryBudget: it must be a Gate"],
  ])("is refused with %o", (options, kind, text) => {
    const open = (): unknown => openClient(() => Promise.reject(new Error("not reached")), service, options);
    expect(open).toThrow(kind);
    expect(open).toThrow(text);
  });
});
