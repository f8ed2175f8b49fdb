// A connection that breaks while a session is kept: what runs on it goes on over the next one, each item once.

import { call, defineService, stream, unchecked } from "@sluice/net";
import { SimRandom, type Simulation, simulate } from "@sluice/net/sim";
import { describe, expect, it } from "vitest";
import { plenty, simServer } from "./sim-service.js";

const service = defineService("work", {
  whoami: call({ output: unchecked<string>() }),
  count: call({ input: unchecked<number>(), output: unchecked<number>() }),
  slow: call({ input: unchecked<number>(), output: unchecked<string>() }),
  upTo: stream({ input: unchecked<number>(), output: unchecked<number>() }),
});

/** Handlers that count how often they ran. */
function works(sim: Simulation) {
  const ran = { count: 0, upTo: 0, aborted: 0 };
  const handlers = {
    whoami: (_: undefined, { principal }: { principal: string }) => principal,
    count: (n: number) => {
      ran.count += 1;
      return n + 1;
    },
    slow: async (ms: number, { signal }: { signal: AbortSignal }) => {
      signal.addEventListener("abort", () => {
        ran.aborted += 1;
      });
      await sim.sleep(ms);
      return "done";
    },
    *upTo(n: number) {
      ran.upTo += 1;
      for (let i = 0; i < n; i += 1) yield i;
    },
  };
  return { ran, handlers };
}

describe("a session whose connection broke", () => {
  it("goes on with its streams: each item once, in order, from one run of the handler", async () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      await simulate({ seed, traceLines: 200 }, async (sim) => {
        const { ran, handlers } = works(sim);
        const server = simServer(sim, service, handlers);
        const client = await server.connect({ retryBudget: plenty(sim) });
        // Until its HELLO has come a server cannot know whom to keep a session for.
        await client.count(0);
        const random = new SimRandom(seed);
        let isOver = false;
        const cut = (): void => {
          if (isOver) return;
          const [connection] = server.link.connections;
          if (connection !== undefined) {
            // Anywhere: between frames and within them, both ways.
            const arrives = { client: random.int(0, 400), server: random.int(0, 40_000) };
            connection.cut({ arrives });
          }
          sim.clock.schedule(random.int(1, 400), cut);
        };
        cut();
        const seen: number[] = [];
        await client.upTo(20_000).forEach(async (n) => {
          seen.push(n);
          if (n % 500 === 0) await sim.sleep(random.int(0, 50));
        });
        isOver = true;
        expect(seen.length).toBe(20_000);
        expect(seen.every((n, i) => n === i)).toBe(true);
        expect(ran.upTo).toBe(1);
        expect(server.attempts.length).toBeGreaterThan(3);
        await client.close();
      });
    }
  });

  it("answers each call once, however often the connection broke in between", async () => {
    await simulate({ seed: 3 }, async (sim) => {
      const { ran, handlers } = works(sim);
      const server = simServer(sim, service, handlers);
      const client = await server.connect({ retryBudget: plenty(sim) });
      await client.count(0);
      ran.count = 0;
      const random = new SimRandom(3);
      let isOver = false;
      const cut = (): void => {
        if (isOver) return;
        server.link.cut({ arrives: { client: random.int(0, 200), server: random.int(0, 200) } });
        sim.clock.schedule(random.int(1, 60), cut);
      };
      cut();
      for (let i = 0; i < 300; i += 1) expect(await client.count(i)).toBe(i + 1);
      isOver = true;
      expect(ran.count).toBe(300);
      await client.close();
    });
  });

  it("keeps its handlers at work meanwhile, and cancels and deadlines of this side reach them later", async () => {
    await simulate({ seed: 4 }, async (sim) => {
      const { ran, handlers } = works(sim);
      const server = simServer(sim, service, handlers);
      const client = await server.connect();
      const patient = client.slow(3000);
      const controller = new AbortController();
      const given = client.slow(60_000, { signal: controller.signal }).catch(() => "given up");
      await sim.sleep(100);
      server.link.listen(undefined);
      server.link.cut();
      await sim.sleep(2000);
      expect(server.host().snapshot().suspended).toBe(1);
      controller.abort();
      expect(await given).toBe("given up");
      expect(ran.aborted).toBe(0);
      const host = server.host();
      server.link.listen((transport) => host.accept(transport));
      expect(await patient).toBe("done");
      expect(ran.aborted).toBe(1);
      expect(host.snapshot().suspended).toBe(0);
      await client.close();
    });
  });

  it("is lost after resumeMs: one error, that it may have run, and the handler is stopped", async () => {
    await simulate({ seed: 5 }, async (sim) => {
      const { ran, handlers } = works(sim);
      const server = simServer(sim, service, handlers, { limits: { resumeMs: 10_000 } });
      const client = await server.connect();
      const asked = client.slow(60_000).catch((error: unknown) => error);
      await sim.sleep(100);
      server.link.listen(undefined);
      server.link.cut();
      const from = sim.now();
      expect(await asked).toMatchObject({ code: "SESSION_LOST", notStarted: false });
      expect(sim.now() - from).toBe(10_000);
      await sim.sleep(1);
      expect(ran.aborted).toBe(1);
      expect(server.host().snapshot().connections).toEqual([]);
      await client.close();
    });
  });

  it("is lost with its server: the resume is refused once, and not asked for again", async () => {
    await simulate({ seed: 6 }, async (sim) => {
      const { handlers } = works(sim);
      const server = simServer(sim, service, handlers);
      const client = await server.connect();
      const asked = client.slow(60_000).catch((error: unknown) => error);
      await sim.sleep(100);
      server.crash();
      server.start();
      server.attempts.length = 0;
      expect(await asked).toMatchObject({ code: "SESSION_LOST", notStarted: false });
      expect(await client.count(1)).toBe(2);
      expect(server.attempts.length).toBe(1);
      await client.close();
    });
  });

  it("H21 hears nothing more of the old socket, which is closed", async () => {
    await simulate({ seed: 7 }, async (sim) => {
      const { handlers } = works(sim);
      const server = simServer(sim, service, handlers);
      const client = await server.connect();
      const seen: number[] = [];
      const running = client.upTo(3000).forEach(async (n) => {
        seen.push(n);
        if (n % 100 === 0) await sim.sleep(5);
      });
      await sim.sleep(30);
      // Only the client hears that it is broken: the server still believes in it, and has data in it.
      const [old] = server.link.connections;
      old?.cut({ tell: ["client"] });
      await running;
      expect(seen).toEqual(Array.from({ length: 3000 }, (_, i) => i));
      expect(server.host().snapshot().connections.length).toBe(1);
      await client.close();
    });
  });

  it("goes on also when the server's answer to the resume was lost, twice in a row", async () => {
    await simulate({ seed: 13 }, async (sim) => {
      const { ran, handlers } = works(sim);
      const server = simServer(sim, service, handlers);
      const client = await server.connect({ reconnect: { capMs: 50 } });
      const asked = client.slow(2000);
      await sim.sleep(100);
      server.link.cut();
      for (let lost = 0; lost < 2; lost += 1) {
        // The server has taken the session over to this connection, and says so: nothing of it arrives.
        const before = server.attempts.length;
        while (server.attempts.length === before) await sim.sleep(1);
        await sim.sleep(16);
        expect(server.host().snapshot()).toMatchObject({ suspended: 0, connections: [{}] });
        server.link.cut();
        await sim.sleep(1);
      }
      expect(await asked).toBe("done");
      expect(ran.aborted).toBe(0);
      expect(server.attempts.length).toBeGreaterThanOrEqual(4);
      await client.close();
      await sim.sleep(100);
      expect(server.host().store.figures().known).toBe(0);
    });
  });

  it("is found by its heartbeat when neither side is told", async () => {
    await simulate({ seed: 8 }, async (sim) => {
      const { ran, handlers } = works(sim);
      const server = simServer(sim, service, handlers);
      const client = await server.connect();
      const asked = client.slow(1000);
      await sim.sleep(10);
      const [old] = server.link.connections;
      old?.cut({ tell: [] });
      expect(await asked).toBe("done");
      expect(ran.aborted).toBe(0);
      await client.close();
    });
  });
});

describe("a resume that cannot help", () => {
  it.each([1002, 1003, 1007, 1009])(
    "is not tried after the close code %i: the same would follow",
    async (code) => {
      await simulate({ seed: code }, async (sim) => {
        const { handlers } = works(sim);
        const server = simServer(sim, service, handlers);
        const client = await server.connect();
        const asked = client.slow(60_000).catch((error: unknown) => error);
        await sim.sleep(100);
        const [connection] = server.link.connections;
        connection?.far.close(code, "cannot take that");
        expect(await asked).toMatchObject({ code: "CONNECTION_LOST", notStarted: false });
        expect(await client.count(1)).toBe(2);
        expect(server.host().snapshot()).toMatchObject({ suspended: 0, connections: [{}] });
        await client.close();
      });
    },
  );
});

describe("H22 replay storm", () => {
  it("a session of 100 MiB that breaks 50 times sends again no more than is held, and lives", async () => {
    const cap = 256 * 1024;
    const messageBytes = 128 * 1024;
    await simulate({ seed: 22, traceLines: 0 }, async (sim) => {
      const size = 64 * 1024;
      const blobs = defineService("blobs", {
        all: stream({ output: unchecked<Uint8Array>(), codec: "raw" }),
      });
      const count = 1600;
      const server = simServer(
        sim,
        blobs,
        {
          *all() {
            for (let i = 0; i < count; i += 1) yield new Uint8Array(size).fill(i & 0xff);
          },
        },
        { limits: { replayBytes: cap } },
      );
      // 10 MB/s: the replay takes its time, and PING is answered meanwhile.
      server.link.set({ bytesPerMs: 10_000 });
      const client = await server.connect({
        reconnect: { capMs: 20 },
        retryBudget: plenty(sim),
        limits: { messageBytes },
      });
      let held = 0;
      let sent = 0;
      let next = 0;
      let cuts = 0;
      await client.all(undefined, { window: 16 }).forEach((blob) => {
        if (blob.length !== size || blob[0] !== (next & 0xff)) throw new Error(`blob ${next} is another one`);
        next += 1;
        const [connection] = server.link.connections;
        for (const { replayBytes } of server.host().snapshot().connections)
          held = Math.max(held, replayBytes);
        if (next % 32 !== 0 || connection === undefined) return;
        cuts += 1;
        sent += connection.bytesDelivered("server");
        connection.cut({ arrives: { server: 1000 * (next % 70) } });
      });
      for (const connection of server.link.connections) sent += connection.bytesDelivered("server");
      expect(next).toBe(count);
      expect(cuts).toBe(50);
      // The message that fills it may go beyond it (docs/protocol.md §4.5).
      expect(held).toBeLessThanOrEqual(cap + messageBytes);
      expect(held).toBeGreaterThan(cap / 2);
      // What came more than once is what was under way when the link broke, not the session.
      expect(sent).toBeLessThan(count * size + 50 * 2 * cap);
      await client.close();
    });
  });
});

describe("a client that closes", () => {
  it("leaves no session behind at the server", async () => {
    await simulate({ seed: 9 }, async (sim) => {
      const { ran, handlers } = works(sim);
      const server = simServer(sim, service, handlers);
      const client = await server.connect();
      void client.slow(60_000).catch(() => {});
      await sim.sleep(100);
      await client.close();
      await sim.sleep(100);
      expect(ran.aborted).toBe(1);
      expect(server.host().snapshot()).toMatchObject({ connections: [], suspended: 0 });
    });
  });

  it("while its session waits leaves it to the server, which gives it up after resumeMs", async () => {
    await simulate({ seed: 10 }, async (sim) => {
      const { ran, handlers } = works(sim);
      const server = simServer(sim, service, handlers);
      const client = await server.connect();
      const asked = client.slow(60_000).catch((error: unknown) => error);
      await sim.sleep(100);
      server.link.listen(undefined);
      server.link.cut();
      await sim.sleep(10);
      await client.close();
      expect(await asked).toMatchObject({ code: "CONNECTION_LOST", notStarted: false });
      await sim.sleep(31_000);
      expect(ran.aborted).toBe(1);
      expect(server.host().snapshot()).toMatchObject({ connections: [], suspended: 0 });
    });
  });
});

describe("sessions that wait for their clients", () => {
  it("are bounded in number: the one that has waited longest is lost first", async () => {
    await simulate({ seed: 11 }, async (sim) => {
      const { handlers } = works(sim);
      const server = simServer(sim, service, handlers, { maxSuspended: 2 });
      const clients = await Promise.all([1, 2, 3].map(() => server.connect()));
      const asked = clients.map((client) => client.slow(20_000).catch((error: unknown) => error));
      await sim.sleep(100);
      server.link.listen(undefined);
      server.link.cut();
      await sim.sleep(100);
      expect(server.host().snapshot().suspended).toBe(2);
      const host = server.host();
      server.link.listen((transport) => host.accept(transport));
      const [first, second, third] = await Promise.all(asked);
      expect(first).toMatchObject({ code: "SESSION_LOST" });
      expect([second, third]).toEqual(["done", "done"]);
      await Promise.all(clients.map((client) => client.close()));
    });
  });

  it("are ended with their server", async () => {
    await simulate({ seed: 12 }, async (sim) => {
      const { ran, handlers } = works(sim);
      const server = simServer(sim, service, handlers);
      const client = await server.connect({ reconnect: { giveUpMs: 1000 } });
      void client.slow(60_000).catch(() => {});
      await sim.sleep(100);
      server.link.listen(undefined);
      server.link.cut();
      await sim.sleep(100);
      await server.host().close({ drainMs: 60_000 });
      expect(ran.aborted).toBe(1);
      await client.closed;
    });
  });
});
