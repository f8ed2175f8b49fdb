import { ManualSubscriber, TestPublisher, VirtualClock } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { fromPublisher } from "../source/from-publisher.js";
import { type BufferTimeOptions, bufferTime } from "./buffer-time.js";

function running(options: Partial<BufferTimeOptions> = {}, onNext = (_: number[]): unknown => undefined) {
  const clock = new VirtualClock();
  const upstream = new TestPublisher<number>();
  const subscriber = new ManualSubscriber<number[]>({ onNext });
  fromPublisher(upstream)
    .pipe(bufferTime({ size: 3, ms: 10, clock, ...options }))
    .subscribe(subscriber);
  return { clock, upstream, subscriber };
}

describe("bufferTime", () => {
  it("sends an array when it has size items, without waiting", () => {
    const { upstream, subscriber } = running();
    subscriber.request(9);
    upstream.next(1, 2, 3, 4);
    expect(subscriber.items).toEqual([[1, 2, 3]]);
  });

  it("sends what came within ms of the first item, and no empty array", () => {
    const { clock, upstream, subscriber } = running();
    subscriber.request(9);
    clock.advance(100);
    upstream.next(1);
    clock.advance(9);
    upstream.next(2);
    expect(subscriber.items).toEqual([]);
    clock.advance(1);
    expect(subscriber.items).toEqual([[1, 2]]);
    clock.advance(100);
    expect([subscriber.items.length, clock.pending]).toEqual([1, 0]);
  });

  it("gives each array its own ms, also when the one before was full early", () => {
    const { clock, upstream, subscriber } = running();
    subscriber.request(9);
    upstream.next(1);
    clock.advance(8);
    upstream.next(2, 3, 4);
    clock.advance(9);
    expect(subscriber.items).toEqual([[1, 2, 3]]);
    clock.advance(1);
    expect(subscriber.items).toEqual([[1, 2, 3], [4]]);
  });

  it("§1.1 sends an array that is due when it is asked for, with what has come meanwhile", () => {
    const { clock, upstream, subscriber } = running();
    upstream.next(1);
    clock.advance(50);
    upstream.next(2);
    expect(subscriber.items).toEqual([]);
    subscriber.request(1);
    expect(subscriber.items).toEqual([[1, 2]]);
    upstream.next(3);
    clock.advance(50);
    expect(subscriber.items).toHaveLength(1);
  });

  it("never has more than size items held and outstanding, and does not fail without demand", () => {
    const { clock, upstream, subscriber } = running();
    expect(upstream.requested).toBe(3);
    upstream.next(1, 2, 3);
    clock.advance(1000);
    expect([upstream.demand, subscriber.ended, clock.pending]).toEqual([0, false, 0]);
    subscriber.request(1);
    expect([subscriber.items, upstream.demand]).toEqual([[[1, 2, 3]], 3]);
    upstream.next(4);
    expect(upstream.demand).toBe(2);
  });

  it("sends what is left on completion without waiting, when it is asked for", () => {
    const { clock, upstream, subscriber } = running();
    upstream.next(1);
    upstream.complete();
    expect(subscriber.ended).toBe(false);
    subscriber.request(1);
    expect([subscriber.items, subscriber.completed, clock.pending]).toEqual([[[1]], true, 0]);
  });

  it("leaves no timer after an error or a cancel, and drops what it holds", () => {
    const failed = running();
    failed.upstream.next(1);
    expect(failed.clock.pending).toBe(1);
    failed.upstream.error(new Error("upstream"));
    expect([failed.subscriber.failed, failed.subscriber.items.length, failed.clock.pending]).toEqual([
      true,
      0,
      0,
    ]);
    const cancelled = running();
    cancelled.upstream.next(1);
    cancelled.subscriber.cancel();
    expect([cancelled.upstream.cancels, cancelled.clock.pending]).toEqual([1, 0]);
  });

  it("asks for as many items as an array held, whatever its consumer makes of the array", () => {
    const { upstream, subscriber } = running({}, (list) => list.splice(0));
    subscriber.request(9);
    upstream.next(1, 2, 3);
    expect(upstream.requested).toBe(6);
  });

  it("fails when its clock throws, and stops upstream", () => {
    const broken = {
      now: () => 0,
      schedule: () => {
        throw new Error("no timers left");
      },
    };
    const { upstream, subscriber } = running({ clock: broken });
    upstream.next(1);
    expect([String(subscriber.error), upstream.cancels]).toEqual(["Error: no timers left", 1]);
  });

  it("throws at the call for wrong options; neither bound may be left out", () => {
    // @ts-expect-error both bounds are required
    expect(() => bufferTime({ ms: 1 })).toThrow(RangeError);
    // @ts-expect-error both bounds are required
    expect(() => bufferTime({ size: 1 })).toThrow(RangeError);
    // @ts-expect-error both bounds are required
    expect(() => bufferTime()).toThrow(RangeError);
    for (const wrong of [0, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => bufferTime({ size: wrong, ms: 1 })).toThrow(String(wrong));
    }
    for (const wrong of [-1, Number.NaN, Number.POSITIVE_INFINITY, "9"]) {
      expect(() => bufferTime({ size: 1, ms: wrong as number })).toThrow(String(wrong));
    }
    expect(() => bufferTime({ size: 1, ms: 1, clock: {} as never })).toThrow(TypeError);
  });
});
