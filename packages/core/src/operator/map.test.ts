import { ManualSubscriber } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { of } from "../source/of.js";
import { range } from "../source/range.js";
import { map } from "./map.js";

describe("map", () => {
  it("sends what the function makes of each item, null and undefined too", async () => {
    expect(
      await range(1, 3)
        .pipe(map((n) => [null, undefined, n][n - 1]))
        .toArray(),
    ).toEqual([null, undefined, 3]);
  });

  it("composes any number of maps in the order of the pipe", async () => {
    for (let count = 0; count <= 12; count++) {
      let flow = of("");
      for (let k = 0; k < count; k++) flow = flow.pipe(map((text) => text + String.fromCharCode(97 + k)));
      expect(await flow.toArray()).toEqual(["abcdefghijkl".slice(0, count)]);
    }
  });

  it("calls the function only for items that were requested, with the item alone", () => {
    const calls: unknown[][] = [];
    const subscriber = new ManualSubscriber<number>();
    range(1, 9)
      .pipe(
        map((...args: [number]) => {
          calls.push(args);
          return args[0];
        }),
      )
      .subscribe(subscriber);
    subscriber.request(2);
    expect(calls).toEqual([[1], [2]]);
  });

  it("ends the stream at the item whose function throws", async () => {
    const subscriber = new ManualSubscriber<number>();
    range(1, 9)
      .pipe(
        map((n) => {
          if (n === 3) throw new Error("three");
          return n;
        }),
      )
      .subscribe(subscriber);
    subscriber.request(9);
    expect([subscriber.items, String(subscriber.error)]).toEqual([[1, 2], "Error: three"]);
  });

  it("§3.5 sends nothing when the function cancels", () => {
    const subscriber = new ManualSubscriber<number>();
    range(1, 9)
      .pipe(
        map((n) => {
          if (n === 2) subscriber.cancel();
          return n;
        }),
      )
      .subscribe(subscriber);
    subscriber.request(9);
    expect([subscriber.items, subscriber.ended]).toEqual([[1], false]);
  });

  it("throws a TypeError at the call for what is no function", () => {
    for (const wrong of [undefined, null, 5, "fn", {}]) expect(() => map(wrong as never)).toThrow(TypeError);
  });
});
