import { ManualSubscriber, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { fromPublisher } from "../source/from-publisher.js";
import { range } from "../source/range.js";
import { filter } from "./filter.js";
import { skip } from "./skip.js";

function skipped(count: number) {
  const upstream = new TestPublisher<number>();
  const subscriber = new ManualSubscriber<number>();
  fromPublisher(upstream).pipe(skip(count)).subscribe(subscriber);
  return { upstream, subscriber };
}

describe("skip", () => {
  it("leaves out the first items, for each subscription anew", async () => {
    const flow = range(1, 5).pipe(skip(3));
    expect([await flow.toArray(), await flow.toArray()]).toEqual([
      [4, 5],
      [4, 5],
    ]);
    expect(await range(1, 2).pipe(skip(9)).toArray()).toEqual([]);
    expect(await range(1, 2).pipe(skip(0)).toArray()).toEqual([1, 2]);
  });

  it("asks for what it leaves out once, with the first request, and for nothing else", () => {
    const { upstream, subscriber } = skipped(3);
    expect(upstream.requested).toBe(0);
    subscriber.request(2);
    expect(upstream.calls.map(({ n }) => n)).toEqual([5]);
    upstream.next(1, 2, 3, 4, 5);
    subscriber.request(1);
    expect(upstream.calls.map(({ n }) => n)).toEqual([5, 1]);
    expect(subscriber.items).toEqual([4, 5]);
  });

  it("§3.17 is unbounded where the sum is", () => {
    const { upstream, subscriber } = skipped(Number.MAX_SAFE_INTEGER);
    subscriber.request(1);
    expect(upstream.requested).toBe(Number.POSITIVE_INFINITY);
  });

  it("asks again for an item that is dropped below it", () => {
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    const even = filter((n: number) => n % 2 === 0);
    fromPublisher(upstream).pipe(skip(1), even).subscribe(subscriber);
    subscriber.request(1);
    upstream.next(1, 3);
    expect(upstream.requested).toBe(3);
    upstream.next(4);
    expect(subscriber.items).toEqual([4]);
  });

  it("§3.5 asks for nothing once it was cancelled while it leaves out", () => {
    const { upstream, subscriber } = skipped(3);
    subscriber.request(1);
    upstream.next(1);
    subscriber.cancel();
    subscriber.request(1);
    expect([upstream.requested, upstream.cancels]).toEqual([4, 1]);
  });

  it("throws a RangeError at the call for anything but an integer >= 0, naming it", () => {
    for (const wrong of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "2", undefined, null]) {
      expect(() => skip(wrong as number)).toThrow(RangeError);
      expect(() => skip(wrong as number)).toThrow(String(wrong));
    }
  });
});
