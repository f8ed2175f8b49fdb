import { describe, expect, it } from "vitest";
import { SharedRing } from "./shared-ring.js";

describe("SharedRing", () => {
  it("holds an item for as long as somebody stands before it", () => {
    const ring = new SharedRing<string>(4, "a test");
    ring.enter(0);
    ring.enter(0);
    ring.push("a");
    ring.push("b");
    ring.move(0, 2);
    expect([ring.size, ring.at(0), ring.at(1)]).toEqual([2, "a", "b"]);
    ring.move(0, 1);
    expect([ring.size, ring.at(1)]).toEqual([1, "b"]);
    ring.leave(1);
    expect(ring.size).toBe(0);
  });

  it("keeps nothing that nobody stands before", () => {
    const ring = new SharedRing<string>(2, "a test");
    ring.push("a");
    ring.push("b");
    ring.push("c");
    expect([ring.size, ring.head, ring.tail]).toEqual([0, 3, 3]);
  });

  it("lets readers stand at the tail of a full ring, and grows as it fills", () => {
    const ring = new SharedRing<number>(1000, "a test");
    ring.enter(0);
    ring.enter(0);
    for (let round = 0; round < 5; round++) {
      const first = ring.tail;
      while (!ring.isFull) ring.push(ring.tail);
      ring.move(first, ring.tail);
      expect(ring.size).toBe(1000);
      for (let position = first; position < ring.tail; position++) {
        expect(ring.at(position)).toBe(position);
        ring.move(position, position + 1);
      }
      expect(ring.size).toBe(0);
    }
  });

  it("throws a RangeError that names the place for what is no capacity", () => {
    for (const wrong of [0, -1, 1.5, Number.NaN, undefined]) {
      expect(() => new SharedRing(wrong as number, "my place")).toThrow(/my place/);
    }
  });
});
