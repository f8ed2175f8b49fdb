import { ManualSubscriber, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { fromIterable } from "../source/from-iterable.js";
import { fromPublisher } from "../source/from-publisher.js";
import { never } from "../source/never.js";
import { range } from "../source/range.js";
import { filter } from "./filter.js";
import { map } from "./map.js";
import { prefetch } from "./prefetch.js";
import { take } from "./take.js";

describe("take", () => {
  it("sends the first items, then completes without more demand", () => {
    const subscriber = new ManualSubscriber<number>();
    range(1, 9).pipe(take(2)).subscribe(subscriber);
    subscriber.request(1);
    expect(subscriber.completed).toBe(false);
    subscriber.request(1);
    expect([subscriber.items, subscriber.completed]).toEqual([[1, 2], true]);
  });

  it("completes with what there is when there is less", async () => {
    expect(await range(1, 2).pipe(take(9)).toArray()).toEqual([1, 2]);
  });

  it("take(0) completes without demand and requests nothing, on any source", async () => {
    const upstream = new TestPublisher<number>();
    for (const flow of [range(1, 9), never<number>(), fromIterable(new Set([1])), fromPublisher(upstream)]) {
      const subscriber = new ManualSubscriber<number>();
      flow.pipe(take(0)).subscribe(subscriber);
      expect([subscriber.items, subscriber.completed]).toEqual([[], true]);
    }
    expect([upstream.requested, upstream.cancels]).toEqual([0, 1]);
    for (const flow of [
      range(1, 9),
      fromIterable(new Set([1])),
      fromPublisher(new TestPublisher<number>()),
    ]) {
      const asking = new ManualSubscriber<number>({ onSubscribe: (self) => self.request(1) });
      flow.pipe(take(0)).subscribe(asking);
      expect([asking.items, asking.completed]).toEqual([[], true]);
    }
    expect(await range(1, 9).pipe(prefetch(2), take(0)).toArray()).toEqual([]);
  });

  it("take(1) never makes a second item", async () => {
    const seen: number[] = [];
    const flow = range(1, 9).pipe(
      map((n) => {
        seen.push(n);
        return n;
      }),
      take(1),
    );
    expect(await flow.toArray()).toEqual([1]);
    expect(seen).toEqual([1]);
  });

  it("§3.17 never has more outstanding than it lets through, also for unbounded demand", () => {
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    fromPublisher(upstream).pipe(take(3)).subscribe(subscriber);
    subscriber.request(Number.POSITIVE_INFINITY);
    expect(upstream.requested).toBe(3);
    subscriber.request(5);
    expect(upstream.requested).toBe(3);
    upstream.next(1, 2, 3);
    expect([subscriber.completed, upstream.cancels]).toEqual([true, 1]);
  });

  it("never stalls behind or in front of a filter over a foreign publisher", () => {
    const odd = filter((n: number) => n % 2 === 1);
    for (const place of ["before", "behind", "both"] as const) {
      for (const demand of [1, 2, 3, Number.POSITIVE_INFINITY]) {
        let most = 0;
        const upstream = new TestPublisher<number>({
          onRequest: (_, self) => {
            most = Math.max(most, self.demand);
          },
        });
        const subscriber = new ManualSubscriber<number>();
        const flow = fromPublisher(upstream);
        const piped =
          place === "before"
            ? flow.pipe(take(6), odd)
            : place === "behind"
              ? flow.pipe(odd, take(3))
              : flow.pipe(take(6), odd, take(3));
        piped.subscribe(subscriber);
        for (let n = 1; n <= 9 && !subscriber.ended; n++) {
          if (upstream.demand === 0) subscriber.request(demand);
          upstream.next(n); // throws when nothing was asked for: a stall
        }
        expect([subscriber.items, subscriber.completed]).toEqual([[1, 3, 5], true]);
        expect(most).toBeLessThanOrEqual(place === "before" ? 6 : place === "behind" ? 3 : 3);
      }
    }
  });

  it("takes as many as there can be", async () => {
    expect(await range(1, 3).pipe(take(Number.MAX_SAFE_INTEGER)).toArray()).toEqual([1, 2, 3]);
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    fromPublisher(upstream).pipe(take(Number.MAX_SAFE_INTEGER)).subscribe(subscriber);
    subscriber.request(1);
    upstream.next(1);
    subscriber.request(1);
    upstream.next(2);
    expect(subscriber.items).toEqual([1, 2]);
  });

  it("prefers the error of a later stage at its last item to completing", () => {
    const subscriber = new ManualSubscriber<number>();
    range(1, 9)
      .pipe(
        take(1),
        map((): number => {
          throw new Error("at the last");
        }),
      )
      .subscribe(subscriber);
    subscriber.request(1);
    expect(subscriber.signals.map((signal) => signal.kind)).toEqual(["onSubscribe", "onError"]);
  });

  it("throws a RangeError at the call for anything but an integer >= 0, naming it", () => {
    for (const wrong of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "2", undefined, null]) {
      expect(() => take(wrong as number)).toThrow(RangeError);
      expect(() => take(wrong as number)).toThrow(String(wrong));
    }
  });
});
