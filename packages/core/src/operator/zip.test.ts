import { ManualSubscriber, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { fail } from "../source/fail.js";
import { never } from "../source/never.js";
import { of } from "../source/of.js";
import { range } from "../source/range.js";
import { take } from "./take.js";
import { filter } from "./filter.js";
import { zip } from "./zip.js";

function pair(prefetch: number) {
  const a = new TestPublisher<number>();
  const b = new TestPublisher<string>();
  const subscriber = new ManualSubscriber<[number, string]>();
  zip([a, b], { prefetch }).subscribe(subscriber);
  return { a, b, subscriber };
}

describe("zip", () => {
  it("sends tuples of one item of each source, of any kind", async () => {
    const flow = zip([range(1, 3), ["a", "b", "c"], new Set([null, undefined, 0])]);
    expect(await flow.toArray()).toEqual([
      [1, "a", null],
      [2, "b", undefined],
      [3, "c", 0],
    ]);
  });

  it("§1.1 sends another for each that a stage below dropped", () => {
    const subscriber = new ManualSubscriber<unknown>();
    zip([range(0, 9), range(0, 9)])
      .pipe(filter(([, n]) => n % 3 === 2))
      .subscribe(subscriber);
    subscriber.request(2);
    expect(subscriber.items.map(String)).toEqual(["2,2", "5,5"]);
  });

  it("completes without items when there are no sources, or one is empty", async () => {
    expect(await zip([]).toArray()).toEqual([]);
    expect(await zip([]).pipe(take(1)).toArray()).toEqual([]);
    expect(await zip([never(), of()]).toArray()).toEqual([]);
  });

  it("asks each source for `prefetch`, then for as many as were sent on when those are three quarters", () => {
    const { a, b, subscriber } = pair(4);
    expect([a.requested, b.requested]).toEqual([4, 4]);
    subscriber.request(10);
    a.next(1, 2, 3, 4);
    b.next("a", "b");
    expect([subscriber.items.length, a.requested, b.requested]).toEqual([2, 4, 4]);
    b.next("c");
    expect([subscriber.items.length, a.requested, b.requested]).toEqual([3, 7, 7]);
  });

  it("§1.1 holds what there is no demand for", () => {
    const { a, b, subscriber } = pair(2);
    a.next(1, 2);
    b.next("a", "b");
    expect([subscriber.items, a.requested]).toEqual([[], 2]);
    subscriber.request(1);
    expect([subscriber.items, a.requested]).toEqual([[[1, "a"]], 3]);
  });

  it("completes as soon as no other tuple can be made, and cancels the others", () => {
    const { a, b, subscriber } = pair(4);
    a.next(1, 2);
    a.complete();
    b.next("a");
    subscriber.request(1);
    expect(subscriber.ended).toBe(false); // one of `a` is left
    b.next("b");
    expect(subscriber.ended).toBe(false);
    subscriber.request(1);
    expect([subscriber.items.length, subscriber.completed, b.cancels, a.cancels]).toEqual([2, true, 1, 0]);
  });

  it("does not subscribe to a source that comes after an empty one", () => {
    const b = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<unknown>();
    zip([of(), b]).subscribe(subscriber);
    expect([subscriber.completed, b.subscribers]).toEqual([true, 0]);
  });

  it("fails at once with the first error, drops what waits and cancels the others", () => {
    const { a, b, subscriber } = pair(4);
    a.next(1, 2);
    b.error("broken");
    expect([subscriber.error, a.cancels, b.cancels]).toEqual(["broken", 1, 0]);
    const late = new TestPublisher<number>();
    const other = new ManualSubscriber<unknown>();
    zip([fail("first"), late]).subscribe(other);
    expect([other.error, late.subscribers]).toEqual(["first", 0]);
  });

  it("§3.12 cancels every source once, also one that gives its subscription later", () => {
    const late = new TestPublisher<number>({ startsAtOnce: false });
    const a = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<unknown>();
    zip([a, late]).subscribe(subscriber);
    subscriber.cancel();
    subscriber.cancel();
    late.start();
    expect([a.cancels, late.cancels, late.requested]).toEqual([1, 1, 0]);
  });

  it("§3.5 sends nothing after a cancel inside onNext, and subscribes to nothing after one in onSubscribe", () => {
    const subscriber = new ManualSubscriber<unknown>({ onNext: (_, self) => self.cancel() });
    zip([range(0, 9), range(0, 9)]).subscribe(subscriber);
    subscriber.request(9);
    expect([subscriber.items, subscriber.ended]).toEqual([[[0, 0]], false]);
    const source = new TestPublisher<number>();
    zip([source, source]).subscribe(new ManualSubscriber({ onSubscribe: (self) => self.cancel() }));
    expect(source.subscribers).toBe(0);
  });

  it("§3.3 does not grow the stack over a hundred thousand items, requested one by one", () => {
    for (const prefetch of [1, 3, 64]) {
      const subscriber = new ManualSubscriber<unknown>({ onNext: (_, self) => self.request(1) });
      zip([range(0, 100_000), range(0, 100_001)], { prefetch }).subscribe(subscriber);
      subscriber.request(1);
      expect([subscriber.items.length, subscriber.completed, subscriber.depth]).toEqual([100_000, true, 1]);
    }
  });

  it("throws at the call for what is no array of sources, and for a wrong prefetch", () => {
    for (const wrong of [undefined, null, 5, of(1)]) expect(() => zip(wrong as never)).toThrow(TypeError);
    expect(() => zip([5 as never])).toThrow(TypeError);
    for (const prefetch of [0, 1.5, Number.POSITIVE_INFINITY]) {
      expect(() => zip([of(1)], { prefetch })).toThrow(RangeError);
    }
  });
});
