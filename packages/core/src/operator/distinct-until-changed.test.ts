import { ManualSubscriber, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { fromPublisher } from "../source/from-publisher.js";
import { of } from "../source/of.js";
import { distinctUntilChanged } from "./distinct-until-changed.js";

describe("distinctUntilChanged", () => {
  it("sends what differs from the item before, compared by Object.is", async () => {
    const items = [1, 1, 2, 1, Number.NaN, Number.NaN, undefined, undefined, 0, -0];
    expect(
      await of<unknown>(...items)
        .pipe(distinctUntilChanged())
        .toArray(),
    ).toEqual([1, 2, 1, Number.NaN, undefined, 0, -0]);
    expect(await of(undefined).pipe(distinctUntilChanged()).toArray()).toEqual([undefined]);
  });

  it("compares keys, and as it is told to", async () => {
    const flow = of(10, 11, 20, 39, 41).pipe(
      distinctUntilChanged({
        key: (n) => Math.floor(n / 10),
        equals: (previous, current) => current - previous < 2,
      }),
    );
    // 20 is near 1, 39 is not; 41 is near 3.
    expect([await flow.toArray(), await flow.toArray()]).toEqual([
      [10, 39],
      [10, 39],
    ]);
  });

  it("asks for n, and for one more for each item dropped", () => {
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    fromPublisher(upstream).pipe(distinctUntilChanged()).subscribe(subscriber);
    subscriber.request(2);
    upstream.next(1, 1, 2);
    expect([upstream.requested, subscriber.items]).toEqual([3, [1, 2]]);
  });

  it("ends the stream where key or equals throws, and cancels upstream", () => {
    const wrong = (): never => {
      throw new Error("wrong");
    };
    for (const options of [{ key: wrong }, { equals: wrong }]) {
      const upstream = new TestPublisher<number>();
      const subscriber = new ManualSubscriber<number>();
      fromPublisher(upstream).pipe(distinctUntilChanged(options)).subscribe(subscriber);
      subscriber.request(9);
      upstream.next(1);
      if (!subscriber.failed) upstream.next(2);
      expect([String(subscriber.error), upstream.cancels]).toEqual(["Error: wrong", 1]);
    }
  });

  it("§3.5 sends nothing when the key function cancels", () => {
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    const key = (n: number): number => {
      subscriber.cancel();
      return n;
    };
    fromPublisher(upstream).pipe(distinctUntilChanged({ key })).subscribe(subscriber);
    subscriber.request(9);
    upstream.next(1);
    expect([subscriber.items, upstream.cancels]).toEqual([[], 1]);
  });

  it("throws a TypeError at the call for what is no function", () => {
    for (const wrong of [0, "id", {}]) {
      expect(() => distinctUntilChanged({ key: wrong as never })).toThrow(TypeError);
      expect(() => distinctUntilChanged({ equals: wrong as never })).toThrow(TypeError);
    }
  });

  it("refuses a bare function, which could be either", () => {
    const bare = (() => true) as never;
    expect(() => distinctUntilChanged(bare)).toThrow("with a function: give { equals } or { key }");
  });
});
