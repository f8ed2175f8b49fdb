import { ManualSubscriber, TestPublisher, VirtualClock } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { defer } from "../source/defer.js";
import { empty } from "../source/empty.js";
import { of } from "../source/of.js";
import { range } from "../source/range.js";
import { repeat, type RepeatOptions } from "./repeat.js";
import { take } from "./take.js";

function rounds(options: RepeatOptions) {
  const clock = new VirtualClock();
  const made: TestPublisher<number>[] = [];
  const subscriber = new ManualSubscriber<number>();
  defer(() => {
    const round = new TestPublisher<number>();
    made.push(round);
    return round;
  })
    .pipe(repeat({ clock, ...options }))
    .subscribe(subscriber);
  const last = (): TestPublisher<number> => made.at(-1) as TestPublisher<number>;
  return { clock, made, last, subscriber };
}

describe("repeat", () => {
  it("subscribes again as often as told, then completes", async () => {
    expect(
      await of("a", "b")
        .pipe(repeat({ times: 2 }))
        .toArray(),
    ).toEqual(["a", "b", "a", "b", "a", "b"]);
    expect(
      await of("a")
        .pipe(repeat({ times: 0 }))
        .toArray(),
    ).toEqual(["a"]);
  });

  it("repeats without end by default", async () => {
    expect(await range(0, 2).pipe(repeat(), take(5)).toArray()).toEqual([0, 1, 0, 1, 0]);
  });

  it("subscribes again only when there is demand, and asks for what is outstanding", () => {
    const { made, last, subscriber } = rounds({ times: 2 });
    subscriber.request(2);
    last().next(1, 2);
    last().complete();
    expect([made.length, subscriber.ended]).toEqual([1, false]);
    subscriber.request(3);
    expect([made.length, last().requested]).toEqual([2, 3]);
    last().next(1);
    last().complete();
    expect([made.length, last().requested]).toEqual([3, 2]);
    last().complete();
    expect(subscriber.completed).toBe(true);
  });

  it("waits before each round when told so, then for demand", () => {
    const { clock, made, last, subscriber } = rounds({ delayMs: 100 });
    subscriber.request(1);
    last().next(1);
    last().complete();
    clock.advance(1000);
    expect([made.length, clock.pending]).toEqual([1, 0]);
    subscriber.request(1);
    expect(made.length).toBe(2);
    last().complete();
    clock.advance(99);
    expect(made.length).toBe(2);
    clock.advance(1);
    expect([made.length, last().requested]).toEqual([3, 1]);
  });

  it("does not start early when a request comes during the wait", () => {
    const { clock, made, last, subscriber } = rounds({ delayMs: 100 });
    last().complete();
    subscriber.request(2);
    expect([made.length, clock.pending]).toEqual([1, 1]);
    clock.advance(100);
    expect([made.length, last().requested]).toEqual([2, 2]);
  });

  it("§3.12 cancels the round, the wait or the waiting for demand", () => {
    const running = rounds({});
    running.subscriber.cancel();
    expect(running.last().cancels).toBe(1);
    const waiting = rounds({ delayMs: 5 });
    waiting.last().complete();
    waiting.subscriber.cancel();
    expect([waiting.clock.pending, waiting.last().cancels]).toEqual([0, 0]);
    const due = rounds({});
    due.last().complete();
    due.subscriber.cancel();
    due.subscriber.request(1);
    expect([due.made.length, due.subscriber.ended]).toEqual([1, false]);
  });

  it("passes an error on, and a failing clock's as well", () => {
    const { made, last, subscriber } = rounds({});
    last().error("broken");
    expect([subscriber.error, made.length]).toEqual(["broken", 1]);
    const clock = {
      now: () => 0,
      schedule: () => {
        throw new Error("no timers left");
      },
    };
    const other = rounds({ delayMs: 1, clock });
    other.last().complete();
    expect(String(other.subscriber.error)).toBe("Error: no timers left");
  });

  it("§3.3 does not grow the stack over a million rounds, with items or empty", async () => {
    const subscriber = new ManualSubscriber<number>({ onNext: (_, self) => self.request(1) });
    of(1)
      .pipe(repeat({ times: 999_999 }), take(300_000))
      .subscribe(subscriber);
    subscriber.request(1);
    expect([subscriber.items.length, subscriber.completed, subscriber.depth]).toEqual([300_000, true, 1]);
    expect(
      await empty()
        .pipe(repeat({ times: 1_000_000 }))
        .toArray(),
    ).toEqual([]);
  });

  it("throws at the call for wrong options", () => {
    for (const wrong of [-1, 1.5, Number.NaN, "3", null]) {
      expect(() => repeat({ times: wrong as number })).toThrow(RangeError);
    }
    for (const wrong of [-1, Number.NaN, "3", null]) {
      expect(() => repeat({ delayMs: wrong as number })).toThrow(RangeError);
    }
    expect(() => repeat({ clock: {} as never })).toThrow(TypeError);
  });
});
