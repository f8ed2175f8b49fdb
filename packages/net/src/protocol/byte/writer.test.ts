import { describe, expect, it } from "vitest";
import { Writer } from "./writer.js";

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
