import { ManualSubscriber, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { never } from "../source/never.js";
import { of } from "../source/of.js";
import { range } from "../source/range.js";
import { combineLatest } from "./combine-latest.js";
import { filter } from "./filter.js";

function pair(prefetch: number) {
  const a = new TestPublisher<number>();
  const b = new TestPublisher<string>();
  const subscriber = new ManualSubscriber<[number, string]>();
  combineLatest([a, b], { prefetch }).subscribe(subscriber);
  return { a, b, subscriber };
}

describe("combineLatest", () => {
  it("sends the latest of each, whenever one has sent another", () => {
    const { a, b, subscriber } = pair(9);
    subscriber.request(9);
    a.next(1, 2);
    b.next("a");
    a.next(3);
    b.next("b");
    expect(subscriber.items).toEqual([
      [2, "a"],
      [3, "a"],
      [3, "b"],
    ]);
  });

  it("§1.1 sends what came ahead of demand later, in its order, and leaves nothing out", () => {
    const { a, b, subscriber } = pair(4);
    a.next(1);
    b.next("a");
    b.next("b");
    a.next(2);
    expect(subscriber.items).toEqual([]);
    subscriber.request(2);
    expect(subscriber.items).toEqual([
      [1, "a"],
      [1, "b"],
    ]);
    subscriber.request(1);
    expect(subscriber.items[2]).toEqual([2, "b"]);
  });

  it("takes items without demand while one source is silent: the newest counts", () => {
    const { a, b, subscriber } = pair(2);
    a.next(1, 2);
    expect(a.requested).toBe(4);
    a.next(3, 4);
    b.next("a");
    subscriber.request(1);
    expect(subscriber.items).toEqual([[4, "a"]]);
  });

  it("holds at most `prefetch` items of each source beside the latest", () => {
    const { a, b } = pair(2);
    b.next("a");
    while (a.demand > 0) a.next(a.emitted);
    expect([a.emitted, b.requested]).toEqual([3, 3]);
  });

  it("§1.1 sends another for each that a stage below dropped", () => {
    const subscriber = new ManualSubscriber<unknown>();
    combineLatest([of(0), range(0, 9)])
      .pipe(filter(([, n]) => n % 3 === 2))
      .subscribe(subscriber);
    subscriber.request(2);
    expect(subscriber.items.map(String)).toEqual(["0,2", "0,5"]);
  });

  it("completes when all sources have, and after what waits", () => {
    const { a, b, subscriber } = pair(4);
    a.next(1);
    a.complete();
    b.next("a", "b");
    b.complete();
    expect(subscriber.ended).toBe(false);
    subscriber.request(1);
    expect(subscriber.ended).toBe(false);
    subscriber.request(1);
    expect([subscriber.items.length, subscriber.completed]).toEqual([2, true]);
  });

  it("completes at once when a source completed without an item, and cancels the others", async () => {
    const { a, b, subscriber } = pair(4);
    a.next(1);
    b.complete();
    expect([subscriber.completed, a.cancels]).toEqual([true, 1]);
    expect(await combineLatest([never(), of()]).toArray()).toEqual([]);
    expect(await combineLatest([]).toArray()).toEqual([]);
  });

  it("takes null and undefined for items", async () => {
    expect(await combineLatest([of(undefined), of(null, undefined)]).toArray()).toEqual([
      [undefined, null],
      [undefined, undefined],
    ]);
  });

  it("sends tuples of their own, which a reader may change", async () => {
    const tuples = await combineLatest([of(1), of(2, 3)]).toArray();
    for (const tuple of tuples) tuple[0] = 9;
    expect(tuples).toEqual([
      [9, 2],
      [9, 3],
    ]);
  });

  it("fails at once with the first error, drops what waits and cancels the others", () => {
    const { a, b, subscriber } = pair(4);
    a.next(1);
    b.next("a");
    a.error("broken");
    subscriber.request(5);
    expect([subscriber.error, subscriber.items, b.cancels, a.cancels]).toEqual(["broken", [], 1, 0]);
  });

  it("§3.12 cancels every source once", () => {
    const { a, b, subscriber } = pair(4);
    subscriber.cancel();
    subscriber.cancel();
    expect([a.cancels, b.cancels]).toEqual([1, 1]);
  });

  it("§3.3 does not grow the stack over a hundred thousand items, requested one by one", () => {
    for (const prefetch of [1, 3, 64]) {
      const subscriber = new ManualSubscriber<unknown>({ onNext: (_, self) => self.request(1) });
      combineLatest([of(0), range(0, 100_000)], { prefetch }).subscribe(subscriber);
      subscriber.request(1);
      expect([subscriber.items.length, subscriber.completed, subscriber.depth]).toEqual([100_000, true, 1]);
    }
  });

  it("throws at the call for what is no array of sources, and for a wrong prefetch", () => {
    for (const wrong of [undefined, null, 5, of(1)]) {
      expect(() => combineLatest(wrong as never)).toThrow(TypeError);
    }
    for (const prefetch of [0, 1.5, Number.POSITIVE_INFINITY]) {
      expect(() => combineLatest([of(1)], { prefetch })).toThrow(RangeError);
    }
    expect(() => combineLatest([of(1), of(2)], { prefetch: 2 ** 30 })).toThrow(RangeError);
  });
});
