import { ManualSubscriber, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { fromPublisher } from "../source/from-publisher.js";
import { of } from "../source/of.js";
import { range } from "../source/range.js";
import { first } from "./first.js";

describe("first", () => {
  it("sends the first item, or the first that passes the test", async () => {
    expect(await range(5, 9).pipe(first()).toArray()).toEqual([5]);
    expect(
      await range(1, 9)
        .pipe(first((n) => n % 4 === 0))
        .toArray(),
    ).toEqual([4]);
    expect(await of(undefined, 1).pipe(first()).toArray()).toEqual([undefined]);
  });

  it("completes without an item when there is none", async () => {
    expect(await range(1, 0).pipe(first()).toArray()).toEqual([]);
    expect(
      await range(1, 3)
        .pipe(first((n) => n > 3))
        .toArray(),
    ).toEqual([]);
  });

  it("has one item outstanding at most, however much is requested, and cancels when it has it", () => {
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    fromPublisher(upstream)
      .pipe(first((n) => n === 3))
      .subscribe(subscriber);
    subscriber.request(Number.POSITIVE_INFINITY);
    for (const n of [1, 2, 3]) {
      expect(upstream.demand).toBe(1);
      upstream.next(n);
    }
    expect([subscriber.items, subscriber.completed, upstream.cancels]).toEqual([[3], true, 1]);
    expect(upstream.requested).toBe(3);
  });

  it("names itself where the test throws what is no error", () => {
    const subscriber = new ManualSubscriber<number>();
    const test = (): boolean => {
      throw "no error";
    };
    range(1, 9).pipe(first(test)).subscribe(subscriber);
    subscriber.request(1);
    expect(String(subscriber.error)).toContain("first");
  });

  it("throws a TypeError at the call for a test that is no function", () => {
    for (const wrong of [null, 0, "a", {}]) expect(() => first(wrong as never)).toThrow(TypeError);
  });
});
