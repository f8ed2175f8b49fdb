import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SegmentRing } from "./segment-ring.js";

/** All items, read in place in two segments at most. */
function readInPlace(ring: SegmentRing<number>): (number | undefined)[] {
  const read: (number | undefined)[] = [];
  while (!ring.isEmpty) {
    const { headIndex, contiguous } = ring;
    read.push(...ring.slotsInPlace.slice(headIndex, headIndex + contiguous));
    ring.discard(contiguous);
  }
  return read;
}

describe("SegmentRing", () => {
  it("shows the oldest item without taking it", () => {
    const ring = new SegmentRing<number>(2);
    expect(ring.peek()).toBe(undefined);
    ring.push(1);
    expect([ring.peek(), ring.size]).toEqual([1, 1]);
  });

  it("gives the same items in place as by shift, wherever they lie", () => {
    fc.assert(
      fc.property(fc.nat(60), fc.nat(60), (before, count) => {
        const ring = new SegmentRing<number>(64);
        for (let n = 0; n < before; n++) ring.push(-n);
        ring.discard(before);
        const items = Array.from({ length: count }, (_, n) => n);
        for (const n of items) ring.push(n);
        expect(readInPlace(ring)).toEqual(items);
      }),
    );
  });

  it("keeps no item alive that was discarded", () => {
    const ring = new SegmentRing<number>(16);
    for (let n = 0; n < 12; n++) ring.push(n);
    ring.discard(12);
    for (let n = 0; n < 10; n++) ring.push(n);
    ring.discard(10);
    expect(ring.slotsInPlace.every((slot) => slot === undefined)).toBe(true);
  });

  it("keeps its order when it grows while items are read in place", () => {
    const ring = new SegmentRing<number>(40);
    for (let n = 0; n < 16; n++) ring.push(n);
    ring.discard(6);
    for (let n = 16; n < 36; n++) ring.push(n);
    ring.discard(4);
    expect(readInPlace(ring)).toEqual(Array.from({ length: 26 }, (_, n) => n + 10));
  });

  it("refuses to discard more than it holds", () => {
    const ring = new SegmentRing<number>(4);
    ring.push(1);
    expect(() => ring.discard(2)).toThrow(RangeError);
  });
});
