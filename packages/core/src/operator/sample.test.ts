import { ManualSubscriber, TestPublisher, VirtualClock } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { onDroppedError } from "../kit/dropped.js";
import { OverflowCounters } from "../spec/overflow.js";
import { empty } from "../source/empty.js";
import { fromPublisher } from "../source/from-publisher.js";
import { range } from "../source/range.js";
import { sample } from "./sample.js";

function sampled(ticks: "every 10 ms" | "by a notifier") {
  const clock = new VirtualClock();
  const counters = new OverflowCounters();
  const upstream = new TestPublisher<number>();
  const notifier = new TestPublisher<string>();
  const subscriber = new ManualSubscriber<number>();
  fromPublisher(upstream)
    .pipe(sample<number>(ticks === "every 10 ms" ? 10 : notifier, { clock, counters }))
    .subscribe(subscriber);
  return { clock, counters, upstream, notifier, subscriber };
}

describe("sample", () => {
  it("sends the latest item at each tick, and nothing where none has come since", () => {
    const { clock, counters, upstream, subscriber } = sampled("every 10 ms");
    subscriber.request(9);
    clock.advance(4);
    upstream.next(1, 2);
    clock.advance(5);
    upstream.next(3);
    expect(subscriber.items).toEqual([]);
    clock.advance(1); // 10
    expect(subscriber.items).toEqual([3]);
    clock.advance(15); // 25
    expect([subscriber.items, clock.pending]).toEqual([[3], 0]); // nothing waits: no timer
    upstream.next(4);
    clock.advance(4);
    expect(subscriber.items).toEqual([3]);
    clock.advance(1); // 30: ticks stay on their grid
    expect(subscriber.items).toEqual([3, 4]);
    expect([counters.delivered, counters.droppedBy.superseded]).toEqual([2, 2]);
  });

  it("§1.1 sends when demand comes what a tick without demand has let through, or what has taken its place", () => {
    const { clock, upstream, subscriber } = sampled("every 10 ms");
    upstream.next(1);
    clock.advance(10);
    upstream.next(2);
    expect([subscriber.items, clock.pending]).toEqual([[], 0]);
    subscriber.request(2);
    expect(subscriber.items).toEqual([2]);
    upstream.next(3);
    expect(subscriber.items).toEqual([2]);
    clock.advance(10);
    expect(subscriber.items).toEqual([2, 3]);
  });

  it("ticks by the items of another source, of which all is asked", () => {
    const { upstream, notifier, subscriber } = sampled("by a notifier");
    expect([upstream.requested, notifier.requested]).toEqual([
      Number.POSITIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ]);
    subscriber.request(9);
    upstream.next(1, 2);
    notifier.next("tick", "tick");
    upstream.next(3);
    notifier.next("tick");
    expect(subscriber.items).toEqual([2, 3]);
  });

  it("sends the item held when upstream or the notifier completes, and cancels the other", () => {
    for (const first of ["upstream", "notifier"] as const) {
      const { upstream, notifier, subscriber } = sampled("by a notifier");
      upstream.next(1);
      if (first === "upstream") upstream.complete();
      else notifier.complete();
      expect([upstream.cancels, notifier.cancels]).toEqual(first === "upstream" ? [0, 1] : [1, 0]);
      expect(subscriber.ended).toBe(false);
      subscriber.request(1);
      expect([subscriber.items, subscriber.completed]).toEqual([[1], true]);
      expect(upstream.cancels + notifier.cancels).toBe(1);
    }
  });

  it("fails at once with either, and cancels the other", () => {
    for (const first of ["upstream", "notifier"] as const) {
      const { counters, upstream, notifier, subscriber } = sampled("by a notifier");
      upstream.next(1);
      (first === "upstream" ? upstream : notifier).error("broke");
      expect([subscriber.error, subscriber.items]).toEqual(["broke", []]);
      expect([upstream.cancels, notifier.cancels]).toEqual(first === "upstream" ? [0, 1] : [1, 0]);
      expect(counters.droppedBy.ended).toBe(1);
    }
  });

  it("completes also when the notifier would fail while the last item is sent", () => {
    const upstream = new TestPublisher<number>();
    const notifier = new TestPublisher<string>();
    const subscriber = new ManualSubscriber<number>({
      onNext: () => {
        expect(notifier.cancels).toBe(1);
        notifier.error("broke"); // as it may until it has heard of the cancel (§2.8)
      },
    });
    const dropped: unknown[] = [];
    const restore = onDroppedError((error) => dropped.push(error));
    fromPublisher(upstream).pipe(sample<number>(notifier)).subscribe(subscriber);
    subscriber.request(1);
    upstream.next(1);
    upstream.complete();
    restore();
    expect([subscriber.items, subscriber.completed, upstream.cancels]).toEqual([[1], true, 0]);
    expect(dropped).toEqual(["broke"]);
  });

  it("§3.12 cancels upstream, the notifier and the timer", () => {
    for (const kind of ["every 10 ms", "by a notifier"] as const) {
      const { clock, upstream, notifier, subscriber } = sampled(kind);
      upstream.next(1);
      subscriber.cancel();
      subscriber.cancel();
      expect([upstream.cancels, clock.pending]).toEqual([1, 0]);
      expect(notifier.cancels).toBe(kind === "by a notifier" ? 1 : 0);
    }
  });

  it("completes, and does not read upstream, when the notifier has ended in its subscribe", () => {
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    fromPublisher(upstream).pipe(sample<number>(empty())).subscribe(subscriber);
    expect([subscriber.completed, upstream.requested, upstream.cancels]).toEqual([true, 0, 1]);
  });

  it("subscribes to nothing after a cancel in onSubscribe", () => {
    const notifier = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>({ onSubscribe: (self) => self.cancel() });
    range(1, 3).pipe(sample<number>(notifier)).subscribe(subscriber);
    expect([notifier.subscribers, subscriber.signals.length]).toEqual([0, 1]);
  });

  it("refuses wrong arguments at the call", () => {
    for (const wrong of [0, -1, 0.5, Number.NaN]) expect(() => sample(wrong)).toThrow(RangeError);
    for (const wrong of [null, undefined, {}, true]) expect(() => sample(wrong as never)).toThrow(TypeError);
    expect(() => sample(5, { clock: 5 as never })).toThrow("Cannot give sample the clock");
    expect(() => sample(5, { counters: 5 as never })).toThrow(TypeError);
  });
});
