import { ManualSubscriber, settled, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { fromPublisher } from "../source/from-publisher.js";
import { range } from "../source/range.js";
import { filter } from "./filter.js";
import { map } from "./map.js";
import { prefetch } from "./prefetch.js";
import { take } from "./take.js";

function prefetched(size: number) {
  const upstream = new TestPublisher<number>();
  const subscriber = new ManualSubscriber<number>();
  fromPublisher(upstream).pipe(prefetch(size)).subscribe(subscriber);
  return { upstream, subscriber };
}

describe("prefetch", () => {
  it("asks for its size at once, and for what was sent on when that is three quarters", async () => {
    const { upstream, subscriber } = prefetched(4);
    expect(upstream.requested).toBe(4);
    upstream.next(1, 2, 3, 4);
    subscriber.request(2);
    await settled();
    expect([subscriber.items, upstream.requested]).toEqual([[1, 2], 4]);
    subscriber.request(1);
    await settled();
    expect([subscriber.items, upstream.requested]).toEqual([[1, 2, 3], 7]);
  });

  it("sends on in a later turn, all that is there with one wake-up", async () => {
    const { upstream, subscriber } = prefetched(8);
    subscriber.request(8);
    upstream.next(1, 2, 3);
    expect(subscriber.items).toEqual([]);
    await Promise.resolve();
    expect(subscriber.items).toEqual([1, 2, 3]);
  });

  it("§1.1 holds what was not requested, also over many turns and wraps of its ring", async () => {
    const { upstream, subscriber } = prefetched(24);
    const wanted: number[] = [];
    for (let n = 0; n < 500; n++) {
      while (upstream.demand > 0) {
        wanted.push(upstream.emitted);
        upstream.next(upstream.emitted);
      }
      subscriber.request(1 + (n % 7));
      await Promise.resolve();
      expect(subscriber.surplus).toBe(0);
    }
    await settled();
    expect(subscriber.items).toEqual(wanted.slice(0, subscriber.items.length));
    expect(subscriber.items.length).toBeGreaterThan(1000);
  });

  it("ends after the items that came before the end, well or failed", async () => {
    for (const fails of [false, true]) {
      const { upstream, subscriber } = prefetched(4);
      upstream.next(1, 2);
      if (fails) upstream.error("broke");
      else upstream.complete();
      subscriber.request(1);
      await settled();
      expect([subscriber.items, subscriber.ended]).toEqual([[1], false]);
      subscriber.request(1);
      await settled();
      expect([subscriber.items, subscriber.completed, subscriber.failed]).toEqual([[1, 2], !fails, fails]);
    }
  });

  it("ends at once when nothing waits", () => {
    const { upstream, subscriber } = prefetched(4);
    upstream.complete();
    expect(subscriber.completed).toBe(true);
  });

  it("sends nothing that waits after cancel", async () => {
    const { upstream, subscriber } = prefetched(4);
    subscriber.request(4);
    upstream.next(1, 2);
    subscriber.cancel();
    await settled();
    expect([subscriber.items, upstream.cancels]).toEqual([[], 1]);
  });

  it("runs the stages behind it in its own loop, with their errors, takes and cancels", async () => {
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    fromPublisher(upstream)
      .pipe(
        prefetch(4),
        filter((n) => n % 2 === 0),
        map((n) => n * 10),
        take(2),
      )
      .subscribe(subscriber);
    subscriber.request(9);
    upstream.next(1, 2, 3, 4);
    await settled();
    expect([subscriber.items, subscriber.completed, upstream.cancels]).toEqual([[20, 40], true, 1]);

    const source = new TestPublisher<number>();
    const failed = new ManualSubscriber<number>();
    fromPublisher(source)
      .pipe(
        prefetch(4),
        map((n) => {
          if (n === 2) throw new Error("two");
          return n;
        }),
      )
      .subscribe(failed);
    failed.request(9);
    source.next(1, 2, 3);
    await settled();
    expect([failed.items, String(failed.error), source.cancels]).toEqual([[1], "Error: two", 1]);
  });

  it("§3.3 does not grow the stack for requests inside onNext", async () => {
    const subscriber = new ManualSubscriber<number>({ onNext: (_, self) => self.request(1) });
    range(0, 100_000).pipe(prefetch(1000)).subscribe(subscriber);
    subscriber.request(1);
    await settled();
    expect([subscriber.items.length, subscriber.completed, subscriber.depth]).toEqual([100_000, true, 1]);
  });

  it("throws a RangeError at the call for a wrong size, naming it", () => {
    for (const wrong of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31]) {
      expect(() => prefetch(wrong)).toThrow(RangeError);
      expect(() => prefetch(wrong)).toThrow(String(wrong));
    }
  });
});
