// Loans on the wire: an item above the share is asked for, lent whole, and the memory comes back.

import type { MemoryAccount } from "@sluice/core";
import { describe, expect, it } from "vitest";
import type { Frame } from "../../src/protocol/frame/frame.js";
import type { TakeTurn } from "../../src/protocol/session/session-api.js";
import { ScriptPeer } from "../script-peer.js";
import { JoinedPair } from "./joined-pair.js";

const { open, batch } = ScriptPeer;

// Shares of 1,000 bytes for four streams, and a pool of 10,000, of which an item can need 5,000.
const SIZES = {
  ownStreams: 4,
  shareBytes: 1_000,
  receiveBudget: 14_000,
  itemBytes: 6_000 - 24,
};

/** A client session with `streams` open, each with unbounded demand, that lets `peer` send. */
function client(streams: number, settings = {}): ScriptPeer {
  const script = ScriptPeer.ready("client", { ...SIZES, ...settings });
  for (let i = 0; i < streams; i++) {
    const id = script.session.open({
      interaction: "stream",
      method: "m",
      codec: "raw",
      demand: Number.POSITIVE_INFINITY,
    });
    script.session.complete(id as number);
  }
  script.gets();
  return script;
}

function blocked(streamId: number, value: number, needed: number): Frame {
  return { kind: "blocked", streamId, limit: "bytes", value, backlog: 1, needed };
}

/** The byte limits that were granted since the last call, by stream, and whoever was drained. */
function granted(script: ScriptPeer): Record<string, number> {
  const limits: Record<string, number> = {};
  for (const frame of script.gets()) {
    if (frame.kind === "credit") for (const { streamId, bytes } of frame.entries) limits[streamId] = bytes;
    if (frame.kind === "drain") limits[`drain ${frame.streamId}`] = frame.bytes;
  }
  return limits;
}

describe("Session, a receiver that lends", () => {
  it("§4.9 lends the whole need at once when the pool has it", () => {
    const script = client(1);
    script.sends(blocked(1, 1_000, 5_000));
    expect(granted(script)).toEqual({ 1: 5_000 });
    script.sends(batch(1, 1, 5_000 - 16));
    expect(script.events().map(({ kind }) => kind)).toEqual(["blocked", "batch"]);
  });

  it("§4.10 takes a loan back from who was lent for one item and now has a larger one: others may wait for it", () => {
    const script = client(2, { receiveBudget: 10_000, itemBytes: 5_900 });
    script.sends(blocked(1, 1_000, 5_900), blocked(3, 1_000, 5_900));
    expect(granted(script)).toEqual({ 1: 5_900 });
    // Stream 3 waits for what 1 has; 1 does not use it, since its next item takes two bytes more.
    script.sends(blocked(1, 5_900, 5_902));
    expect(granted(script)).toEqual({ "drain 1": 5_900 });
    script.sends({ kind: "drained", streamId: 1, bytes: 5_900 });
    expect(granted(script)).toEqual({ 1: 6_900, 3: 5_900 });
  });

  it("§4.10 takes a loan back that is not used while another need waits and is said again", () => {
    const script = client(2, { receiveBudget: 10_000, itemBytes: 5_900 });
    script.sends(blocked(1, 1_000, 5_900), blocked(3, 1_000, 5_900));
    expect(granted(script)).toEqual({ 1: 5_900 });
    // Stream 1 has changed its mind and sends nothing.
    script.sends(blocked(3, 1_000, 5_900));
    expect(granted(script)).toEqual({ "drain 1": 5_900 });
    script.sends(blocked(3, 1_000, 5_900));
    expect(granted(script)).toEqual({});
    script.sends({ kind: "drained", streamId: 1, bytes: 5_900 });
    expect(granted(script)).toEqual({ 1: 6_900, 3: 5_900 });
  });

  it("§4.9 measures the round trip with the first loan, once, to know how wide windows have to be", () => {
    const script = client(2);
    script.sends(blocked(1, 1_000, 5_000));
    const [credit, ping] = script.gets();
    expect([credit?.kind, ping?.kind]).toEqual(["credit", "ping"]);
    script.sends(blocked(3, 1_000, 3_000));
    expect(script.getsKinds()).toEqual(["credit"]);
    script.now = 7;
    if (ping?.kind === "ping") script.sends({ kind: "pong", opaque: ping.opaque });
    expect(script.session.roundTripMs).toBe(7);
    script.sends(batch(1, 1, 4_000));
    script.session.consumed(1, 1);
    expect(script.getsKinds()).toEqual(["credit"]);
  });

  it("§4.9 lends first come first served: a smaller need behind a larger one waits", () => {
    const script = client(4);
    script.sends(blocked(1, 1_000, 6_000), blocked(3, 1_000, 5_000), blocked(5, 1_000, 4_000));
    // 5,000 and 4,000 are lent; 1,000 are left, and the third needs 3,000.
    expect(granted(script)).toMatchObject({ 1: 6_000, 3: 5_000 });
    script.sends(blocked(7, 1_000, 1_500));
    expect(granted(script)).toEqual({});
    script.sends(batch(1, 1, 5_976));
    script.session.consumed(1, 1);
    const limits = granted(script);
    expect(limits).toMatchObject({ 5: 4_000, 7: 1_500 });
  });

  it("§4.9 lets no need wait that its own share covers, whoever waits for the pool", () => {
    const script = client(4);
    script.sends(blocked(1, 1_000, 6_000), blocked(3, 1_000, 6_000), blocked(5, 1_000, 6_000));
    granted(script);
    script.sends(batch(7, 1, 400 - 16), blocked(7, 1_000, 1_300));
    // What it holds is in the way: behind the third one, until its own subscriber has taken it.
    expect(granted(script)).toEqual({});
    script.session.consumed(7, 1);
    expect(granted(script)).toEqual({ 7: 1_300 });
  });

  it("§5.9 ends the connection at a need beyond the largest item", () => {
    const most = client(1);
    most.sends(blocked(1, 1_000, 7_048));
    expect(most.ended()).toBeUndefined();
    const more = client(1);
    more.sends(blocked(1, 1_000, 7_049));
    expect(more.ended()).toMatchObject({ error: "FRAME_UNEXPECTED", rule: "protocol.md §4.9" });
  });

  it("§5.9 restates a limit that the peer does not know", () => {
    const script = client(1);
    script.sends(blocked(1, 1_000, 5_000));
    granted(script);
    script.sends(blocked(1, 1_000, 5_000));
    expect(granted(script)).toEqual({ 1: 5_000 });
  });

  it("§4.10 drains unspent loans for a need that waits, unused for longest first, and lends what comes back", () => {
    const script = client(4);
    script.sends(blocked(1, 1_000, 5_000));
    granted(script);
    script.sends(blocked(3, 1_000, 5_000));
    granted(script);
    // 8,000 of 10,000 are lent and unspent; a need of 4,000 lacks 2,000, and stream 1 brings back 4,000.
    script.sends(blocked(5, 1_000, 5_000));
    expect(granted(script)).toEqual({ "drain 1": 5_000 });
    script.sends({ kind: "drained", streamId: 1, bytes: 5_000 });
    expect(granted(script)).toEqual({ 1: 6_000, 5: 5_000 });
    expect(script.session.figures(1)?.receiveBytes).toMatchObject({
      received: 5_000,
      held: 0,
      returned: 5_000,
    });
  });

  it("§4.10 drains for the second need of a stream too, when the first one needed no DRAIN", () => {
    const script = client(4);
    const item = (id: number) => batch(id, 1, 5_976);
    script.sends(blocked(1, 1_000, 5_992), blocked(5, 1_000, 5_992));
    granted(script);
    // All of the pool is lent and held: nothing to drain for stream 3, which waits until stream 1's item is taken.
    script.sends(item(1), item(5), blocked(3, 1_000, 5_992));
    expect(granted(script)).toEqual({});
    script.session.consumed(1, 1);
    expect(granted(script)).toMatchObject({ 3: 5_992 });
    script.sends(item(3));
    script.session.consumed(3, 1);
    granted(script);
    const first = script.session.figures(1)?.receiveBytes.granted ?? 0;
    script.sends(blocked(1, first, 5_992 + 5_992));
    expect(granted(script)).toEqual({ 1: 11_984 });
    const third = script.session.figures(3)?.receiveBytes.granted ?? 0;
    script.sends(blocked(3, third, 5_992 + 5_992));
    expect(granted(script)).toEqual({ "drain 1": 11_984 });
  });

  it("§4.9 lends to what nobody takes any more, so that the peer comes to its end", () => {
    const script = ScriptPeer.ready("server", { ...SIZES, ownStreams: 0, peerStreams: 4 });
    script.sends(open(1));
    script.session.complete(1);
    script.gets();
    script.sends(blocked(1, 1_000, 5_000));
    expect(granted(script)).toEqual({ 1: 5_000 });
    script.sends(batch(1, 1, 4_984), { kind: "complete", streamId: 1, items: 1, bytes: 5_000 });
    expect(script.ended()).toBeUndefined();
    expect(script.session.figures(1)).toBeUndefined();
  });

  it("§4.10 ends the connection at a DRAINED that nobody asked for, or elsewhere than at the limit", () => {
    const unasked = client(1);
    unasked.sends({ kind: "drained", streamId: 1, bytes: 1_000 });
    expect(unasked.ended()).toMatchObject({ error: "FRAME_UNEXPECTED", rule: "protocol.md §4.10" });
    const elsewhere = client(1, { idleMs: 10 });
    elsewhere.sends(blocked(1, 1_000, 5_000));
    granted(elsewhere);
    elsewhere.session.tick(10);
    elsewhere.session.tick(20);
    expect(granted(elsewhere)).toEqual({ "drain 1": 5_000 });
    elsewhere.sends({ kind: "drained", streamId: 1, bytes: 4_999 });
    expect(elsewhere.ended()).toMatchObject({ error: "FRAME_UNEXPECTED" });
  });

  it("§4.10 drains a loan that was not used for idleMs, and says when it wants to look", () => {
    const script = client(2, { idleMs: 1_000 });
    script.sends(blocked(1, 1_000, 5_000), blocked(3, 1_000, 5_000));
    granted(script);
    expect(script.session.nextTick()).toBe(1_000);
    script.session.tick(1_000);
    script.sends(batch(3, 1, 100));
    expect(granted(script)).toEqual({});
    script.session.tick(2_000);
    expect(granted(script)).toEqual({ "drain 1": 5_000 });
    script.session.tick(3_000);
    expect(granted(script)).toEqual({ "drain 3": 5_000 });
    script.sends(
      { kind: "drained", streamId: 1, bytes: 5_000 },
      { kind: "drained", streamId: 3, bytes: 5_000 },
    );
    // The share again; stream 3 holds 116 bytes of it.
    expect(granted(script)).toEqual({ 1: 6_000, 3: 5_884 });
  });

  it("§4.6 closes the account of a drained stream at what was sent and skipped", () => {
    const script = client(1, { idleMs: 10 });
    script.sends(blocked(1, 1_000, 5_000));
    granted(script);
    script.session.tick(10);
    script.session.tick(20);
    script.gets();
    script.sends({ kind: "drained", streamId: 1, bytes: 5_000 });
    script.sends({ kind: "complete", streamId: 1, items: 0, bytes: 5_000 });
    expect(script.ended()).toBeUndefined();
    expect(script.session.figures(1)).toBeUndefined();
  });

  it("§4.9 lends to nobody who does not want it any more", () => {
    const script = client(3);
    script.sends(blocked(1, 1_000, 6_000), blocked(3, 1_000, 6_000), blocked(5, 1_000, 6_000));
    granted(script);
    script.session.cancel(5);
    script.gets();
    script.sends(batch(1, 1, 5_976), batch(3, 1, 5_976));
    script.session.consumed(1, 1);
    script.session.consumed(3, 1);
    expect(Object.keys(granted(script))).toEqual(["1", "3"]);
  });
});

describe("Session, a sender that borrows", () => {
  function server(items = 10, bytes = 1_000): ScriptPeer {
    const script = ScriptPeer.ready("server", {}, SIZES);
    script.sends(open(1, { items, bytes }));
    script.events();
    return script;
  }

  function credit(items: number, bytes: number): Frame {
    return { kind: "credit", streams: undefined, entries: [{ streamId: 1, items, bytes }] };
  }

  it("§4.9 says at once what an item above half of the share needs, once for each limit", () => {
    const script = server();
    expect(script.session.sendBatch(1, 1, new Uint8Array(3_000))).toBe("over-credit");
    expect(script.session.sendBatch(1, 1, new Uint8Array(3_000))).toBe("over-credit");
    expect(script.gets()).toEqual([blocked(1, 1_000, 3_016)]);
    script.sends(credit(10, 2_000));
    expect(script.gets()).toEqual([blocked(1, 2_000, 3_016)]);
    script.sends(credit(10, 3_016));
    expect(script.session.sendBatch(1, 1, new Uint8Array(3_000))).toBe("sent");
  });

  it("§4.5 says nothing of an item within half of the share: credit comes by itself", () => {
    const script = server(10, 400);
    expect(script.session.sendBatch(1, 1, new Uint8Array(500 - 16))).toBe("over-credit");
    expect(script.gets()).toEqual([]);
    expect(script.session.sendBatch(1, 1, new Uint8Array(501 - 16))).toBe("over-credit");
    expect(script.gets()).toEqual([blocked(1, 400, 501)]);
  });

  it("§4.9 states no need while it lacks item credit", () => {
    const script = server(0);
    expect(script.session.sendBatch(1, 1, new Uint8Array(3_000))).toBe("over-credit");
    expect(script.gets()).toEqual([]);
    script.sends(credit(1, 1_000));
    expect(script.gets()).toEqual([blocked(1, 1_000, 3_016)]);
  });

  it("§5.9 repeats what stays blocked with back-off, up to ten seconds apart", () => {
    const script = server();
    script.session.sendBatch(1, 1, new Uint8Array(3_000));
    script.gets();
    const said: number[] = [];
    for (let now = 0; now <= 50_000; now += 100) {
      script.now = now;
      script.session.tick(now);
      for (const frame of script.gets()) {
        if (frame.kind === "ping") script.sends({ kind: "pong", opaque: frame.opaque });
        if (frame.kind !== "blocked") continue;
        expect(frame).toEqual(blocked(1, 1_000, 3_016));
        said.push(now);
      }
    }
    expect(said).toEqual([300, 700, 1_500, 3_100, 6_300, 12_700, 22_700, 32_700, 42_700]);
    script.sends(credit(10, 3_016));
    script.session.sendBatch(1, 1, new Uint8Array(3_000));
    script.gets();
    script.session.tick(60_000);
    expect(script.getsKinds()).toEqual(["ping"]);
  });

  it("§5.9 spaces the repeats of many streams: fewer than a peer allows", () => {
    const script = ScriptPeer.ready("server", {}, SIZES);
    for (let i = 0; i < 256; i++) script.sends(open(2 * i + 1, { bytes: 1_000 }));
    for (let i = 0; i < 256; i++) script.session.sendBatch(2 * i + 1, 1, new Uint8Array(3_000));
    expect(script.gets()).toHaveLength(256);
    const repeated = new Map<number, number>();
    let count = 0;
    for (let now = 0; now <= 10_000; now += 50) {
      script.session.tick(now);
      for (const frame of script.gets()) {
        if (frame.kind !== "blocked") continue;
        count++;
        repeated.set(frame.streamId, (repeated.get(frame.streamId) ?? 0) + 1);
      }
    }
    expect(count).toBeLessThanOrEqual(10 * 100);
    expect(repeated.size).toBe(256);
  });

  it("§5.9 repeats that it lacks a slot", () => {
    const script = ScriptPeer.ready("client", {}, { peerStreams: 1 });
    const call = { interaction: "call", method: "m", codec: "raw", demand: 1 } as const;
    script.session.open(call);
    script.gets();
    expect(script.session.open(call)).toBe("no-slot");
    const said: number[] = [];
    for (let now = 0; now <= 1_000; now += 100) {
      script.session.tick(now);
      if (script.getsKinds().includes("blocked")) said.push(now);
    }
    expect(said).toEqual([100, 300, 700]);
  });

  it("§4.10 answers DRAIN at once when it has nothing to send, and goes on at the limit", () => {
    const script = server();
    script.session.sendBatch(1, 1, new Uint8Array(84));
    script.gets();
    script.sends({ kind: "drain", streamId: 1, bytes: 2_000 });
    expect(script.gets()).toEqual([{ kind: "drained", streamId: 1, bytes: 2_000 }]);
    expect(script.session.figures(1)?.sendBytes).toEqual({ granted: 2_000, sent: 2_000 });
    script.sends(credit(10, 3_000));
    expect(script.session.sendBatch(1, 1, new Uint8Array(984))).toBe("sent");
    script.session.complete(1);
    expect(script.gets().at(-1)).toEqual({ kind: "complete", streamId: 1, items: 2, bytes: 3_000 });
  });

  it("§4.10 sends what it can first, on its turn", () => {
    const script = server(10, 10_000);
    const { session } = script;
    const take: TakeTurn = (id) => {
      session.sendBatch(id, 1, new Uint8Array(3_000));
      return "idle";
    };
    session.offer(1);
    script.sends({ kind: "drain", streamId: 1, bytes: 10_000 });
    // The transport has no room: no turn, and so no answer yet.
    expect(script.gets()).toEqual([]);
    const message = session.transmit(0, take);
    expect(message?.length).toBeGreaterThan(3_000);
    expect([...(message ?? [])].slice(-5)).toEqual([0x06, 1, 2, 0x90, 0x4e]);
  });

  it("§4.10 states its need again behind DRAINED, since positions have moved", () => {
    const script = server();
    script.session.sendBatch(1, 1, new Uint8Array(3_000));
    script.gets();
    script.sends({ kind: "drain", streamId: 1, bytes: 1_000 });
    expect(script.gets()).toEqual([{ kind: "drained", streamId: 1, bytes: 1_000 }, blocked(1, 1_000, 4_016)]);
  });

  it("§4.10 ends the connection at a second DRAIN before the answer, and at one below what was granted", () => {
    const twice = server();
    const drain: Frame = { kind: "drain", streamId: 1, bytes: 1_000 };
    twice.sends(drain, drain);
    expect(twice.ended()).toMatchObject({ error: "FRAME_UNEXPECTED", rule: "protocol.md §4.10" });
    const below = server();
    below.sends({ kind: "drain", streamId: 1, bytes: 999 });
    expect(below.ended()).toMatchObject({ error: "FRAME_UNEXPECTED", rule: "protocol.md §4.10" });
  });

  it("§4.10 answers no DRAIN that crossed its end", () => {
    const script = server();
    script.session.complete(1);
    script.gets();
    script.sends({ kind: "drain", streamId: 1, bytes: 1_000 });
    expect(script.gets()).toEqual([]);
    expect(script.ended()).toBeUndefined();
  });
});

describe("Session, charged to an account", () => {
  class Account implements MemoryAccount {
    used = 0;
    budget = Number.POSITIVE_INFINITY;

    tryCharge(bytes: number): boolean {
      if (this.used + bytes > this.budget) return false;
      this.used += bytes;
      return true;
    }

    release(bytes: number): void {
      this.used -= bytes;
    }
  }

  function pair(): { joined: JoinedPair; account: Account } {
    const account = new Account();
    const joined = new JoinedPair({ client: SIZES, server: { shareBytes: 1_000 } }, ["raw"], {
      client: account,
    });
    joined.run();
    return { joined, account };
  }

  it("charges the share of each stream and each loan, and gives back exactly that", () => {
    const { joined, account } = pair();
    const ids = [joined.open({ demand: 4 }), joined.open({ demand: 4 })];
    joined.run();
    expect(account.used).toBe(2_000);
    const [first] = ids as [number, number];
    joined.server.sendBatch(first, 1, new Uint8Array(5_000));
    joined.run();
    expect(account.used).toBe(2_000 + 5_016 - 1_000);
    joined.server.sendBatch(first, 1, new Uint8Array(5_000));
    joined.run();
    joined.client.consumed(first, 1);
    expect(account.used).toBe(2_000);
    for (const id of ids) {
      joined.server.complete(id);
      joined.client.complete(id);
    }
    joined.run();
    expect(account.used).toBe(0);
  });

  it("opens no stream without memory for its share, rejects the peer's, and lends nothing", () => {
    const { joined, account } = pair();
    account.budget = 3_000;
    const id = joined.open({ demand: 4 });
    joined.run();
    joined.server.sendBatch(id, 1, new Uint8Array(5_000));
    joined.run();
    expect(joined.server.figures(id)?.sendBytes.granted).toBe(1_000);
    account.budget = 6_000;
    joined.run();
    expect(joined.server.figures(id)?.sendBytes.granted).toBe(5_016);
    account.budget = 1_000;
    const full = joined.client.open({ interaction: "call", method: "m", codec: "raw", demand: 1 });
    expect(full).toBe("no-memory");
    expect(account.used).toBe(1_000 + 4_016);
  });

  it("rejects a stream of the peer when there is no memory for its share, and lets it try again later", () => {
    const account = new Account();
    account.budget = 1_500;
    const script = ScriptPeer.ready("server", { shareBytes: 1_000 }, {}, { account });
    script.sends(open(1), open(3));
    expect(script.events().map(({ kind }) => kind)).toEqual(["opened"]);
    const failure = { name: "OVERLOADED", notStarted: true, retryAfterMs: 1_000 };
    expect(script.gets()).toMatchObject([{ kind: "reject", streamId: 3, failure }]);
    // Its share was never taken, so its end gives none back.
    script.sends({ kind: "complete", streamId: 3, items: 0, bytes: 0 });
    expect(account.used).toBe(1_000);
  });

  it("gives everything back when the session ends", () => {
    const { joined, account } = pair();
    const id = joined.open({ demand: 4 });
    joined.run();
    joined.server.sendBatch(id, 1, new Uint8Array(5_000));
    joined.run();
    expect(account.used).toBeGreaterThan(1_000);
    joined.client.close();
    expect(account.used).toBe(0);
  });
});
