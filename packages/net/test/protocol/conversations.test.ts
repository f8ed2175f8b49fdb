// Conversations with a scripted honest peer: who says what, in which order.

import { describe, expect, it } from "vitest";
import { streamFailure } from "../../src/protocol/protocol-error.js";
import { ScriptPeer } from "../script-peer.js";

const { open, batch } = ScriptPeer;
const NONE = { items: 0, bytes: 0 };

function opened(demand = 10, settings = {}): ScriptPeer {
  const script = ScriptPeer.ready("client", settings);
  script.session.open({ interaction: "stream", method: "numbers", codec: "raw", demand });
  script.session.complete(1);
  script.gets();
  return script;
}

describe("Session, HELLO and OPEN", () => {
  it("says HELLO first, unasked, and a server nothing else before the client's", () => {
    const script = new ScriptPeer("server");
    expect(script.getsKinds()).toEqual(["hello"]);
    expect(script.session.open({ interaction: "call", method: "x", codec: "raw", demand: 1 })).toBe(
      "not-ready",
    );
    expect(script.getsKinds()).toEqual([]);
  });

  it("carries everything of an OPEN to the other side", () => {
    const script = ScriptPeer.ready("server");
    const metadata = new Uint8Array([1, 2]);
    const frame = open(1, { metadata });
    script.sends(frame.kind === "open" ? { ...frame, deadlineMs: 750 } : frame);
    expect(script.events()).toEqual([
      {
        kind: "opened",
        streamId: 1,
        interaction: "stream",
        method: "numbers",
        codec: "raw",
        metadata,
        deadlineMs: 750,
        urgency: 3,
        criticality: "critical",
      },
    ]);
    expect(script.session.sendable(1).items).toBeGreaterThan(0);
  });

  it("rejects a codec that it does not speak, and lives on", () => {
    const script = new ScriptPeer("server");
    const hello = script.hello();
    script.sends(hello.kind === "hello" ? { ...hello, codecs: ["cbor"] } : hello);
    script.gets();
    script.events();
    script.sends(open(1), { kind: "complete", streamId: 1, ...NONE });
    const [answer] = script.gets();
    expect(answer?.kind === "reject" && answer.failure).toMatchObject({
      name: "CODEC_UNSUPPORTED",
      notStarted: true,
    });
    expect(script.events()).toEqual([]);
    expect(script.session.figures(1)).toBeUndefined();
  });

  it("refuses wrong arguments at the call and opens nothing", () => {
    const { session } = ScriptPeer.ready("client");
    const good = { interaction: "call", method: "x", codec: "raw", demand: 1 } as const;
    expect(() => session.open({ ...good, method: "" })).toThrow(/method name/);
    expect(() => session.open({ ...good, method: "x".repeat(257) })).toThrow(/method name/);
    expect(() => session.open({ ...good, codec: "cbor" })).toThrow(/codec/);
    expect(() => session.open({ ...good, demand: -1 })).toThrow(/demand/);
    expect(() => session.open({ ...good, deadlineMs: 1.5 })).toThrow(/deadline/);
    expect(() => session.open({ ...good, metadata: new Uint8Array(16_385) })).toThrow(/metadata/);
    expect(session.open(good)).toBe(1);
  });
});

describe("Session, credit on the wire", () => {
  it("§4.4 says CREDIT when half the window is free, once", () => {
    const script = opened(10);
    script.sends(batch(1, 4, 4));
    script.session.consumed(1, 4);
    script.session.grantItems(1, 14);
    expect(script.getsKinds()).toEqual([]);
    script.sends(batch(1, 1, 1));
    script.session.consumed(1, 1);
    script.session.grantItems(1, 15);
    // What is free of the byte window, 85, is not worth saying.
    const bytes = 16_384;
    expect(script.gets()).toEqual([
      { kind: "credit", streams: undefined, entries: [{ streamId: 1, items: 15, bytes }] },
    ]);
    expect(script.getsKinds()).toEqual([]);
  });

  it("§4.4 says CREDIT at once to a sender at zero: a demand of one works", () => {
    const script = opened(1);
    for (let n = 1; n <= 3; n++) {
      script.sends(batch(1, 1, 1));
      script.session.consumed(1, 1);
      script.session.grantItems(1, n + 1);
      const [frame] = script.gets();
      expect(frame?.kind === "credit" && frame.entries[0]?.items).toBe(n + 1);
    }
  });

  it("§4.4 grants bytes on consumption, not on arrival", () => {
    const script = opened(Number.POSITIVE_INFINITY);
    script.sends(batch(1, 2, 16_000));
    expect(script.getsKinds()).toEqual([]);
    script.session.consumed(1, 1);
    expect(script.getsKinds()).toEqual([]);
    script.session.consumed(1, 1);
    expect(script.getsKinds()).toEqual(["credit"]);
  });

  it("§4.4 says the grants of a turn in one frame, slots too, in front of data", () => {
    const script = ScriptPeer.ready("server", { peerStreams: 2 });
    script.sends(open(1), { kind: "complete", streamId: 1, ...NONE }, open(3), batch(3, 1, 8_000));
    script.session.consumed(3, 1);
    script.session.sendBatch(3, 1, new Uint8Array([1]));
    script.session.complete(1);
    expect(script.gets().map((f) => (f.kind === "credit" ? f : f.kind))).toEqual([
      { kind: "credit", streams: 3, entries: [] },
      "items",
      "complete",
    ]);
  });

  it("§4.1 ignores CREDIT that raises nothing", () => {
    const script = ScriptPeer.ready("server");
    script.sends(open(1, { items: 5 }));
    script.events();
    const entry = { streamId: 1, items: 5, bytes: 100 };
    script.sends({ kind: "credit", streams: 1, entries: [entry] });
    expect(script.events()).toEqual([]);
    script.sends({ kind: "credit", streams: undefined, entries: [{ ...entry, items: 6 }] });
    expect(script.events()).toEqual([{ kind: "credit", streamId: 1 }]);
  });

  it("§4.8 asks the publisher for few items until it knows their size", () => {
    const script = ScriptPeer.ready("server");
    script.sends(open(1, { items: 10_000 }));
    expect(script.session.sendable(1).items).toBe(1);
    expect(script.session.sendBatch(1, 2, new Uint8Array(96))).toBe("sent");
    expect(script.session.sendable(1).items).toBe(Math.floor((262_144 - 128) / 64));
  });

  it("§4.5 tells an item that never fits from one that waits", () => {
    const script = ScriptPeer.ready("server", {}, { itemBytes: 131_048 });
    script.sends(open(1));
    expect(script.session.sendBatch(1, 1, new Uint8Array(131_049))).toBe("too-large");
    expect(script.session.sendItems(1, [new Uint8Array(131_049)])).toBe("too-large");
    expect(script.session.sendBatch(1, 1, new Uint8Array(131_048))).toBe("sent");
    while (script.session.transmit(0, () => "idle") !== undefined);
    expect(script.session.sendBatch(1, 1, new Uint8Array(131_048))).toBe("sent");
    while (script.session.transmit(0, () => "idle") !== undefined);
    expect(script.session.sendBatch(1, 1, new Uint8Array(131_048))).toBe("over-credit");
  });

  it("§4.7 gives a slot back when the handler has ended, and opens again on the peer's word", () => {
    const server = ScriptPeer.ready("server", { peerStreams: 1 });
    server.sends(open(1), { kind: "complete", streamId: 1, ...NONE }, { kind: "cancel", streamId: 1 });
    expect(server.getsKinds()).toEqual(["error"]);
    server.session.released(1);
    expect(server.gets()).toEqual([{ kind: "credit", streams: 2, entries: [] }]);

    const client = ScriptPeer.ready("client", {}, { peerStreams: 1 });
    const call = { interaction: "call", method: "x", codec: "raw", demand: 1 } as const;
    expect(client.session.open(call)).toBe(1);
    expect(client.session.open(call)).toBe("no-slot");
    client.sends({ kind: "credit", streams: 2, entries: [] });
    expect(client.events()).toEqual([{ kind: "slots" }]);
    expect(client.session.open(call)).toBe(3);
  });

  it("refuses consumption of what was never received", () => {
    const script = opened();
    script.sends(batch(1, 2, 2));
    expect(() => script.session.consumed(1, 3)).toThrow(/2 are held/);
    expect(() => script.session.consumed(1, 0)).toThrow(RangeError);
    expect(() => script.session.grantItems(1, Number.NaN)).toThrow(RangeError);
  });
});

describe("Session, ends", () => {
  it("§3.4 cancels with CANCEL and its own end, and hears nothing more", () => {
    const script = ScriptPeer.ready("client");
    script.session.open({ interaction: "stream", method: "numbers", codec: "raw", demand: 10 });
    script.gets();
    script.session.cancel(1);
    script.session.cancel(1);
    expect(script.getsKinds()).toEqual(["cancel", "error"]);
    script.sends(batch(1, 3, 3), { kind: "complete", streamId: 1, items: 3, bytes: 51 });
    expect(script.events()).toEqual([]);
    expect(script.session.figures(1)).toBeUndefined();
  });

  it("§3.4 answers a CANCEL at once, with final positions", () => {
    const script = ScriptPeer.ready("server");
    script.sends(open(1), { kind: "complete", streamId: 1, ...NONE });
    script.session.sendBatch(1, 3, new Uint8Array(30));
    script.events();
    script.sends({ kind: "cancel", streamId: 1 });
    expect(script.events().map((event) => event.kind)).toEqual(["cancelled"]);
    const [items, error] = script.gets();
    expect(items?.kind).toBe("items");
    expect(error).toMatchObject({ kind: "error", items: 3, bytes: 78, failure: { name: "CANCELLED" } });
  });

  it("§3.4 takes the COMPLETE that crossed a CANCEL as its answer", () => {
    const script = ScriptPeer.ready("server");
    script.sends(open(1), { kind: "complete", streamId: 1, ...NONE });
    script.session.complete(1);
    script.events();
    script.sends({ kind: "cancel", streamId: 1 });
    expect(script.events()).toEqual([]);
    expect(script.getsKinds()).toEqual(["complete"]);
  });

  it("§3.4 ends its own direction when the peer's fails", () => {
    const script = ScriptPeer.ready("client");
    script.session.open({ interaction: "stream", method: "numbers", codec: "raw", demand: 10 });
    script.gets();
    const failure = streamFailure("INTERNAL", "it broke");
    script.sends({ kind: "error", streamId: 1, ...NONE, failure });
    expect(script.events()).toMatchObject([
      { kind: "failed", rejected: false, failure: { message: "it broke" } },
    ]);
    expect(script.getsKinds()).toEqual(["error"]);
  });

  it("§5.8 reports a REJECT with what the peer said about trying again", () => {
    const script = opened();
    script.sends({ kind: "reject", streamId: 1, failure: streamFailure("OVERLOADED", "full", 250) });
    expect(script.events()).toMatchObject([
      { kind: "failed", rejected: true, failure: { code: 0x42, retryAfterMs: 250, notStarted: true } },
    ]);
  });

  it("rejects only while nothing was sent; then it fails", () => {
    const script = ScriptPeer.ready("server");
    script.sends(open(1), open(3));
    script.session.sendBatch(3, 1, new Uint8Array(1));
    script.session.reject(1, streamFailure("NOT_FOUND", "Cannot find numbers"));
    script.session.reject(3, streamFailure("NOT_FOUND", "Cannot find numbers"));
    expect(script.getsKinds()).toEqual(["items", "reject", "error"]);
  });

  it("refuses error details that are too large before anything has happened", () => {
    const script = ScriptPeer.ready("server");
    script.sends(open(1));
    const failure = { ...streamFailure("INTERNAL", "x"), details: new Uint8Array(8193) };
    expect(() => script.session.fail(1, failure)).toThrow(/details/);
    expect(script.session.sendBatch(1, 1, new Uint8Array(1))).toBe("sent");
  });

  it("cuts a message for people instead of failing to send it", () => {
    const script = ScriptPeer.ready("server");
    script.sends(open(1));
    script.session.fail(1, streamFailure("INTERNAL", "ä".repeat(5000)));
    const [frame] = script.gets();
    expect(frame?.kind === "error" && frame.failure.message).toBe("ä".repeat(2048));
  });
});

describe("Session, the connection", () => {
  it("§7.1 drives the heartbeat, measures the round trip and gives up on a silent peer", () => {
    const script = ScriptPeer.ready("client");
    expect(script.session.nextTick()).toBe(15_000);
    script.session.tick(15_000);
    const [ping] = script.gets();
    expect(ping?.kind).toBe("ping");
    script.now = 15_040;
    if (ping?.kind === "ping") script.sends({ kind: "pong", opaque: ping.opaque });
    expect(script.events()).toEqual([{ kind: "roundTrip", ms: 40 }]);
    expect(script.session.roundTripMs).toBe(40);
    script.session.tick(30_000);
    expect(script.session.nextTick()).toBe(60_000);
    script.session.tick(60_000);
    script.now = 60_000;
    expect(script.ended()).toMatchObject({ error: "HEARTBEAT_LOST", rule: "protocol.md §7.1" });
  });

  it("§7.1 answers a PING with its own bytes, in front of data", () => {
    const script = ScriptPeer.ready("server");
    const opaque = new Uint8Array([9, 8, 7, 6, 5, 4, 3, 2]);
    script.sends(open(1));
    script.session.sendBatch(1, 1, new Uint8Array(100));
    script.sends({ kind: "ping", opaque });
    const frames = script.gets();
    expect(frames.map((frame) => frame.kind)).toEqual(["pong", "items"]);
    expect(frames[0]).toEqual({ kind: "pong", opaque });
    script.sends({ kind: "ping", opaque });
    expect(script.getsKinds()).toEqual(["pong"]);
  });

  it("§7.2 turns new streams away after GOAWAY, lets the others run, and reports the last end", () => {
    const script = ScriptPeer.ready("server");
    script.sends(open(1), { kind: "complete", streamId: 1, ...NONE });
    script.events();
    script.session.goaway({ reason: "restart", reconnectAfterMs: 100, spreadMs: 500 });
    script.session.goaway({ reason: "again" });
    expect(script.gets()).toEqual([
      { kind: "goaway", lastStreamId: 1, reconnectAfterMs: 100, spreadMs: 500, reason: "restart" },
    ]);
    script.sends(open(3), { kind: "complete", streamId: 3, ...NONE });
    const [answer] = script.gets();
    expect(answer).toMatchObject({
      kind: "reject",
      streamId: 3,
      failure: { name: "GOING_AWAY", notStarted: true },
    });
    expect(script.events()).toEqual([]);
    script.session.sendBatch(1, 1, new Uint8Array(1));
    script.session.complete(1);
    expect(script.events()).toEqual([{ kind: "drained" }]);
    expect(script.events()).toEqual([]);
  });

  it("§7.2 opens nothing after the peer's GOAWAY", () => {
    const script = opened();
    script.sends({ kind: "goaway", lastStreamId: 1, reconnectAfterMs: 5, spreadMs: 7, reason: "restart" });
    expect(script.events()).toEqual([
      { kind: "goaway", goaway: { lastStreamId: 1, reconnectAfterMs: 5, spreadMs: 7, reason: "restart" } },
    ]);
    expect(script.session.open({ interaction: "call", method: "x", codec: "raw", demand: 1 })).toBe(
      "going-away",
    );
    script.sends({ kind: "complete", streamId: 1, ...NONE });
    expect(script.events().map((event) => event.kind)).toEqual(["completed", "drained"]);
  });

  it("§7.2 knows by the GOAWAY itself which of its streams were not begun", () => {
    const script = opened();
    script.session.open({ interaction: "call", method: "x", codec: "raw", demand: 1 });
    script.gets();
    script.sends({ kind: "goaway", lastStreamId: 1, reconnectAfterMs: 0, spreadMs: 0, reason: "restart" });
    const [, failed, ...more] = script.events();
    expect(failed).toMatchObject({
      kind: "failed",
      streamId: 3,
      rejected: true,
      failure: { name: "GOING_AWAY", notStarted: true },
    });
    expect(more).toEqual([]);
    expect(script.gets()).toMatchObject([{ kind: "error", streamId: 3, failure: { name: "CANCELLED" } }]);
    // The peer's own answer is no news, and closes the account.
    const failure = { code: 0x44, name: "GOING_AWAY", message: "", notStarted: true, doNotRetry: false };
    script.sends({ kind: "reject", streamId: 3, failure });
    expect(script.events()).toEqual([]);
    script.sends({ kind: "complete", streamId: 1, ...NONE });
    expect(script.events().map((event) => event.kind)).toEqual(["completed", "drained"]);
  });

  it("§5.9 says BLOCKED after a while, once for each limit", () => {
    const script = ScriptPeer.ready("server");
    script.sends(open(1, { items: 1 }));
    script.session.sendBatch(1, 1, new Uint8Array(1));
    script.session.offer(1);
    script.gets();
    expect(script.session.nextTick()).toBe(100);
    script.session.tick(99);
    expect(script.getsKinds()).toEqual([]);
    script.session.tick(100);
    expect(script.gets()).toEqual([
      { kind: "blocked", streamId: 1, limit: "items", value: 1, backlog: 0, needed: 0 },
    ]);
    script.session.offer(1);
    script.session.tick(1000);
    expect(script.getsKinds()).toEqual([]);
  });

  it("§5.9 answers a BLOCKED at an older limit by stating the limit again", () => {
    const script = opened(10);
    script.session.grantItems(1, 30);
    expect(script.getsKinds()).toEqual(["credit"]);
    script.sends({ kind: "blocked", streamId: 1, limit: "items", value: 10, backlog: 0, needed: 0 });
    expect(script.events()).toEqual([{ kind: "blocked", streamId: 1, limit: "items", value: 10 }]);
    expect(script.gets()).toMatchObject([{ kind: "credit", entries: [{ streamId: 1, items: 30 }] }]);
    script.sends({ kind: "blocked", streamId: 1, limit: "items", value: 30, backlog: 0, needed: 0 });
    expect(script.getsKinds()).toEqual([]);
  });

  it("ends without a word when it is closed here", () => {
    const script = opened();
    script.session.close();
    script.session.close();
    expect(script.events()).toEqual([{ kind: "closed", error: undefined }]);
    expect(script.getsKinds()).toEqual([]);
  });
});
