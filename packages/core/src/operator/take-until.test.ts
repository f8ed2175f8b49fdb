import { ManualSubscriber, settled, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { onDroppedError } from "../kit/dropped.js";
import { fromPublisher } from "../source/from-publisher.js";
import { range } from "../source/range.js";
import { reduce } from "./reduce.js";
import { takeUntil } from "./take-until.js";

function between(hooks: ConstructorParameters<typeof ManualSubscriber<number>>[0] = {}) {
  const upstream = new TestPublisher<number>();
  const notifier = new TestPublisher<unknown>();
  const subscriber = new ManualSubscriber<number>(hooks);
  fromPublisher(upstream).pipe(takeUntil(notifier)).subscribe(subscriber);
  return { upstream, notifier, subscriber };
}

describe("takeUntil", () => {
  it("completes when the notifier sends its first item, and cancels both", () => {
    const { upstream, notifier, subscriber } = between();
    subscriber.request(5);
    upstream.next(1, 2);
    notifier.next(undefined);
    expect([subscriber.items, subscriber.completed]).toEqual([[1, 2], true]);
    expect([upstream.cancels, notifier.cancels]).toEqual([1, 1]);
    expect([upstream.requested, notifier.requested]).toEqual([5, 1]);
  });

  it("goes on when the notifier completes without an item", () => {
    const { upstream, notifier, subscriber } = between();
    notifier.complete();
    subscriber.request(1);
    upstream.next(1);
    upstream.complete();
    expect([subscriber.items, subscriber.completed, notifier.cancels]).toEqual([[1], true, 0]);
  });

  it("fails when the notifier fails, and cancels upstream", () => {
    const { upstream, notifier, subscriber } = between();
    const failure = new Error("failed");
    notifier.error(failure);
    expect([subscriber.error, upstream.cancels, notifier.cancels]).toEqual([failure, 1, 0]);
  });

  it("cancels the notifier when upstream ends, and both when it is cancelled", () => {
    const completed = between();
    completed.upstream.complete();
    expect([completed.notifier.cancels, completed.upstream.cancels]).toEqual([1, 0]);
    const failed = between();
    failed.upstream.error(new Error("failed"));
    expect([failed.notifier.cancels, failed.upstream.cancels]).toEqual([1, 0]);
    const cancelled = between();
    cancelled.subscriber.cancel();
    expect([cancelled.notifier.cancels, cancelled.upstream.cancels]).toEqual([1, 1]);
  });

  it("subscribes the notifier first: where that sends at once, upstream is never subscribed", () => {
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    fromPublisher(upstream)
      .pipe(takeUntil([1]))
      .subscribe(subscriber);
    expect(subscriber.signals.map(({ kind }) => kind)).toEqual(["onSubscribe", "onComplete"]);
    expect(upstream.subscribers).toBe(0);
  });

  it("§1.9 completes before upstream has answered, and cancels it when it does", () => {
    const upstream = new TestPublisher<number>({ startsAtOnce: false });
    const notifier = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    fromPublisher(upstream).pipe(takeUntil(notifier)).subscribe(subscriber);
    notifier.next(1);
    expect(subscriber.signals.map(({ kind }) => kind)).toEqual(["onSubscribe", "onComplete"]);
    upstream.start();
    expect([upstream.cancels, subscriber.signals.length]).toEqual([1, 2]);
  });

  it("cancels a notifier that answers after the end", () => {
    const notifier = new TestPublisher<number>({ startsAtOnce: false });
    const subscriber = new ManualSubscriber<number>();
    range(1, 0).pipe(takeUntil(notifier)).subscribe(subscriber);
    expect(subscriber.completed).toBe(true);
    notifier.start();
    expect([notifier.cancels, notifier.requested]).toEqual([1, 0]);
  });

  it("§1.3 ends after the running item when the notifier speaks within it, in a stage below too", () => {
    const direct = between({ onNext: (n) => n === 2 && direct.notifier.next(0) });
    direct.subscriber.request(9);
    direct.upstream.next(1, 2);
    expect([direct.subscriber.depth, direct.subscriber.completed, direct.upstream.cancels]).toEqual([
      1,
      true,
      1,
    ]);

    const upstream = new TestPublisher<number>();
    const notifier = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    const sum = (so: number, n: number): number => {
      if (n === 2) notifier.next(0);
      return so + n;
    };
    fromPublisher(upstream).pipe(takeUntil(notifier), reduce(sum, 0)).subscribe(subscriber);
    subscriber.request(1);
    upstream.next(1, 2);
    expect([subscriber.items, subscriber.completed]).toEqual([[3], true]); // with the item under way
  });

  it("§3.5 signals nothing when the item under way is cancelled after the notifier spoke", () => {
    const dropped: unknown[] = [];
    const restore = onDroppedError((error) => dropped.push(error));
    const failure = new Error("failed");
    const { upstream, notifier, subscriber } = between({
      onNext: (_, self) => {
        notifier.error(failure);
        self.cancel();
      },
    });
    subscriber.request(1);
    upstream.next(1);
    restore();
    expect([subscriber.ended, upstream.cancels, dropped]).toEqual([false, 1, [failure]]);
  });

  it("hears the first signal of the notifier only, also while an item is delivered", () => {
    const dropped: unknown[] = [];
    const restore = onDroppedError((error) => dropped.push(error));
    const notifier = new TestPublisher<unknown>({ onCancel: (self) => self.error("late") });
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>({
      onNext: () => {
        notifier.next("stop");
        expect(notifier.cancels).toBe(1);
      },
    });
    fromPublisher(upstream).pipe(takeUntil(notifier)).subscribe(subscriber);
    subscriber.request(5);
    upstream.next(1);
    restore();
    expect([subscriber.completed, subscriber.failed, upstream.cancels]).toEqual([true, false, 1]);
    expect(dropped).toEqual(["late"]);
  });

  it("subscribes the notifier anew for each subscription", async () => {
    let subscribed = 0;
    const notifier = {
      [Symbol.iterator]: () => {
        subscribed++;
        return [][Symbol.iterator]();
      },
    };
    const flow = range(1, 2).pipe(takeUntil(notifier));
    await flow.toArray();
    await flow.toArray();
    expect(subscribed).toBe(2);
  });

  it("takes a promise, also one that is rejected", async () => {
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    const failure = new Error("rejected");
    fromPublisher(upstream)
      .pipe(takeUntil(Promise.reject(failure)))
      .subscribe(subscriber);
    await settled();
    expect([subscriber.error, upstream.cancels]).toEqual([failure, 1]);
  });

  it("throws a TypeError at the call for a notifier without items", () => {
    for (const wrong of [undefined, null, 5, {}]) expect(() => takeUntil(wrong as never)).toThrow(TypeError);
  });
});
