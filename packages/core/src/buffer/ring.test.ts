import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkCapacity, Ring } from "./ring.js";

describe("Ring", () => {
  it("gives items back in the order they came, null and undefined among them", () => {
    const ring = new Ring<unknown>(4);
    for (const item of [1, null, undefined, "d"]) ring.push(item);
    expect([ring.shift(), ring.shift(), ring.shift(), ring.shift()]).toEqual([1, null, undefined, "d"]);
    expect(ring.isEmpty).toBe(true);
  });

  it("refuses a push beyond its capacity, also where that is no power of two, and a shift when empty", () => {
    for (const capacity of [1, 2, 3, 5, 16, 17, 100]) {
      const ring = new Ring<number>(capacity);
      for (let n = 0; n < capacity; n++) ring.push(n);
      expect([ring.size, ring.isFull]).toEqual([capacity, true]);
      expect(() => ring.push(-1)).toThrow(RangeError);
      for (let n = 0; n < capacity; n++) expect(ring.shift()).toBe(n);
      expect(() => ring.shift()).toThrow(RangeError);
    }
  });

  it("is empty after clear and can be used again", () => {
    const ring = new Ring<number>(3);
    for (const n of [1, 2, 3]) ring.push(n);
    ring.clear();
    expect([ring.size, ring.isEmpty, ring.isFull]).toEqual([0, true, false]);
    ring.push(4);
    expect(ring.shift()).toBe(4);
  });

  it("agrees with an array over any sequence of pushes and shifts", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.array(fc.boolean(), { maxLength: 300 }),
        (capacity, steps) => {
          const ring = new Ring<number>(capacity);
          const model: number[] = [];
          steps.forEach((isPush, n) => {
            if (isPush && model.length < capacity) {
              ring.push(n);
              model.push(n);
            } else if (!isPush && model.length > 0) expect(ring.shift()).toBe(model.splice(0, 1)[0]);
            expect([ring.size, ring.isEmpty, ring.isFull]).toEqual([
              model.length,
              model.length === 0,
              model.length === capacity,
            ]);
          });
        },
      ),
    );
  });
});

describe("checkCapacity", () => {
  it("returns an integer in range and throws a RangeError naming the place and the value otherwise", () => {
    expect(checkCapacity("a place", 0, 0)).toBe(0);
    expect(checkCapacity("a place", 2 ** 30, 1)).toBe(2 ** 30);
    for (const wrong of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 30 + 1]) {
      expect(() => checkCapacity("a place", wrong, 1)).toThrow(RangeError);
      expect(() => checkCapacity("a place", wrong, 1)).toThrow(`a place`);
      expect(() => checkCapacity("a place", wrong, 1)).toThrow(String(wrong));
    }
    expect(() => checkCapacity("a place", "4" as unknown as number, 1)).toThrow(RangeError);
  });
});
