import { fail, fromPublisher, of, range } from "@sluice/core";
import { TestPublisher } from "@sluice/tck";
import {
  animationFrameScheduler,
  asapScheduler,
  asyncScheduler,
  concat,
  lastValueFrom,
  NEVER,
  queueScheduler,
  type SchedulerLike,
  take,
  toArray,
  VirtualTimeScheduler,
} from "rxjs";
import { TestScheduler } from "rxjs/testing";
import { describe, expect, it } from "vitest";
import { onBackpressureLatest } from "./on-backpressure.js";
import { toObservable } from "./to-observable.js";

/** Counts the actions of another one. */
function counted(scheduler: SchedulerLike) {
  const counts = { scheduled: 0 };
  const counting: SchedulerLike = {
    now: () => scheduler.now(),
    schedule(...call: Parameters<SchedulerLike["schedule"]>) {
      counts.scheduled++;
      return scheduler.schedule(...call);
    },
  };
  return { counting, counts };
}

function driven(scheduler: SchedulerLike, prefetch: number) {
  const upstream = new TestPublisher<number>();
  const seen: unknown[] = [];
  const subscription = toObservable(fromPublisher(upstream), { prefetch, scheduler }).subscribe({
    next: (n) => seen.push(n),
    error: (error) => seen.push(String(error)),
    complete: () => seen.push("complete"),
  });
  return { upstream, seen, subscription };
}

describe("toObservable with a scheduler", () => {
  it("hands on in its turns, one action for all that has come, and asks for no more than prefetch", () => {
    const virtual = new VirtualTimeScheduler();
    const { counting, counts } = counted(virtual);
    const { upstream, seen } = driven(counting, 4);
    upstream.next(1, 2, 3);
    expect([seen, upstream.requested, counts.scheduled]).toEqual([[], 4, 1]);
    virtual.flush();
    expect([seen, upstream.requested, counts.scheduled]).toEqual([[1, 2, 3], 7, 1]);
    upstream.next(4);
    upstream.complete();
    expect([seen.length, counts.scheduled]).toEqual([3, 2]);
    virtual.flush();
    expect(seen).toEqual([1, 2, 3, 4, "complete"]);
  });

  it("sends everything, in order, by each scheduler of RxJS", async () => {
    const expected = Array.from({ length: 1000 }, (_, i) => i);
    for (const scheduler of [asapScheduler, asyncScheduler, queueScheduler]) {
      const all = toObservable(range(0, 1000), { scheduler, prefetch: 300 }).pipe(toArray());
      expect(await lastValueFrom(all)).toEqual(expected);
    }
    const failed = toObservable(fail<number>(new Error("broke")), { scheduler: asapScheduler });
    await expect(lastValueFrom(failed)).rejects.toThrow("broke");
  });

  it("hands on at most prefetch items a frame", () => {
    const scheduler = new TestScheduler(() => {});
    scheduler.run(({ animate, flush }) => {
      animate("--x--x--x--x");
      const seen: unknown[] = [];
      toObservable(of("a", "b", "c", "d", "e"), {
        prefetch: 2,
        scheduler: animationFrameScheduler,
      }).subscribe({
        next: (letter) => seen.push(`${letter} at ${scheduler.now()}`),
        complete: () => seen.push(`complete at ${scheduler.now()}`),
      });
      flush();
      expect(seen).toEqual(["a at 2", "b at 2", "c at 5", "d at 5", "e at 8", "complete at 8"]);
    });
  });

  it("cancels the flow and its action at once when it is unsubscribed, also within a turn", () => {
    const virtual = new VirtualTimeScheduler();
    const waiting = driven(virtual, 4);
    waiting.upstream.next(1);
    waiting.subscription.unsubscribe();
    expect(waiting.upstream.cancels).toBe(1);
    virtual.flush();
    expect(waiting.seen).toEqual([]);

    const within: number[] = [];
    const upstream = new TestPublisher<number>();
    toObservable(fromPublisher(upstream), { scheduler: virtual })
      .pipe(take(1))
      .subscribe((n) => within.push(n));
    upstream.next(1, 2, 3);
    virtual.flush();
    expect([within, upstream.cancels, virtual.actions]).toEqual([[1], 1, []]);
  });

  it("leaves no action behind that waits for its turn", () => {
    let waiting = 0;
    const scheduler = {
      now: () => 0,
      schedule() {
        waiting++;
        return { unsubscribe: () => waiting-- };
      },
    } as unknown as SchedulerLike;
    const { upstream, subscription } = driven(scheduler, 4);
    upstream.next(1);
    expect(waiting).toBe(1);
    subscription.unsubscribe();
    expect(waiting).toBe(0);
    const turns = concat(toObservable(of(1)), NEVER)
      .pipe(onBackpressureLatest<number>({ demand: scheduler }))
      .subscribe();
    expect(waiting).toBe(1);
    turns.unsubscribe();
    expect(waiting).toBe(0);
  });

  it("cancels the flow and fails when the scheduler throws", () => {
    const { upstream, seen } = driven(
      {
        now: () => 0,
        schedule() {
          throw new Error("no turn");
        },
      },
      4,
    );
    upstream.next(1);
    expect([seen, upstream.cancels]).toEqual([["Error: no turn"], 1]);
  });
});
