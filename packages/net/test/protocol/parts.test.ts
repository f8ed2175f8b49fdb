// Items that are larger than a message go in parts: how they are cut and joined, what may happen in between, and
// what a peer cannot do with half an item.

import { describe, expect, it } from "vitest";
import { readMessage } from "../../src/protocol/frame/batch.js";
import type { Frame } from "../../src/protocol/frame/frame.js";
import { streamFailure } from "../../src/protocol/protocol-error.js";
import type { SessionEvent, TakeTurn } from "../../src/protocol/session/session-api.js";
import { ScriptPeer } from "../script-peer.js";
import { JoinedPair } from "./joined-pair.js";
import { ResumablePair } from "./resumable-pair.js";

const { open, batch } = ScriptPeer;
const idle: TakeTurn = () => "idle";
const NONE = { items: 0, bytes: 0 };

// Room for these items in the share of each stream, so that nothing has to be lent.
const ROOM = { peerStreams: 8, shareBytes: 262_144, itemBytes: 131_048 };
const OWN_ROOM = { ownStreams: 8, shareBytes: 262_144, itemBytes: 131_048 };

/** Bytes that tell where in the item they stand. */
function item(length: number): Uint8Array {
  return new Uint8Array(length).map((_, i) => i * 7 + (i >> 8));
}

/** A server with open streams 1, 3, ... that have all the credit of the default share. */
function server(streams: number, peer: Parameters<typeof ScriptPeer.ready>[2] = {}): ScriptPeer {
  const script = ScriptPeer.ready("server", {}, peer);
  for (let i = 0; i < streams; i++) script.sends(open(2 * i + 1, { bytes: 10_000_000 }));
  script.gets();
  script.events();
  return script;
}

/** Kinds of events; those of items with their stream, if what they carry are the bytes of `item`. */
function payloads(events: SessionEvent[]): string[] {
  return events.map((event) => {
    if (event.kind !== "batch" && event.kind !== "items") return event.kind;
    const payload = (event.kind === "batch" ? event.payload : event.items[0]) ?? new Uint8Array();
    // Compared as bytes: a matcher takes seconds for a million of them.
    return Buffer.compare(payload, item(payload.length)) === 0 ? `${event.kind} ${event.streamId}` : "broken";
  });
}

/** The frames of the next message, with turns. */
function next(script: ScriptPeer, take: TakeTurn = idle): Frame[] {
  const frames: Frame[] = [];
  const message = script.session.transmit(script.now, take);
  if (message !== undefined) {
    readMessage(message, (frame) => {
      frames.push(frame);
      return "more";
    });
  }
  return frames;
}

/** Everything that is left to be sent. */
function all(script: ScriptPeer, take: TakeTurn = idle): Frame[][] {
  const messages: Frame[][] = [];
  for (let frames = next(script, take); frames.length > 0; frames = next(script, take)) messages.push(frames);
  return messages;
}

/** The part of an item from `from` to `to`. */
function part(streamId: number, whole: Uint8Array, from: number, to: number): Frame {
  const payload = whole.slice(from, to);
  return { kind: "part", streamId, body: "batch", total: whole.length, offset: from, payload };
}

describe("an item in parts, sending", () => {
  it("§4.6 ends a stream at what was sent: an item of which no part has gone never was", () => {
    const script = server(1);
    expect(script.session.sendBatch(1, 1, item(100_000))).toBe("sent");
    script.session.fail(1, streamFailure("DEADLINE_EXCEEDED", "changed its mind"));
    expect(all(script)).toEqual([[expect.objectContaining({ kind: "error", streamId: 1, ...NONE })]]);
  });

  it("§4.10 answers DRAIN behind the first part of an item that it has taken: the position covers it", () => {
    const script = server(2);
    script.session.sendBatch(1, 1, item(100_000));
    script.sends({ kind: "drain", streamId: 1, bytes: 10_000_000 });
    const kinds = all(script).flatMap((frames) => frames.map(({ kind }) => kind));
    expect(kinds.indexOf("part")).toBeLessThan(kinds.indexOf("drained"));
    expect(kinds).toContain("drained");
  });

  it("§4.9 needs what an item is charged whole, so that a met need does whichever way it goes", () => {
    const script = ScriptPeer.ready("server", {}, { targetShared: 16_384 });
    script.sends(open(1, { bytes: 1000 }));
    script.gets();
    script.session.sendItems(1, [item(100_000)]);
    const needs = script.gets().flatMap((frame) => (frame.kind === "blocked" ? [frame.needed] : []));
    // 16 of overhead and 3 for the length, which a part does without.
    expect(needs).toEqual([100_019]);
  });

  it("§4.11 cuts an item at the message target, one part a message, and the parts are the item", () => {
    const script = server(1);
    const whole = item(100_000);
    expect(script.session.sendBatch(1, 1, whole)).toBe("sent");
    const messages = all(script);
    const parts = messages.flat();
    expect(parts.map((frame) => frame.kind === "part" && frame.payload.length)).toEqual([
      32_768, 32_768, 32_768, 1_696,
    ]);
    expect(messages.length).toBe(4);
    const joined = new Uint8Array(100_000);
    for (const frame of parts) {
      if (frame.kind !== "part") continue;
      expect([frame.body, frame.total]).toEqual(["batch", 100_000]);
      joined.set(frame.payload, frame.offset);
    }
    expect(Buffer.compare(joined, whole)).toBe(0);
  });

  it("§4.11 spends the whole charge with the first part: the length and the overhead", () => {
    const script = server(1);
    script.session.sendItems(1, [item(100_000)]);
    expect(script.session.figures(1)?.sendBytes.sent).toBe(0);
    const parts = next(script);
    expect(script.session.figures(1)?.sendItems.sent).toBe(1);
    expect(script.session.figures(1)?.sendBytes.sent).toBe(100_016);
    all(script);
    expect(parts[0]).toMatchObject({ kind: "part", body: "items", total: 100_000, offset: 0 });
    expect(script.session.figures(1)?.sendBytes.sent).toBe(100_016);
  });

  it("leaves whole what the message has room for", () => {
    const script = server(1);
    expect(script.session.sendBatch(1, 1, item(32_768))).toBe("sent");
    expect(next(script)).toMatchObject([{ kind: "items", count: 1 }]);
  });

  it("§6.3 gives another stream as many bytes as one that sends a large item", () => {
    const script = server(2);
    let other = 0;
    const take: TakeTurn = (streamId) => {
      if (streamId === 3 && script.session.sendBatch(3, 1, new Uint8Array(1000)) === "sent") other += 1000;
      return streamId === 3 ? "more" : "idle";
    };
    script.session.offer(3);
    expect(script.session.sendBatch(1, 1, item(131_000))).toBe("sent");
    let parts = 0;
    for (let i = 0; i < 10; i++) {
      for (const frame of next(script, take)) if (frame.kind === "part") parts += frame.payload.length;
      expect(Math.abs(parts - other)).toBeLessThanOrEqual(16_384 + 1_024);
    }
    expect(parts).toBeGreaterThan(65_536);
  });

  it("asks the source for nothing while an item of its stream goes, and then again", () => {
    const script = server(1);
    let asked = 0;
    const take: TakeTurn = () => {
      asked++;
      if (asked > 2) return "idle";
      expect(script.session.sendBatch(1, 1, item(100_000))).toBe("sent");
      expect(script.session.sendBatch(1, 1, item(10))).toBe("message-full");
      expect(script.session.sendItems(1, [item(100_000)])).toBe("message-full");
      return "more";
    };
    script.session.offer(1);
    const offsets = all(script, take)
      .flat()
      .map((frame) => frame.kind === "part" && frame.offset);
    expect(offsets.slice(0, 5)).toEqual([0, 32_768, 65_536, 98_304, 0]);
    expect(asked).toBe(3);
    expect(script.session.waiting()).toBe("nothing");
  });

  it("§4.11 completes behind the last part, and takes nothing more meanwhile", () => {
    const script = server(1);
    script.session.sendBatch(1, 1, item(70_000));
    script.session.complete(1);
    expect(script.session.sendBatch(1, 1, item(1))).toBe("ended");
    expect(script.session.sendBatch(1, 1, item(50_000))).toBe("ended");
    expect(script.session.sendable(1)).toEqual({ items: 0, bytes: 0 });
    script.session.offer(1);
    const frames = all(script).flat();
    expect(frames.map(({ kind }) => kind)).toEqual(["part", "part", "part", "complete"]);
    expect(frames[3]).toEqual({ kind: "complete", streamId: 1, items: 1, bytes: 70_016 });
    script.sends({ kind: "complete", streamId: 1, ...NONE });
    expect(script.session.figures(1)).toBeUndefined();
  });

  it("§4.11 drops what is left of an item when its stream fails, and counts all of it", () => {
    const script = server(1);
    script.session.sendBatch(1, 1, item(100_000));
    next(script);
    script.session.fail(1, streamFailure("DEADLINE_EXCEEDED", "broken"));
    const frames = all(script).flat();
    expect(frames).toMatchObject([{ kind: "error", streamId: 1, items: 1, bytes: 100_016 }]);
    expect(script.session.waiting()).toBe("nothing");
  });

  it("§4.11 drops what is left of an item when the peer cancels, also behind complete", () => {
    for (const completed of [false, true]) {
      const script = server(1);
      script.session.sendBatch(1, 1, item(100_000));
      if (completed) script.session.complete(1);
      next(script);
      script.sends({ kind: "cancel", streamId: 1 });
      expect(all(script).flat()).toMatchObject([
        { kind: "error", items: 1, bytes: 100_016, failure: { name: "CANCELLED" } },
      ]);
      script.sends({ kind: "complete", streamId: 1, ...NONE });
      script.session.released(1);
      expect(script.session.figures(1)).toBeUndefined();
    }
  });

  it("§4.6 counts nothing of an item whose stream ends before its first part", () => {
    const script = server(2);
    script.session.sendBatch(1, 1, item(100_000));
    script.session.sendBatch(3, 1, item(100_000));
    script.session.complete(3);
    script.session.fail(1, streamFailure("DEADLINE_EXCEEDED", "broken"));
    script.sends({ kind: "cancel", streamId: 3 });
    expect(all(script).flat()).toMatchObject([
      { kind: "error", streamId: 1, items: 0, bytes: 0 },
      { kind: "error", streamId: 3, items: 0, bytes: 0 },
    ]);
  });

  it("§4.10 answers DRAIN behind the first part of an item that is covered, which would not be any more", () => {
    const script = server(1);
    script.sends({ kind: "drain", streamId: 1, bytes: 10_000_000 });
    script.session.sendBatch(1, 1, item(10));
    script.session.sendBatch(1, 1, item(100_000));
    expect(script.getsKinds()).toEqual(["items"]);
    expect(
      all(script)
        .flat()
        .map(({ kind }) => kind),
    ).toEqual(["part", "drained", "part", "part", "part"]);
  });

  it("takes nothing of an item that credit does not cover whole", () => {
    const script = ScriptPeer.ready("server");
    script.sends(open(1, { bytes: 50_000 }));
    expect(script.session.sendBatch(1, 1, item(49_985))).toBe("over-credit");
    expect(script.session.figures(1)?.sendBytes.sent).toBe(0);
    expect(all(script).flat()).toMatchObject([{ kind: "blocked", limit: "bytes", needed: 50_001 }]);
    expect(script.session.sendBatch(1, 1, item(49_984))).toBe("sent");
  });

  it("§4.11 makes no part below 1 KiB but the last, and no message above the peer's size", () => {
    const script = server(2, { messageBytes: 16_384, metadataBytes: 100 });
    script.session.offer(3);
    script.session.sendBatch(1, 1, item(130_000));
    // Leaves less than 1 KiB of each message to the parts.
    const take: TakeTurn = (streamId) => {
      if (streamId === 3) script.session.sendBatch(3, 1, new Uint8Array(15_900));
      return streamId === 3 ? "more" : "idle";
    };
    const sizes: number[] = [];
    for (let i = 0; i < 30; i++) {
      const message = script.session.transmit(0, take);
      expect(message?.length).toBeLessThanOrEqual(16_384);
      readMessage(message ?? new Uint8Array(), (frame) => {
        if (frame.kind === "part") sizes.push(frame.payload.length);
        return "more";
      });
    }
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(130_000);
    expect(Math.min(...sizes.slice(0, -1))).toBeGreaterThanOrEqual(1024);
  });

  it("H17 head-of-line blocking: a PING passes an item of 64 MiB, and its answer is in front of the next message", () => {
    const large = { receiveBudget: 200_000_000, shareBytes: 140_000_000, peerStreams: 1, ownStreams: 1 };
    const sizes = { ...large, itemBytes: 64 * 1024 * 1024 };
    const script = ScriptPeer.ready("server", {}, { ...sizes, peerStreams: 0 });
    script.sends(open(1, { bytes: 140_000_000 }));
    script.gets();
    expect(script.session.sendBatch(1, 1, new Uint8Array(64 * 1024 * 1024))).toBe("sent");
    let messages = 0;
    for (let left = true; left; messages++) {
      if (messages % 100 === 0) script.sends({ kind: "ping", opaque: new Uint8Array(8) });
      const message = script.session.transmit(0, idle);
      left = script.session.waiting() !== "nothing";
      expect(message?.length).toBeLessThan(33_000);
      if (messages % 100 === 0) expect(message?.[0]).toBe(0x0d);
    }
    expect(messages).toBe(2048);
  });
});

describe("an item in parts, receiving", () => {
  const whole = item(60_000);

  it("§4.11 hands an item on when its last part has come, and holds it from its first", () => {
    const script = ScriptPeer.ready("server", ROOM);
    script.sends(open(1), part(1, whole, 0, 20_000));
    expect(script.events().map(({ kind }) => kind)).toEqual(["opened"]);
    expect(script.session.figures(1)?.receiveBytes).toMatchObject({ received: 60_016, held: 60_016 });
    script.sends(part(1, whole, 20_000, 40_000), open(3));
    expect(script.events().map(({ kind }) => kind)).toEqual(["opened"]);
    script.sends(part(1, whole, 40_000, 60_000));
    expect(payloads(script.events())).toEqual(["batch 1"]);
    script.session.consumed(1, 1);
    expect(script.session.figures(1)?.receiveBytes).toMatchObject({ consumed: 60_016, held: 0 });
  });

  it("§4.11 hands on an item of body `items` as one item", () => {
    const script = ScriptPeer.ready("server", ROOM);
    const parts = [part(1, whole, 0, 59_999), part(1, whole, 59_999, 60_000)];
    script.sends(open(1), ...parts.map((frame) => ({ ...frame, body: "items" }) as Frame));
    expect(payloads(script.events().slice(-1))).toEqual(["items 1"]);
  });

  it("§4.11 lets nobody consume an item that is not whole", () => {
    const script = ScriptPeer.ready("server", ROOM);
    script.sends(open(1), part(1, whole, 0, 20_000));
    expect(() => script.session.consumed(1, 1)).toThrow(/0 are held/);
  });

  const broken: [name: string, code: string, frames: Frame[], about: RegExp][] = [
    ["begins in the middle", "FRAME_UNEXPECTED", [part(1, whole, 20_000, 40_000)], /byte 20000 .* byte 0/],
    [
      "leaves a gap",
      "FRAME_UNEXPECTED",
      [part(1, whole, 0, 20_000), part(1, whole, 30_000, 40_000)],
      /byte 30000 .* byte 20000/,
    ],
    [
      "comes again",
      "FRAME_UNEXPECTED",
      [part(1, whole, 0, 20_000), part(1, whole, 0, 20_000)],
      /byte 0 .* byte 20000/,
    ],
    [
      "has another total",
      "FRAME_UNEXPECTED",
      [part(1, whole, 0, 20_000), part(1, item(50_000), 20_000, 40_000)],
      /50000 .* 60000/,
    ],
    [
      "has another body",
      "FRAME_UNEXPECTED",
      [part(1, whole, 0, 20_000), { ...part(1, whole, 20_000, 40_000), body: "items" } as Frame],
      /body items/,
    ],
    [
      "is interrupted by another item",
      "FRAME_UNEXPECTED",
      [part(1, whole, 0, 20_000), batch(1, 1, 10)],
      /ITEMS .* 20000 of 60000/,
    ],
    [
      "is interrupted by the end",
      "FRAME_UNEXPECTED",
      [part(1, whole, 0, 20_000), { kind: "complete", streamId: 1, items: 1, bytes: 60_016 }],
      /COMPLETE .* 20000 of 60000/,
    ],
    [
      "exceeds the byte credit with its total",
      "BYTE_CREDIT_EXCEEDED",
      [part(1, item(262_144), 0, 1024)],
      /262160 .* 262144/,
    ],
    ["exceeds itemBytes", "BYTE_CREDIT_EXCEEDED", [part(1, item(140_000), 0, 1024)], /140000 .* 131048/],
    [
      "exceeds the item credit",
      "ITEM_CREDIT_EXCEEDED",
      [part(1, whole, 0, 60_000), part(1, whole, 0, 20_000)],
      /1 items .* 0 more/,
    ],
  ];
  for (const [name, code, frames, about] of broken) {
    it(`§4.11 ends the connection when a part ${name}`, () => {
      const script = ScriptPeer.ready("server", ROOM);
      script.sends(open(1));
      script.events();
      script.sends(...frames);
      const closed = script.events().at(-1);
      expect(closed?.kind === "closed" && closed.error?.codeName).toBe(code);
      expect(closed?.kind === "closed" && closed.error?.message).toMatch(about);
    });
  }

  it("§4.11 lets half an item go when its stream fails, and the account closes with all of it", () => {
    const script = ScriptPeer.ready("client", OWN_ROOM);
    const id = script.session.open({ interaction: "stream", method: "x", codec: "raw", demand: 9 }) as number;
    script.session.complete(id);
    script.gets();
    const failure = streamFailure("DEADLINE_EXCEEDED", "broken");
    script.sends(part(id, whole, 0, 20_000), {
      kind: "error",
      streamId: id,
      items: 1,
      bytes: 60_016,
      failure,
    });
    expect(script.events().map(({ kind }) => kind)).toEqual(["failed"]);
    expect(script.session.figures(id)).toBeUndefined();
  });

  it("§4.11 counts what comes of an item that nobody wants, and keeps nothing of it", () => {
    const script = ScriptPeer.ready("client", OWN_ROOM);
    const id = script.session.open({ interaction: "stream", method: "x", codec: "raw", demand: 9 }) as number;
    script.session.complete(id);
    script.sends(part(id, whole, 0, 20_000));
    script.session.cancel(id);
    expect(script.session.figures(id)?.receiveBytes).toMatchObject({ held: 0, returned: 60_016 });
    script.sends(part(id, whole, 20_000, 60_000), part(id, whole, 0, 30_000));
    expect(script.session.figures(id)?.receiveBytes).toMatchObject({ held: 0, returned: 120_032 });
    const failure = streamFailure("CANCELLED", "as you say");
    script.sends({ kind: "error", streamId: id, items: 2, bytes: 120_032, failure });
    expect(script.events()).toEqual([]);
    expect(script.session.figures(id)).toBeUndefined();
  });

  it("§4.11 fails a stream whose item is not whole in time, with both numbers, and frees its memory", () => {
    const script = ScriptPeer.ready("server", { ...ROOM, itemMs: 1000 });
    script.sends(open(1), part(1, whole, 0, 20_000));
    script.events();
    script.gets();
    // 1,000 ms and 1 ms for every 64 bytes.
    expect(script.session.nextTick()).toBe(1938);
    script.session.tick(1937);
    expect(script.events()).toEqual([]);
    script.session.tick(1938);
    expect(script.events()).toMatchObject([
      { kind: "failed", streamId: 1, rejected: false, failure: { name: "ITEM_TIMEOUT" } },
    ]);
    expect(script.session.figures(1)?.receiveBytes.held).toBe(0);
    const [told] = script.gets();
    expect(told).toMatchObject({ kind: "error", streamId: 1, failure: { name: "ITEM_TIMEOUT" } });
    expect(told?.kind === "error" && told.failure.message).toMatch(/20000 of 60000 .* 1000/);
    // What was under way counts and is nothing.
    script.sends(part(1, whole, 20_000, 60_000));
    const failure = streamFailure("CANCELLED", "as you say");
    script.sends({ kind: "error", streamId: 1, items: 1, bytes: 60_016, failure });
    script.session.released(1);
    expect(script.session.figures(1)).toBeUndefined();
    expect(script.events()).toEqual([]);
  });

  it("§4.11 says CANCEL for an item that is not whole in time once its own direction has ended", () => {
    const script = ScriptPeer.ready("client", { ...OWN_ROOM, itemMs: 1000 });
    const id = script.session.open({ interaction: "call", method: "x", codec: "raw", demand: 1 }) as number;
    script.session.complete(id);
    script.gets();
    script.sends(part(id, whole, 0, 20_000));
    script.session.tick(5000);
    expect(script.events()).toMatchObject([{ kind: "failed", failure: { name: "ITEM_TIMEOUT" } }]);
    expect(script.gets()).toEqual([{ kind: "cancel", streamId: id }]);
  });

  it("§4.11 waits for no item that is whole, or whose stream is over", () => {
    const script = ScriptPeer.ready("server", { ...ROOM, itemMs: 1000 });
    script.sends(open(1), part(1, whole, 0, 20_000), open(3), part(3, whole, 0, 30_000));
    script.sends(part(1, whole, 20_000, 60_000));
    script.sends({
      kind: "error",
      streamId: 3,
      items: 1,
      bytes: 60_016,
      failure: streamFailure("CANCELLED", "no more"),
    });
    script.session.released(3);
    script.events();
    script.session.tick(10_000);
    expect(script.events()).toEqual([]);
    expect(script.session.nextTick()).toBeGreaterThan(10_000);
  });

  it("H13 keeps half items within the receive budget, however many a peer begins", () => {
    const settings = { receiveBudget: 1_048_576, peerStreams: 8, shareBytes: 131_072, churnBurst: 100_000 };
    const script = ScriptPeer.ready("server", { ...settings, itemBytes: 131_000, itemMs: 1_000_000 });
    const half = item(65_512);
    const held = new Map<number, number>();
    let begun = 0;
    for (let id = 1; begun < 10_000; id += 2) {
      // Eight halves stay; then each new one costs an old one its life.
      if (held.size === 8) {
        const oldest = held.keys().next().value as number;
        const failure = streamFailure("DEADLINE_EXCEEDED", "changed my mind");
        script.sends({ kind: "error", streamId: oldest, items: 1, bytes: 65_528, failure });
        script.session.released(oldest);
        script.gets();
        held.delete(oldest);
      }
      script.sends(open(id, { items: 1 }), part(id, half, 0, 1024));
      begun++;
      held.set(id, 0);
      script.events();
      script.gets();
      let sum = 0;
      for (const stream of held.keys()) sum += script.session.figures(stream)?.receiveBytes.held ?? 0;
      expect(sum).toBe(held.size * 65_528);
      expect(sum).toBeLessThanOrEqual(settings.receiveBudget);
    }
    expect(script.ended()).toBeUndefined();
    script.sends(open(20_001));
    expect(script.ended()?.error).toBe("STREAM_LIMIT");
  });
});

describe("an item in parts, both sides", () => {
  it("§4.11 carries items of any size in both directions, with their ends behind them", () => {
    const settings = { receiveBudget: 48_000_000, shareBytes: 10_000_000 };
    const pair = new JoinedPair({
      client: { ...settings, ownStreams: 4 },
      server: { ...settings, peerStreams: 4 },
    });
    pair.turns.client = idle;
    pair.turns.server = idle;
    pair.run();
    pair.kinds("client");
    pair.kinds("server");
    for (const size of [1, 32_768, 32_769, 65_536, 1_048_576, 4_000_000]) {
      const whole = item(size);
      const id = pair.open({ interaction: "call", demand: 1 });
      expect(pair.client.sendBatch(id, 1, whole)).toBe("sent");
      pair.client.complete(id);
      pair.run();
      expect(payloads(pair.events.server.splice(0))).toEqual(["opened", `batch ${id}`, "completed"]);
      pair.server.consumed(id, 1);
      expect(pair.server.sendItems(id, [whole])).toBe("sent");
      pair.server.complete(id);
      pair.run();
      expect(payloads(pair.events.client.splice(0))).toEqual([`items ${id}`, "completed"]);
      pair.client.consumed(id, 1);
      pair.run();
      expect([pair.client.figures(id), pair.server.figures(id)]).toEqual([undefined, undefined]);
    }
  });
});

describe("an item in parts, over two transports", () => {
  it("§10.4 goes on where it was cut, and has its time anew", () => {
    const limits = { itemMs: 1000, resumeMs: 900_000 };
    const pair = new ResumablePair({ client: limits, server: limits });
    pair.turns.server = idle;
    pair.run();
    const whole = item(300_000);
    const id = pair.client.open({ interaction: "stream", method: "x", codec: "raw", demand: 9 }) as number;
    pair.run();
    expect(pair.server.sendBatch(id, 1, whole)).toBe("over-credit");
    pair.run();
    expect(pair.server.sendBatch(id, 1, whole)).toBe("sent");
    // Two parts arrive, one is lost with the transport, the others have not been sent.
    for (let i = 0; i < 3; i++) pair.transmit("server");
    pair.deliver("server");
    pair.deliver("server");
    pair.cut();
    pair.now = 600_000;
    expect(pair.reconnect()).toBe("resumed");
    pair.client.tick(pair.now);
    pair.run();
    expect(payloads(pair.events.client).filter((kind) => /batch|broken|failed|closed/.test(kind))).toEqual([
      `batch ${id}`,
    ]);
  });
});
