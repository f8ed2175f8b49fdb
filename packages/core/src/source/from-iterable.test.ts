import { ManualSubscriber } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { fromIterable } from "./from-iterable.js";

describe("fromIterable", () => {
  it("sends the items of arrays, holes as undefined, of sets, strings, typed arrays and generators", async () => {
    // biome-ignore lint/suspicious/noSparseArray: the hole is what this is about
    expect(await fromIterable([1, , 3]).toArray()).toEqual([1, undefined, 3]);
    expect(await fromIterable(new Set(["a", "b"])).toArray()).toEqual(["a", "b"]);
    expect(await fromIterable("ab").toArray()).toEqual(["a", "b"]);
    expect(await fromIterable(Uint8Array.of(1, 2)).toArray()).toEqual([1, 2]);
    expect(await fromIterable(new Map([["k", null]])).toArray()).toEqual([["k", null]]);
  });

  it("reads an array at its length when subscribed", async () => {
    const items = [1, 2, 3];
    const flow = fromIterable(items);
    items.push(4);
    expect(await flow.toArray()).toEqual([1, 2, 3, 4]);
    items.length = 1;
    expect(await flow.toArray()).toEqual([1]);
  });

  it("completes an empty array without demand, another iterable at the first request", () => {
    const array = new ManualSubscriber<number>();
    fromIterable<number>([]).subscribe(array);
    expect(array.completed).toBe(true);
    const set = new ManualSubscriber<number>();
    fromIterable(new Set<number>()).subscribe(set);
    expect(set.completed).toBe(false);
    set.request(1);
    expect(set.completed).toBe(true);
  });

  it("§1.10 opens the iterable anew for each subscriber", async () => {
    let opened = 0;
    const flow = fromIterable({
      *[Symbol.iterator]() {
        yield ++opened;
      },
    });
    expect([await flow.toArray(), await flow.toArray()]).toEqual([[1], [2]]);
  });

  it("throws a TypeError at the call for what is no iterable", () => {
    for (const wrong of [null, undefined, 5, {}, () => 1]) {
      expect(() => fromIterable(wrong as unknown as Iterable<number>)).toThrow(TypeError);
    }
  });
});
