import { ManualSubscriber, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { fail } from "../source/fail.js";
import type { FlowInput } from "../source/from.js";
import { fromPublisher } from "../source/from-publisher.js";
import { never } from "../source/never.js";
import { of } from "../source/of.js";
import { range } from "../source/range.js";
import { prefetch } from "./prefetch.js";
import { withLatestFrom } from "./with-latest-from.js";

function joined(others: FlowInput<unknown>[]) {
  const upstream = new TestPublisher<number>();
  const subscriber = new ManualSubscriber<[number, ...unknown[]]>();
  fromPublisher(upstream).pipe(withLatestFrom(others)).subscribe(subscriber);
  return { upstream, subscriber };
}

describe("withLatestFrom", () => {
  it("sends each item with the latest of each of the others", () => {
    const a = new TestPublisher<string>();
    const b = new TestPublisher<boolean>();
    const { upstream, subscriber } = joined([a, b]);
    expect([a.requested, b.requested]).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
    subscriber.request(9);
    a.next("x");
    b.next(true);
    upstream.next(1);
    a.next("y", "z");
    upstream.next(2);
    expect(subscriber.items).toEqual([
      [1, "x", true],
      [2, "z", true],
    ]);
  });

  it("drops items until all others have spoken, and asks for another for each", () => {
    const other = new TestPublisher<string>();
    const { upstream, subscriber } = joined([of(0), other]);
    subscriber.request(2);
    upstream.next(1, 2);
    expect([subscriber.items, upstream.requested]).toEqual([[], 4]);
    other.next("x");
    upstream.next(3, 4);
    expect([subscriber.items.length, upstream.requested]).toEqual([2, 4]);
  });

  it("subscribes to the others before the first item, also under a stage that asks at once", async () => {
    const flow = range(1, 3).pipe(withLatestFrom([of("x")]), prefetch(4));
    expect(await flow.toArray()).toEqual([
      [1, "x"],
      [2, "x"],
      [3, "x"],
    ]);
  });

  it("takes null and undefined for what the others say", async () => {
    expect(
      await of(1)
        .pipe(withLatestFrom([of(undefined), of(null)]))
        .toArray(),
    ).toEqual([[1, undefined, null]]);
  });

  it("completes with upstream and cancels the others", () => {
    const other = new TestPublisher<string>();
    const { upstream, subscriber } = joined([other]);
    upstream.complete();
    expect([subscriber.completed, other.cancels, upstream.cancels]).toEqual([true, 1, 0]);
  });

  it("goes on when another has completed, but completes when that one never spoke", () => {
    const { upstream, subscriber } = joined([of("x")]);
    subscriber.request(1);
    upstream.next(1);
    expect(subscriber.items).toEqual([[1, "x"]]);
    const silent = joined([of("x"), of(), never()]);
    expect([silent.subscriber.completed, silent.upstream.cancels]).toEqual([true, 1]);
  });

  it("fails with the first error of any, and cancels the rest", () => {
    const other = new TestPublisher<string>();
    const byOther = joined([other]);
    other.error("other");
    expect([byOther.subscriber.error, byOther.upstream.cancels]).toEqual(["other", 1]);
    const another = new TestPublisher<string>();
    const byUpstream = joined([another]);
    byUpstream.upstream.error("upstream");
    expect([byUpstream.subscriber.error, another.cancels]).toEqual(["upstream", 1]);
    const unread = new TestPublisher<string>();
    const atOnce = joined([fail("at once"), unread]);
    expect([atOnce.subscriber.error, atOnce.upstream.cancels, unread.subscribers]).toEqual(["at once", 1, 0]);
  });

  it("§3.12 cancels upstream and the others once, also one that gives its subscription later", () => {
    const other = new TestPublisher<string>();
    const late = new TestPublisher<string>({ startsAtOnce: false });
    const { upstream, subscriber } = joined([other, late]);
    subscriber.cancel();
    subscriber.cancel();
    late.start();
    expect([upstream.cancels, other.cancels, late.cancels]).toEqual([1, 1, 1]);
  });

  it("§3.5 subscribes to nothing else after a cancel in onSubscribe", () => {
    const other = new TestPublisher<string>();
    range(0, 9)
      .pipe(withLatestFrom([other]))
      .subscribe(new ManualSubscriber({ onSubscribe: (self) => self.cancel() }));
    expect(other.subscribers).toBe(0);
  });

  it("throws a TypeError at the call for what is no array of sources", () => {
    for (const wrong of [undefined, null, 5, of(1), [5]]) {
      expect(() => withLatestFrom(wrong as never)).toThrow(TypeError);
    }
  });
});
