import { ManualSubscriber, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { fromPublisher } from "../source/from-publisher.js";
import { of } from "../source/of.js";
import { skipWhile } from "./skip-while.js";

describe("skipWhile", () => {
  it("sends from the first item on that fails the test, whatever comes after", async () => {
    expect(
      await of(1, 2, 5, 1)
        .pipe(skipWhile((n) => n < 3))
        .toArray(),
    ).toEqual([5, 1]);
    expect(
      await of(1, 2)
        .pipe(skipWhile(() => true))
        .toArray(),
    ).toEqual([]);
  });

  it("does not test an item after the first one that it sent", async () => {
    const tested: number[] = [];
    const test = (n: number): boolean => {
      tested.push(n);
      return n < 2;
    };
    const flow = of(1, 2, 3).pipe(skipWhile(test));
    await flow.toArray();
    expect(tested).toEqual([1, 2]);
    await flow.toArray(); // each subscription tests anew
    expect(tested).toEqual([1, 2, 1, 2]);
  });

  it("asks for n, and for one more for each item left out", () => {
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    fromPublisher(upstream)
      .pipe(skipWhile((n) => n < 3))
      .subscribe(subscriber);
    subscriber.request(1);
    upstream.next(1, 2, 3);
    expect([upstream.requested, subscriber.items]).toEqual([3, [3]]);
  });

  it("ends the stream at the item whose test throws, and cancels upstream", () => {
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    fromPublisher(upstream)
      .pipe(
        skipWhile(() => {
          throw "no error";
        }),
      )
      .subscribe(subscriber);
    subscriber.request(2);
    upstream.next(1);
    expect(String(subscriber.error)).toBe('Error: skipWhile threw "no error", which is no Error');
    expect([upstream.cancels, upstream.requested]).toEqual([1, 2]);
  });

  it("§3.5 sends nothing when the test cancels", () => {
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    fromPublisher(upstream)
      .pipe(
        skipWhile(() => {
          subscriber.cancel();
          return false;
        }),
      )
      .subscribe(subscriber);
    subscriber.request(2);
    upstream.next(1);
    expect([subscriber.items, upstream.cancels]).toEqual([[], 1]);
  });
});
