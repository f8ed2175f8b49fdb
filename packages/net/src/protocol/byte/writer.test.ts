import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { joined, messageLength } from "./message.js";
import { Writer } from "./writer.js";

const LARGE = 8 * 1024;

describe("Writer", () => {
  it("never touches a message that it has handed out", () => {
    const writer = new Writer(16);
    const messages: Uint8Array[] = [];
    for (let round = 0; round < 200; round++) {
      writer.bytes(new Uint8Array(1000).fill(round));
      messages.push(writer.take(new Uint8Array(round % 17).fill(255)));
    }
    messages.forEach((message, round) => {
      const front = round % 17;
      expect(message.length).toBe(front + 1000);
      expect(message.subarray(0, front).every((byte) => byte === 255)).toBe(true);
      expect(message.subarray(front).every((byte) => byte === round)).toBe(true);
    });
  });

  it("grows beyond a chunk and keeps what was written", () => {
    const writer = new Writer(8);
    writer.byte(7);
    writer.bytes(new Uint8Array(300_000).fill(9));
    const message = writer.take(new Uint8Array([1, 2]));
    expect(message.length).toBe(300_003);
    expect([...message.subarray(0, 4)]).toEqual([1, 2, 7, 9]);
    expect(message[300_002]).toBe(9);
    expect(writer.length).toBe(0);
  });

  it("lets a large payload stand where it is, as a part between what goes before and after it", () => {
    const writer = new Writer(16);
    const payload = new Uint8Array(LARGE).fill(3);
    writer.byte(1);
    writer.payload(payload);
    writer.byte(2);
    const parts = writer.takeParts(new Uint8Array([8, 9])) as readonly Uint8Array[];
    expect(parts.map((part) => part.length)).toEqual([3, LARGE, 1]);
    expect(parts[1]).toBe(payload);
    expect([...(parts[0] as Uint8Array), ...(parts[2] as Uint8Array)]).toEqual([8, 9, 1, 2]);
    writer.byte(4);
    expect(writer.takeParts()).toEqual(new Uint8Array([4]));
  });

  it("copies a small payload, and one that would keep more than twice its bytes alive", () => {
    for (const payload of [new Uint8Array(LARGE - 1), new Uint8Array(2 * LARGE + 1).subarray(0, LARGE)]) {
      const writer = new Writer();
      writer.byte(1);
      writer.payload(payload);
      expect(writer.takeParts()).toBeInstanceOf(Uint8Array);
    }
    const writer = new Writer();
    writer.byte(1);
    writer.payload(new Uint8Array(2 * LARGE).subarray(LARGE));
    expect(writer.takeParts()).toHaveLength(2);
  });

  it("never writes into a payload, also where that would come first in a message", () => {
    const writer = new Writer(16);
    const payload = new Uint8Array(LARGE).fill(3);
    writer.payload(payload);
    expect(joined(writer.takeParts(new Uint8Array(16).fill(7))).length).toBe(LARGE + 16);
    expect(payload.every((byte) => byte === 3)).toBe(true);
  });

  it("gives the same bytes in parts as in one piece, over any writing", () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant("bytes" as const), length: fc.nat(3000) }),
      fc.record({
        kind: fc.constant("payload" as const),
        length: fc.integer({ min: LARGE - 2, max: LARGE + 90 }),
      }),
      fc.record({ kind: fc.constant("part" as const), length: fc.nat(300) }),
      fc.record({ kind: fc.constant("take" as const), length: fc.nat(16) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const writer = new Writer(16);
        const twin = new Writer(16);
        const handedOut: [Uint8Array, Uint8Array][] = [];
        let held: [ReturnType<Writer["takeParts"]>, Uint8Array][] = [];
        let value = 0;
        for (const { kind, length } of steps) {
          const bytes = new Uint8Array(length).fill(++value);
          if (kind === "take") {
            if (twin.length === 0) continue;
            const message = writer.takeParts(bytes);
            expect(message instanceof Uint8Array || message.every((part) => part.length > 0)).toBe(true);
            held.push([message, twin.take(bytes)]);
          } else if (kind === "part") {
            for (const each of [writer, twin]) {
              const begin = each.beginPart();
              each.bytes(bytes);
              each.endPart(begin);
            }
          } else {
            writer[kind](bytes);
            twin.bytes(bytes);
          }
          expect(writer.length).toBe(twin.length);
        }
        // Looked at last: what is written later must not touch what was handed out.
        for (const [message, whole] of held) {
          expect(messageLength(message)).toBe(whole.length);
          handedOut.push([joined(message), whole]);
        }
        held = [];
        for (const [message, whole] of handedOut) expect(message).toEqual(whole);
      }),
      { numRuns: 60 },
    );
  });

  it("puts the length in front of a part, however long it is", () => {
    for (const length of [0, 1, 127, 128, 16_383, 16_384, 70_000]) {
      const writer = new Writer();
      writer.byte(0xaa);
      const begin = writer.beginPart();
      writer.bytes(new Uint8Array(length).fill(5));
      writer.endPart(begin);
      writer.byte(0xbb);
      const expected = new Writer();
      expected.byte(0xaa);
      expected.varint(length);
      expected.bytes(new Uint8Array(length).fill(5));
      expected.byte(0xbb);
      expect(writer.take()).toEqual(expected.take());
    }
  });
});
