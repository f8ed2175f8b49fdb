import { ManualSubscriber, TestPublisher, VirtualClock } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { fromPublisher } from "../source/from-publisher.js";
import { range } from "../source/range.js";
import { filter } from "./filter.js";
import { yieldEvery } from "./yield-every.js";

describe("yieldEvery", () => {
  it("sends so many items in a turn, then gives it back", () => {
    const clock = new VirtualClock();
    const subscriber = new ManualSubscriber<number>();
    range(0, 7)
      .pipe(yieldEvery({ items: 3, clock }))
      .subscribe(subscriber);
    subscriber.request(Number.POSITIVE_INFINITY);
    expect(subscriber.items).toEqual([0, 1, 2]);
    expect(clock.pending).toBe(1);
    const turns: number[] = [];
    clock.schedule(0, () => void turns.push(subscriber.items.length)); // what waited gets its turn in between
    clock.advance(0);
    expect([turns, subscriber.items.length, subscriber.completed, clock.pending]).toEqual([[6], 7, true, 0]);
  });

  it("asks upstream for what is requested, at most for what a turn may take", () => {
    const clock = new VirtualClock();
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    fromPublisher(upstream)
      .pipe(yieldEvery({ items: 4, clock }))
      .subscribe(subscriber);
    subscriber.request(2);
    expect(upstream.requested).toBe(2);
    subscriber.request(9);
    expect(upstream.requested).toBe(4);
    upstream.next(1, 2, 3);
    expect(upstream.requested).toBe(4);
    clock.advance(0);
    expect([upstream.requested, clock.pending]).toEqual([7, 0]);
  });

  it("counts the milliseconds of a turn instead, or too", () => {
    for (const [items, wanted] of [
      [undefined, 3],
      [2, 2],
    ] as const) {
      const clock = new VirtualClock();
      let now = 0;
      const slow = new ManualSubscriber<number>({
        onNext: () => {
          now += 2;
        },
      });
      range(0, 10)
        .pipe(yieldEvery({ items, ms: 5, clock: { now: () => now, schedule: clock.schedule.bind(clock) } }))
        .subscribe(slow);
      slow.request(Number.POSITIVE_INFINITY);
      expect([slow.items.length, clock.pending]).toEqual([wanted, 1]); // 2, 4, 6 ms: over
      clock.advance(0);
      expect([slow.items.length, slow.completed, clock.pending]).toEqual([10, true, 0]);
    }
  });

  it("gives the turn back also where all items are dropped below", () => {
    const clock = new VirtualClock();
    const subscriber = new ManualSubscriber<number>();
    let seen = 0;
    range(0, 1_000_000)
      .pipe(
        yieldEvery({ items: 10, clock }),
        filter(() => {
          seen++;
          return false;
        }),
      )
      .subscribe(subscriber);
    subscriber.request(1);
    expect([seen, clock.pending]).toEqual([10, 1]);
    subscriber.cancel();
    expect(clock.pending).toBe(0);
  });

  it("leaves no timer after any end", () => {
    for (const how of ["complete", "error", "cancel"] as const) {
      const clock = new VirtualClock();
      const upstream = new TestPublisher<number>();
      const subscriber = new ManualSubscriber<number>();
      fromPublisher(upstream)
        .pipe(yieldEvery({ items: 4, clock }))
        .subscribe(subscriber);
      subscriber.request(2);
      upstream.next(1);
      if (how === "complete") upstream.complete();
      else if (how === "error") upstream.error("broke");
      else subscriber.cancel();
      expect([clock.pending, subscriber.completed, subscriber.failed]).toEqual([
        0,
        how === "complete",
        how === "error",
      ]);
    }
  });

  it("§3.3 does not grow the stack for requests inside onNext", () => {
    for (const options of [{ items: 1 }, { items: 1000 }, { ms: 0 }, { ms: 1000 }]) {
      const clock = new VirtualClock({ maxTasks: 1_000_000 });
      const subscriber = new ManualSubscriber<number>({ onNext: (_, self) => self.request(1) });
      range(0, 50_000)
        .pipe(yieldEvery({ ...options, clock }))
        .subscribe(subscriber);
      subscriber.request(1);
      clock.advance(0);
      expect([subscriber.items.length, subscriber.completed, subscriber.depth]).toEqual([50_000, true, 1]);
    }
  });

  it("lets others have their turn in between, on the clock of the machine", async () => {
    let turns = 0;
    const count = (): void => {
      turns++;
      other = setImmediate(count);
    };
    let other = setImmediate(count);
    await range(0, 2000)
      .pipe(yieldEvery({ items: 100 }))
      .toArray();
    clearImmediate(other);
    expect(turns).toBeGreaterThanOrEqual(19);
  });

  it("refuses wrong arguments at the call", () => {
    expect(() => yieldEvery({})).toThrow("yieldEvery takes { items }, { ms } or both");
    expect(() => yieldEvery(undefined as never)).toThrow(TypeError);
    for (const items of [0, 1.5, Number.NaN, "4"]) {
      expect(() => yieldEvery({ items: items as number })).toThrow(RangeError);
    }
    for (const ms of [-1, Number.NaN, "4"])
      expect(() => yieldEvery({ ms: ms as number })).toThrow(RangeError);
    expect(() => yieldEvery({ items: 1, clock: {} as never })).toThrow("Cannot give yieldEvery the clock");
  });
});
