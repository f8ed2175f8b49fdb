import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { joined, type Message } from "../byte/message.js";
import { Writer } from "../byte/writer.js";
import { readMessage } from "../frame/batch.js";
import { encodeFrame } from "../frame/codec.js";
import { encodeBatch } from "../frame/items.js";
import type { Frame } from "../frame/frame.js";
import { Replay } from "./replay.js";
import { chargeOf, ReplayBuffer } from "./replay-buffer.js";

function messageOf(...frames: Frame[]): Uint8Array {
  const writer = new Writer();
  for (const frame of frames) encodeFrame(writer, frame);
  return writer.take();
}

/** A frame that says its number. */
const numbered = (n: number, length = 0): Frame => ({
  kind: "items",
  streamId: n,
  body: "batch",
  count: 1,
  payload: new Uint8Array(length),
});

/** As the outbox hands it out: large payloads are parts of it. */
function partsOf(...frames: Frame[]): Message {
  const writer = new Writer();
  for (const frame of frames) {
    if (frame.kind === "items") encodeBatch(writer, frame.streamId, frame.count, joined(frame.payload));
    else encodeFrame(writer, frame);
  }
  return writer.takeParts();
}

describe("ReplayBuffer", () => {
  it("keeps messages by reference until their last frame is acknowledged", () => {
    const buffer = new ReplayBuffer(100_000);
    const first = messageOf(numbered(1), numbered(2));
    buffer.keep(first, 1, 2);
    buffer.keep(messageOf(numbered(3)), 3, 3);
    expect(buffer.messageAfter(0)?.message).toBe(first);
    expect(buffer.acknowledge(1)).toBe(0);
    expect(buffer.messageAfter(1)?.message).toBe(first);
    expect(buffer.acknowledge(2)).toBe(chargeOf(first.length));
    expect(buffer.messageAfter(2)?.first).toBe(3);
    expect(buffer.acknowledge(3)).toBeGreaterThan(0);
    expect([buffer.bytes, buffer.messageAfter(3)]).toEqual([0, undefined]);
  });

  it("charges a message in parts for all of them, and holds the payload itself", () => {
    const buffer = new ReplayBuffer(100_000);
    const payload = new Uint8Array(8192);
    const message = partsOf({ kind: "items", streamId: 1, body: "batch", count: 1, payload });
    buffer.keep(message, 1, 1);
    expect(buffer.bytes).toBe(chargeOf(joined(message).length));
    expect(buffer.messageAfter(0)?.message).toBe(message);
    expect((message as readonly Uint8Array[])[1]).toBe(payload);
    expect(buffer.acknowledge(1)).toBe(chargeOf(joined(message).length));
  });

  it("takes an older number for old news", () => {
    const buffer = new ReplayBuffer(100_000);
    buffer.keep(messageOf(numbered(1)), 1, 1);
    buffer.acknowledge(1);
    expect(buffer.acknowledge(0)).toBe(0);
    expect(buffer.acknowledged).toBe(1);
  });

  it("§10.3 is full at its bytes, and has room again when they are acknowledged", () => {
    const message = messageOf(numbered(1, 1000));
    const buffer = new ReplayBuffer(2 * chargeOf(message.length));
    buffer.keep(message, 1, 1);
    expect(buffer.isFull()).toBe(false);
    buffer.keep(message, 2, 2);
    expect(buffer.isFull()).toBe(true);
    buffer.acknowledge(1);
    expect(buffer.isFull()).toBe(false);
  });

  it("§10.3 charges a small message for more than its bytes", () => {
    const buffer = new ReplayBuffer(1_048_576);
    let n = 0;
    while (!buffer.isFull()) buffer.keep(messageOf({ kind: "cancel", streamId: 1 }), ++n, n);
    expect(n).toBeLessThan(1000);
  });

  it("§10.3 gives up at its hard limit: nothing is held, nothing can be sent again, nothing is full", () => {
    const buffer = new ReplayBuffer(10_000);
    buffer.allowBeyond(5_000);
    let n = 0;
    while (buffer.isKeeping) {
      expect(buffer.bytes).toBeLessThanOrEqual(15_000);
      buffer.keep(messageOf(numbered(1)), ++n, n);
    }
    expect([buffer.bytes, buffer.isFull(), buffer.reachesBackTo(n)]).toEqual([0, false, false]);
  });

  it("keeps nothing when resume is off", () => {
    const buffer = new ReplayBuffer(0);
    buffer.keep(messageOf(numbered(1)), 1, 1);
    expect([buffer.bytes, buffer.isFull(), buffer.messageAfter(0)]).toEqual([0, false, undefined]);
  });

  it("holds what was kept and not acknowledged, over any sequence", () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant("keep" as const), n: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ kind: fc.constant("acknowledge" as const), n: fc.nat(100) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const buffer = new ReplayBuffer(1_000_000);
        let model: { last: number; charge: number }[] = [];
        let written = 0;
        for (const { kind, n } of steps) {
          if (kind === "keep") {
            const message = messageOf(...Array.from({ length: n }, (_, i) => numbered(written + i + 1)));
            buffer.keep(message, written + 1, written + n);
            written += n;
            model.push({ last: written, charge: chargeOf(message.length) });
          } else {
            const number = Math.min(n, written);
            buffer.acknowledge(number);
            model = model.filter(({ last }) => last > number);
          }
          expect(buffer.bytes).toBe(model.reduce((sum, { charge }) => sum + charge, 0));
          expect(buffer.messageAfter(buffer.acknowledged)?.last).toBe(model[0]?.last);
        }
      }),
    );
  });
});

describe("Replay", () => {
  it("§10.4 sends messages in parts again byte for byte, from any frame on", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.array(fc.oneof(fc.nat(200), fc.integer({ min: 8192, max: 9000 })), {
            minLength: 1,
            maxLength: 5,
          }),
          { minLength: 1, maxLength: 5 },
        ),
        fc.nat(25),
        fc.integer({ min: 1, max: 30_000 }),
        (messages, received, target) => {
          const buffer = new ReplayBuffer(10_000_000);
          const frames: Frame[] = [];
          for (const lengths of messages) {
            const first = frames.length + 1;
            const own = lengths.map((length, i): Frame => {
              const payload = new Uint8Array(length).fill(first + i);
              return { kind: "items", streamId: first + i, body: "batch", count: 1, payload };
            });
            frames.push(...own);
            buffer.keep(partsOf(...own), first, frames.length);
          }
          const from = Math.min(received, frames.length);
          const replay = new Replay(buffer, from);
          const again: number[] = [];
          for (let m = replay.next(target); m !== undefined; m = replay.next(target)) again.push(...m);
          const wanted = from === frames.length ? new Uint8Array() : messageOf(...frames.slice(from));
          expect(Buffer.compare(new Uint8Array(again), wanted)).toBe(0);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("§10.4 sends exactly the frames beyond the peer's number, in order, whatever messages they were in", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.constantFrom("numbered", "blocked", "credit"), { minLength: 1, maxLength: 6 })),
        fc.nat(40),
        fc.integer({ min: 1, max: 400 }),
        fc.nat(60),
        (messages, received, target, length) => {
          const buffer = new ReplayBuffer(1_000_000);
          let written = 0;
          for (const kinds of messages) {
            const first = written + 1;
            const frames = kinds.map((kind): Frame => {
              if (kind === "numbered") return numbered(++written, length);
              if (kind === "credit") return { kind: "credit", streams: 9, entries: [] };
              return { kind: "blocked", streamId: 1, limit: "items", value: 0, backlog: 0, needed: 0 };
            });
            const front = messageOf({ kind: "ping", opaque: new Uint8Array(8) });
            const message = new Uint8Array([...front, ...messageOf(...frames)]);
            if (written >= first) buffer.keep(message, first, written);
          }
          const from = Math.min(received, written);
          const replay = new Replay(buffer, from);
          const seen: number[] = [];
          for (let m = replay.next(target); m !== undefined; m = replay.next(target)) {
            let frames = 0;
            readMessage(m, (frame) => {
              expect(frame.kind).toBe("items");
              if (frame.kind === "items") seen.push(frame.streamId);
              frames++;
              return "more";
            });
            expect(frames === 1 || m.length <= target).toBe(true);
            expect(replay.sentUpTo).toBe(seen.at(-1));
          }
          expect(seen).toEqual(Array.from({ length: written - from }, (_, i) => from + i + 1));
          expect(replay.isOver()).toBe(true);
        },
      ),
    );
  });
});
