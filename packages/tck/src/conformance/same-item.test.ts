import { describe, expect, it } from "vitest";
import { itemText, sameItem } from "./same-item.js";

describe("sameItem", () => {
  it.each([
    [1, 1],
    [Number.NaN, Number.NaN],
    [
      [1, [2, { a: 3 }]],
      [1, [2, { a: 3 }]],
    ],
    [{ a: undefined }, { a: undefined }],
    [new Uint8Array([1, 2]), new Uint8Array([1, 2])],
  ])("takes %o for %o", (a, b) => {
    expect(sameItem(a, b)).toBe(true);
  });

  it.each([
    [1, 2],
    [0, -0],
    [null, {}],
    [[1, 2], [1]],
    [[1], { 0: 1 }],
    [{ a: undefined }, { b: undefined }],
    [new Uint8Array([1, 2]), new Uint8Array([1, 3])],
    [Promise.resolve(1), 1],
  ])("does not take %o for %o", (a, b) => {
    expect(sameItem(a, b)).toBe(false);
    expect(sameItem(b, a)).toBe(false);
  });

  it("ends with items that contain themselves", () => {
    const ring = (): unknown[] => {
      const items: unknown[] = [1];
      items.push(items);
      return items;
    };
    expect(sameItem(ring(), ring())).toBe(true);
  });
});

describe("itemText", () => {
  it("shows what an item holds, and never throws", () => {
    const ring: unknown[] = [];
    ring.push(ring);
    expect([[0, 1], { a: 1 }, "x", Symbol("s"), new Error("no"), ring].map(itemText)).toEqual([
      "[0,1]",
      '{"a":1}',
      "x",
      "Symbol(s)",
      "Error: no",
      "[object Array]",
    ]);
  });
});
