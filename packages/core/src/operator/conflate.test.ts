import { ManualSubscriber, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { fromPublisher } from "../source/from-publisher.js";
import { conflate } from "./conflate.js";

function running(merge = (sum: number, n: number): number => sum + n) {
  const upstream = new TestPublisher<number>();
  const subscriber = new ManualSubscriber<number>();
  fromPublisher(upstream).pipe(conflate(merge)).subscribe(subscriber);
  return { upstream, subscriber };
}

describe("conflate", () => {
  it("asks for all there is, and merges what waits into one item", () => {
    const { upstream, subscriber } = running();
    expect(upstream.requested).toBe(Number.POSITIVE_INFINITY);
    subscriber.request(1);
    upstream.next(1, 2, 3, 4);
    expect(subscriber.items).toEqual([1]);
    subscriber.request(2);
    expect(subscriber.items).toEqual([1, 9]);
    upstream.next(5);
    expect(subscriber.items).toEqual([1, 9, 5]);
    expect(upstream.calls).toHaveLength(1);
  });

  it("makes a value of another kind, with a seed", () => {
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number[]>();
    fromPublisher(upstream)
      .pipe(
        conflate(
          (n) => [n],
          (list: number[], n) => [...list, n],
        ),
      )
      .subscribe(subscriber);
    upstream.next(1, 2);
    subscriber.request(2);
    upstream.next(3);
    expect(subscriber.items).toEqual([[1, 2], [3]]);
  });

  it("sends what waits after completion, when it is asked for", () => {
    const { upstream, subscriber } = running();
    upstream.next(1, 2);
    upstream.complete();
    expect(subscriber.ended).toBe(false);
    subscriber.request(1);
    expect([subscriber.items, subscriber.completed]).toEqual([[3], true]);
  });

  it("fails on what merge throws, and stops upstream", () => {
    const { upstream, subscriber } = running(() => {
      throw undefined;
    });
    upstream.next(1, 2);
    expect(String(subscriber.error)).toBe("Error: conflate threw undefined, which is no Error");
    expect(upstream.cancels).toBe(1);
  });

  it("throws a TypeError at the call for what is no function", () => {
    for (const wrong of [undefined, null, 5, {}]) expect(() => conflate(wrong as never)).toThrow(TypeError);
    expect(() => conflate(String, 5 as never)).toThrow(TypeError);
  });
});
