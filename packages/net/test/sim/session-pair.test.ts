// Two sessions over simulated connections: they talk, survive cuts at every byte, and end when they must.

import type { SessionEvent } from "@sluice/net/protocol";
import { SessionPair, type SimConnection, Simulation } from "@sluice/net/sim";
import { describe, expect, it } from "vitest";

const ITEMS = 20;

interface World {
  readonly sim: Simulation;
  readonly pair: SessionPair;
  readonly seen: number[];
  readonly kinds: { readonly client: string[]; readonly server: string[] };
}

/** A server that sends the numbers 0, 1, ... on its turns, and a client that takes them. */
function world(settings: { resumeMs?: number } = {}): World {
  const sim = new Simulation({ seed: 5 });
  const seen: number[] = [];
  const kinds = { client: [] as string[], server: [] as string[] };
  let next = 0;
  const pair: SessionPair = new SessionPair(sim, sim.link({ delayMs: 10 }), {
    client: {
      settings,
      onEvent: (event: SessionEvent) => {
        kinds.client.push(event.kind);
        if (event.kind === "ready") {
          pair.client.session.open({ interaction: "stream", method: "n", codec: "raw", demand: ITEMS });
          pair.client.wake();
        }
        if (event.kind === "items") seen.push(...event.items.map((item) => item[0] ?? -1));
      },
    },
    server: {
      settings: { ...settings, targetAlone: 10, targetShared: 10 },
      onEvent: (event: SessionEvent) => {
        kinds.server.push(event.kind);
        if (event.kind !== "opened") return;
        pair.server.session.offer(event.streamId);
        pair.server.wake();
      },
      takeTurn: (streamId) => {
        const { session } = pair.server;
        if (session.sendItems(streamId, [new Uint8Array([next])]) === "sent") next += 1;
        if (next < ITEMS) return "more";
        session.complete(streamId);
        return "idle";
      },
    },
  });
  return { sim, pair, seen, kinds };
}

const all = Array.from({ length: ITEMS }, (_, i) => i);

describe("SessionPair", () => {
  it("carries a stream from one session to the other", () => {
    const { sim, seen, kinds } = world();
    sim.advance(100);
    expect(seen).toEqual(all);
    expect(kinds.client.slice(-1)).toEqual(["completed"]);
  });

  it("loses and doubles nothing, wherever its connection is cut: at each byte, each way", () => {
    const whole = world();
    whole.sim.advance(200);
    const bytes = (connection: SimConnection): number[] =>
      ["client", "server"].map((node) => connection.bytesDelivered(node));
    const [fromClient = 0, fromServer = 0] = bytes(whole.pair.connection);
    const hello = 60; // before it there is no session yet that could be resumed
    for (const [from, total] of [
      ["client", fromClient],
      ["server", fromServer],
    ] as const) {
      for (let at = hello; at < total; at += 1) {
        const { sim, pair, seen, kinds } = world();
        pair.connection.cutAfter({ from, bytes: at });
        sim.advance(200);
        if (pair.connection.isOver && kinds.server.includes("ready") && kinds.client.includes("ready")) {
          pair.reconnect();
          sim.advance(500);
          expect([at, seen]).toEqual([at, all]);
          expect(kinds.client.filter((kind) => kind === "completed")).toHaveLength(1);
        }
      }
    }
  });

  it("finds out by heartbeat that a connection died in silence, and goes on over another one", () => {
    const { sim, pair, seen, kinds } = world();
    sim.advance(21);
    pair.connection.mute();
    sim.advance(60_000);
    expect(kinds.client).toContain("suspended");
    pair.reconnect();
    sim.advance(500);
    expect(seen).toEqual(all);
  });

  it("ends when nobody reconnects in time, and then cannot be resumed", () => {
    const { sim, pair, kinds } = world({ resumeMs: 1000 });
    sim.advance(21);
    pair.connection.cut();
    sim.advance(5000);
    expect([kinds.client.at(-1), kinds.server.at(-1)]).toEqual(["closed", "closed"]);
    expect(() => pair.reconnect()).toThrow("Cannot reconnect: the client's session cannot be resumed");
  });
});
