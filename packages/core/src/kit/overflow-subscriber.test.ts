import { ManualSubscriber, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { flowFrom } from "../flow/connected-flow.js";
import { onBackpressureBuffer } from "../overflow/on-backpressure-buffer.js";
import { onBackpressureError } from "../overflow/on-backpressure-error.js";
import { create, type Emitter } from "../source/create.js";
import { fromPublisher } from "../source/from-publisher.js";
import { OverflowError } from "../spec/errors.js";
import { type BufferOverflow, type DropReason, OverflowCounters } from "../spec/overflow.js";
import { onDroppedError } from "./dropped.js";
import type { StageSubscriber } from "./stage-subscriber.js";

function buffered(capacity: number, overflow: BufferOverflow) {
  const dropped: [number, DropReason][] = [];
  const counters = new OverflowCounters();
  const upstream = new TestPublisher<number>();
  const subscriber = new ManualSubscriber<number>();
  const onDrop = (item: number, reason: DropReason): void => void dropped.push([item, reason]);
  fromPublisher(upstream)
    .pipe(onBackpressureBuffer({ capacity, overflow, onDrop, counters }))
    .subscribe(subscriber);
  return { upstream, subscriber, dropped, counters };
}

describe("OverflowSubscriber", () => {
  it("asks upstream for everything and holds what was not requested", () => {
    const { upstream, subscriber, counters } = buffered(3, "error");
    expect(upstream.requested).toBe(Number.POSITIVE_INFINITY);
    upstream.next(1, 2, 3);
    expect([subscriber.items, counters.held]).toEqual([[], 3]);
    subscriber.request(2);
    expect([subscriber.items, counters.held]).toEqual([[1, 2], 1]);
  });

  it("fails on overflow after what is held, and cancels upstream at once", () => {
    const { upstream, subscriber, dropped, counters } = buffered(2, "error");
    upstream.next(1, 2, 3);
    expect([upstream.cancels, subscriber.failed]).toEqual([1, false]);
    subscriber.request(1);
    expect(subscriber.failed).toBe(false);
    subscriber.request(1);
    expect(subscriber.items).toEqual([1, 2]);
    expect(subscriber.error).toBeInstanceOf(OverflowError);
    expect((subscriber.error as OverflowError).capacity).toBe(2);
    expect(dropped).toEqual([[3, "overflow"]]);
    expect([counters.offered, counters.delivered, counters.dropped, counters.held]).toEqual([3, 2, 1, 0]);
  });

  it("gives up the oldest, or the one that comes, as told", () => {
    const oldest = buffered(2, "dropOldest");
    oldest.upstream.next(1, 2, 3, 4);
    oldest.subscriber.request(9);
    expect([oldest.subscriber.items, oldest.dropped.map(([item]) => item)]).toEqual([
      [3, 4],
      [1, 2],
    ]);
    const newest = buffered(2, "dropNewest");
    newest.upstream.next(1, 2, 3, 4);
    newest.subscriber.request(9);
    expect([newest.subscriber.items, newest.dropped.map(([item]) => item)]).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it("completes, and fails, after what is held; at once when nothing is", () => {
    const held = buffered(2, "error");
    held.upstream.next(1);
    held.upstream.complete();
    expect(held.subscriber.completed).toBe(false);
    held.subscriber.request(1);
    expect(held.subscriber.completed).toBe(true);
    const failed = buffered(2, "error");
    failed.upstream.next(1);
    failed.upstream.error(new Error("late"));
    failed.subscriber.request(1);
    expect([failed.subscriber.items, String(failed.subscriber.error)]).toEqual([[1], "Error: late"]);
    const none = buffered(2, "error");
    none.upstream.complete();
    expect(none.subscriber.completed).toBe(true);
  });

  it("cancels upstream once in its life, and not when that has ended", () => {
    const ends: ((stage: StageSubscriber<number>) => void)[] = [
      (stage) => stage.onComplete(),
      (stage) => stage.onError(new Error("broke")),
      (stage) => void stage.next(2),
    ];
    for (const [index, end] of ends.entries()) {
      let cancels = 0;
      let stage: StageSubscriber<number> | undefined;
      const subscriber = new ManualSubscriber<number>();
      flowFrom<number>((downstream) => {
        stage = downstream;
        downstream.onSubscribe({ request() {}, cancel: () => void cancels++ });
      })
        .pipe(onBackpressureBuffer({ capacity: 1, overflow: "error" }))
        .subscribe(subscriber);
      if (stage === undefined) throw new Error("was not connected");
      stage.next(1);
      end(stage);
      subscriber.cancel();
      expect([cancels, subscriber.signals.length]).toEqual([index === 2 ? 1 : 0, 1]);
    }
  });

  it("has cancelled upstream when downstream is told of the overflow, which may subscribe again", () => {
    const upstream = new TestPublisher<number>();
    const cancels: number[] = [];
    fromPublisher(upstream)
      .pipe(onBackpressureError())
      .subscribe(new ManualSubscriber<number>({ onError: () => cancels.push(upstream.cancels) }));
    upstream.next(1);
    expect(cancels).toEqual([1]);
  });

  it("drops what is held on cancel, with the reason ended", () => {
    const { upstream, subscriber, dropped, counters } = buffered(3, "error");
    upstream.next(1, 2);
    subscriber.cancel();
    expect(dropped).toEqual([
      [1, "ended"],
      [2, "ended"],
    ]);
    expect([upstream.cancels, counters.droppedBy.ended, counters.held]).toEqual([1, 2, 0]);
  });

  it("ends the stream with what onDrop throws, and reports it after the end", () => {
    const reported: unknown[] = [];
    const restore = onDroppedError((error) => reported.push(error));
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    const onDrop = (item: number): void => {
      throw new Error(`dropped ${item}`);
    };
    fromPublisher(upstream)
      .pipe(onBackpressureBuffer({ capacity: 1, overflow: "dropNewest", onDrop }))
      .subscribe(subscriber);
    upstream.next(1, 2);
    restore();
    expect(String(subscriber.error)).toBe("Error: dropped 2");
    expect(reported.map(String)).toEqual(["Error: dropped 1"]);
    expect(upstream.cancels).toBe(1);
  });

  it("keeps the end that onDrop gave it, where the choice is error", () => {
    let emitter: Emitter<number> | undefined;
    const subscriber = new ManualSubscriber<number>();
    create<number>(
      (given) => {
        emitter = given;
      },
      { capacity: 1, overflow: "error", onDrop: () => emitter?.complete() },
    ).subscribe(subscriber);
    emitter?.next(1);
    emitter?.next(2);
    subscriber.request(9);
    expect([subscriber.items, subscriber.completed, subscriber.error]).toEqual([[1], true, undefined]);
  });

  it("§1.3 stays serial when a producer sends from within onNext", () => {
    let emitter: Emitter<number> | undefined;
    const counters = new OverflowCounters();
    const subscriber = new ManualSubscriber<number>({
      onNext: (n) => {
        if (n < 50_000) emitter?.next(n + 1);
        else emitter?.complete();
      },
    });
    create<number>(
      (given) => {
        emitter = given;
        given.next(1);
      },
      { capacity: 1, overflow: "error", counters },
    ).subscribe(subscriber);
    subscriber.request(Number.POSITIVE_INFINITY);
    expect([subscriber.items.length, subscriber.depth, subscriber.completed]).toEqual([50_000, 1, true]);
    expect(counters.delivered).toBe(50_000);
  });

  it("loses nothing of a producer that heeds demand, also from within onNext", () => {
    for (const overflow of ["error", "dropOldest", "dropNewest"] as const) {
      const counters = new OverflowCounters();
      let emitter: Emitter<number> | undefined;
      let sent = 0;
      const produce = (): void => {
        while ((emitter?.demand ?? 0) > 0) emitter?.next(sent++);
      };
      const subscriber = new ManualSubscriber<number>({ onNext: produce });
      create<number>(
        (given) => {
          emitter = given;
        },
        { capacity: 1, overflow, counters },
      ).subscribe(subscriber);
      subscriber.request(50);
      produce();
      expect([subscriber.items.length, counters.dropped, subscriber.failed]).toEqual([50, 0, false]);
    }
  });

  it("does not count the item being sent as demand that is still open", () => {
    const seen: number[] = [];
    let emitter: Emitter<number> | undefined;
    const subscriber = new ManualSubscriber<number>({ onNext: () => seen.push(emitter?.demand ?? -1) });
    create<number>(
      (given) => {
        emitter = given;
      },
      { capacity: 4, overflow: "error" },
    ).subscribe(subscriber);
    subscriber.request(2);
    expect(emitter?.demand).toBe(2);
    emitter?.next(1);
    expect(emitter?.demand).toBe(1);
    emitter?.next(2);
    expect(seen).toEqual([1, 0]);
    expect(emitter?.demand).toBe(0);
  });
});
