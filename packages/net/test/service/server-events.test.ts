// What a server tells its hook: connections, streams and refusals, each with its end.

import { never } from "@sluice/core";
import {
  call,
  channel,
  defineService,
  push,
  type ServerEvent,
  ServiceHost,
  stream,
  unchecked,
} from "@sluice/net";
import { memoryPair } from "@sluice/net/kit";
import { connect, serve } from "@sluice/net/node";
import { simulate } from "@sluice/net/sim";
import { captureReported } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { bothWays, until } from "./both-ways.js";
import { simServer } from "./sim-service.js";
import { full, WatchGate } from "./watch-gate.js";

const number = unchecked<number>();
const service = defineService("e", {
  ask: call({ input: number, output: number }),
  read: stream({ input: number, output: number }),
  talk: channel({ input: number, output: number }),
  tell: push({ input: number }),
});

/** The first answer is what these tests are about, not what a client makes of it. */
const ONCE: object = { retries: 0 };

const handlers = {
  ask: (n: number) => {
    if (n < 0) throw new Error("negative");
    return n;
  },
  read: (n: number) => (n === 0 ? never() : Array.from({ length: n }, (_, i) => i)),
  talk: (input: AsyncIterable<number>) => input,
  tell: () => {},
};

for (const { name, open } of bothWays) {
  describe(`onEvent over ${name}`, () => {
    it("tells of a connection and its streams, each once, in order", async () => {
      const events: ServerEvent[] = [];
      const { client } = await open(service, handlers, {
        authenticate: () => "anna",
        onEvent: (event) => events.push(event),
      });
      await client.ask(1);
      await client.read(3).toArray();
      await client.talk([1, 2]).toArray();
      await client.tell(1);
      await client.ask(-1).catch(() => {});
      const stop = new AbortController();
      const reading = client.read(0, { signal: stop.signal, criticality: "sheddable" }).toArray();
      await until(() => events.length === 12);
      stop.abort();
      await reading.catch(() => {});
      await until(() => events.length === 13);
      await client.close();
      await until(() => events.length === 14);
      const who = { connection: 1, principal: "anna" };
      expect(events[0]).toEqual({
        kind: "connected",
        ...who,
        address: name === "ws" ? "127.0.0.1" : undefined,
      });
      const told = events.slice(1, -1).map((event) => {
        expect(event).toMatchObject(who);
        if (event.kind === "opened")
          return `opened ${event.method} ${event.interaction} ${event.criticality}`;
        if (event.kind !== "ended") return event.kind;
        expect(event.ms).toBeGreaterThanOrEqual(0);
        const why = event.error === undefined ? "" : ` ${(event.error as Error).message}`;
        return `ended ${event.method} ${event.outcome} ${event.items}${why}`;
      });
      expect(told).toEqual([
        "opened e.ask call critical",
        "ended e.ask success 1",
        "opened e.read stream critical",
        "ended e.read success 3",
        "opened e.talk channel critical",
        "ended e.talk success 2",
        "opened e.tell push critical",
        expect.stringMatching(/^ended e\.tell success [01]$/),
        "opened e.ask call critical",
        "ended e.ask failure 0 negative",
        "opened e.read stream sheddable",
        "ended e.read ignored 0 The client wants no more of e.read",
      ]);
      expect(events.at(-1)).toMatchObject({ kind: "disconnected", ...who, error: undefined, streams: 6 });
    });

    it("tells of what was rejected, with the code and time that the client gets", async () => {
      const events: ServerEvent[] = [];
      const gate = new WatchGate(() => full);
      const { client } = await open(service, handlers, {
        admission: gate,
        onEvent: (event) => events.push(event),
      });
      await client.ask(1, ONCE).catch(() => {});
      await until(() => events.length === 2);
      expect(events[1]).toMatchObject({
        kind: "rejected",
        connection: 1,
        method: "e.ask",
        code: "OVERLOADED",
        reason: "Cannot begin e.ask now: all desks are taken",
        retryAfterMs: 251,
      });
    });

    it("ends no connection by a hook that throws", async () => {
      const captured = await captureReported(async () => {
        const { client } = await open(service, handlers, {
          onEvent: ({ kind }) => {
            if (kind !== "disconnected") throw new Error("broken hook"); // that one comes after the capture
          },
        });
        expect(await client.ask(1)).toBe(1);
      });
      expect(String(captured)).toContain("broken hook");
    });
  });
}

describe("onEvent", () => {
  it("tells of connections that were refused: at the door, and by who they are", async () => {
    const events: ServerEvent[] = [];
    const server = await serve(service, handlers, {
      maxConnections: 1,
      onEvent: (event) => events.push(event),
      authenticate: (auth) => {
        if (auth.length === 0) throw new Error("who is there");
        return "anna";
      },
    });
    await connect(server.url, service, { reconnect: false }).catch(() => {});
    await until(() => events.length === 1);
    expect(events).toEqual([
      {
        kind: "refused",
        address: "127.0.0.1",
        reason: expect.stringContaining("Cannot let this client in"),
        retryAfterMs: undefined,
      },
    ]);
    await until(() => server.snapshot().connections.length === 0);
    const client = await connect(server.url, service, { auth: "secret" });
    await connect(server.url, service, { auth: "secret", reconnect: false }).catch(() => {});
    expect(events.slice(1)).toEqual([
      { kind: "connected", connection: 2, principal: "anna", address: "127.0.0.1" },
      {
        kind: "refused",
        address: "127.0.0.1",
        reason: "all 1 connections of this server are taken; try again later",
        retryAfterMs: 1000,
      },
    ]);
    await client.close();
    await server.close();
  });

  it("tells of a session that waits and is resumed, and disconnects each connection once", async () => {
    await simulate({ seed: 3 }, async (sim) => {
      const events: ServerEvent[] = [];
      const server = simServer(
        sim,
        service,
        { ...handlers, ask: (n: number) => sim.sleep(5000).then(() => n) },
        { onEvent: (event) => events.push(event), limits: { heartbeatMs: 500 } },
      );
      const client = await server.connect({ limits: { heartbeatMs: 500 } });
      const asked = client.ask(7);
      await sim.sleep(100);
      server.link.cut();
      expect(await asked).toBe(7);
      await client.close();
      await sim.sleep(100);
      const kinds = events.map((event) => `${event.kind} ${"connection" in event ? event.connection : ""}`);
      expect(kinds).toEqual([
        "connected 1",
        "opened 1",
        "suspended 1",
        "connected 2",
        "disconnected 2",
        "resumed 1",
        "ended 1",
        "disconnected 1",
      ]);
      const resumed = events.find((event) => event.kind === "resumed");
      expect(resumed?.afterMs).toBeGreaterThan(0);
      expect(events.at(-1)).toMatchObject({ streams: 1, error: undefined });
    });
  });

  const kinds = ["connected", "opened", "suspended", "resumed", "ended", "rejected", "disconnected"] as const;
  for (const [kind, drainMs] of kinds.flatMap((each) => [[each, 0] as const, [each, 50] as const])) {
    it(`lets the hook close the server from within "${kind}", draining for ${drainMs} ms`, async () => {
      await simulate({ seed: 5 }, async (sim) => {
        let closed: Promise<void> | undefined;
        const gate: WatchGate = new WatchGate(() => (gate.asked > 2 ? full : undefined));
        const server = simServer(
          sim,
          service,
          { ...handlers, ask: (n: number) => sim.sleep(n).then(() => n) },
          {
            admission: gate,
            onEvent: (event) => {
              if (event.kind === kind) closed ??= server.host().close({ drainMs });
            },
            limits: { heartbeatMs: 500 },
          },
        );
        const client = await server.connect({ reconnect: { giveUpMs: 1000 }, limits: { heartbeatMs: 500 } });
        const asked = Promise.allSettled([client.ask(10), client.ask(2000), client.ask(1, ONCE)]);
        await sim.sleep(100);
        server.link.cut();
        await asked;
        await client.close();
        await sim.sleep(5000);
        expect(closed).toBeDefined();
        await closed;
        expect([gate.held, server.host().snapshot().connections]).toEqual([0, []]);
      });
    });
  }

  it("says what a connection ended with when it was lost, before the ends of its streams", async () => {
    const events: ServerEvent[] = [];
    const host = new ServiceHost(service, handlers, {
      onEvent: (event) => events.push(event),
      limits: { resumeMs: 0 },
    });
    const [near, far] = memoryPair();
    host.accept(far, { headers: {}, address: "10.0.0.7" });
    const { openClient } = await import("@sluice/net");
    const client = await openClient(near, service);
    const reading = client.read(0).toArray();
    await until(() => events.length === 2);
    near.close(1011, "broken on purpose");
    await reading.catch(() => {});
    await until(() => events.length === 4);
    expect(events.slice(2)).toMatchObject([
      { kind: "disconnected", address: "10.0.0.7", streams: 1, error: { code: "CONNECTION_LOST" } },
      { kind: "ended", method: "e.read", outcome: "ignored", items: 0 },
    ]);
  });
});
