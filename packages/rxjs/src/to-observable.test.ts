import { defer, fromPublisher, of, range } from "@sluice/core";
import { captureReported, settled, TestPublisher } from "@sluice/tck";
import { config, from, Subscriber, take, takeWhile } from "rxjs";
import { from as rx8From } from "rxjs-8";
import { afterEach, describe, expect, it } from "vitest";
import { toObservable, type ToObservableOptions } from "./to-observable.js";

/** A flow that a test drives, as an Observable that is subscribed. */
function driven(options?: ToObservableOptions) {
  const upstream = new TestPublisher<number>();
  const seen: unknown[] = [];
  const observable = toObservable(fromPublisher(upstream), options);
  const subscription = observable.subscribe({
    next: (n) => seen.push(n),
    error: (error) => seen.push(String(error)),
    complete: () => seen.push("complete"),
  });
  return { upstream, seen, subscription };
}

const run = (count: number, first = 1): number[] => Array.from({ length: count }, (_, i) => first + i);

afterEach(() => {
  config.onUnhandledError = null;
});

describe("toObservable", () => {
  it("asks for prefetch items, and for more when three quarters were handed on", () => {
    const { upstream, seen } = driven({ prefetch: 8 });
    expect(upstream.requested).toBe(8);
    upstream.next(...run(5));
    expect([upstream.requested, seen]).toEqual([8, run(5)]);
    upstream.next(6);
    expect(upstream.requested).toBe(14);
    expect(driven().upstream.requested).toBe(256);
    const { upstream: one } = driven({ prefetch: 1 });
    one.next(1);
    one.next(2);
    expect(one.requested).toBe(3);
  });

  it("passes the end on, and says nothing after it", () => {
    const completed = driven();
    completed.upstream.next(1);
    completed.upstream.complete();
    const failed = driven();
    failed.upstream.next(1);
    failed.upstream.error(new Error("broke"));
    expect([completed.seen, failed.seen]).toEqual([
      [1, "complete"],
      [1, "Error: broke"],
    ]);
    expect([completed.upstream.cancels, failed.upstream.cancels]).toEqual([0, 0]);
  });

  it("cancels the flow at once when it is unsubscribed, in every state", () => {
    const idle = driven();
    idle.subscription.unsubscribe();
    expect(idle.upstream.cancels).toBe(1);

    const within = new TestPublisher<number>();
    const seen: number[] = [];
    toObservable(fromPublisher(within))
      .pipe(takeWhile((n) => n < 2))
      .subscribe((n) => seen.push(n));
    within.next(1, 2);
    expect([seen, within.cancels]).toEqual([[1], 1]);

    const early = new TestPublisher<number>({ startsAtOnce: false });
    toObservable(fromPublisher(early)).subscribe().unsubscribe();
    early.start();
    expect(early.cancels).toBe(1);

    const ended = driven();
    ended.upstream.complete();
    ended.subscription.unsubscribe();
    expect(ended.upstream.cancels).toBe(0);
  });

  it("stops a synchronous flow within the item, and does not grow the stack with a long one", () => {
    const seen: number[] = [];
    toObservable(range(1, 1e9))
      .pipe(take(3))
      .subscribe((n) => seen.push(n));
    expect(seen).toEqual([1, 2, 3]);
    for (const prefetch of [1, 7, 256]) {
      let sum = 0;
      toObservable(range(1, 100_000), { prefetch }).subscribe((n) => {
        sum += n;
      });
      expect(sum).toBe(5_000_050_000);
    }
  });

  it("runs the flow anew for each subscriber", () => {
    let runs = 0;
    const observable = toObservable(defer(() => of(++runs)));
    const seen: number[] = [];
    for (let i = 0; i < 2; i++) observable.subscribe((n) => seen.push(n));
    expect(seen).toEqual([1, 2]);
  });

  it("goes on as RxJS does when an observer throws: the error is reported, the rest is sent", async () => {
    const unhandled: unknown[] = [];
    config.onUnhandledError = (error) => unhandled.push(error);
    const seen: number[] = [];
    toObservable(range(1, 3)).subscribe((n) => {
      seen.push(n);
      if (n === 2) throw new Error("observer broke");
    });
    await settled();
    expect([seen, unhandled.map(String)]).toEqual([[1, 2, 3], ["Error: observer broke"]]);
  });

  it("§2.13 cancels, and reports, when an observer throws that RxJS has not made safe", async () => {
    for (const signal of ["next", "error", "complete"] as const) {
      const upstream = new TestPublisher<number>();
      const hostile = new (class extends Subscriber<number> {})();
      hostile[signal] = () => {
        throw new Error(`${signal} broke`);
      };
      const reported = await captureReported(() => {
        toObservable(fromPublisher(upstream)).subscribe(hostile);
        if (signal === "next") upstream.next(1);
        else if (signal === "error") upstream.error(new Error("upstream"));
        else upstream.complete();
      });
      expect(reported.map(String)).toEqual([`Error: ${signal} broke`]);
      expect(upstream.cancels).toBe(signal === "next" ? 1 : 0);
    }
  });

  it("is taken by RxJS 8", () => {
    const seen: number[] = [];
    rx8From(toObservable(range(1, 3)) as never).subscribe((n) => seen.push(n as number));
    expect(seen).toEqual([1, 2, 3]);
  });

  it("throws at the call for what is no flow, no prefetch, no scheduler", () => {
    for (const wrong of [undefined, null, 5, {}, from([1])]) {
      expect(() => toObservable(wrong as never)).toThrow(
        /^Cannot make an Observable of .*: toObservable takes a Flow/,
      );
    }
    for (const prefetch of [0, -1, 1.5, Number.POSITIVE_INFINITY, "8"]) {
      expect(() => toObservable(range(1, 2), { prefetch: prefetch as never })).toThrow("prefetch");
    }
    for (const scheduler of [null, 5, {}, { schedule: () => {} }]) {
      expect(() => toObservable(range(1, 2), { scheduler: scheduler as never })).toThrow(
        "Cannot give toObservable the scheduler",
      );
    }
    expect(() => toObservable(range(1, 2), 5 as never)).toThrow("Cannot give toObservable the options 5");
  });
});
