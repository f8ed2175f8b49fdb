import { ManualSubscriber, TestPublisher, VirtualClock } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import type { Flow } from "../flow/flow.js";
import { onDroppedError } from "../kit/dropped.js";
import { defer } from "../source/defer.js";
import { fail } from "../source/fail.js";
import { of } from "../source/of.js";
import { range } from "../source/range.js";
import { concatMap } from "./concat-map.js";
import { type RetryOptions, retry } from "./retry.js";

/** An upstream whose attempts are driven by hand, one after the other. */
function attempts(options: RetryOptions) {
  const clock = new VirtualClock();
  const made: TestPublisher<number>[] = [];
  const subscriber = new ManualSubscriber<number>();
  const upstream: Flow<number> = defer(() => {
    const attempt = new TestPublisher<number>();
    made.push(attempt);
    return attempt;
  });
  upstream.pipe(retry({ clock, random: () => 0.5, ...options })).subscribe(subscriber);
  const last = (): TestPublisher<number> => made.at(-1) as TestPublisher<number>;
  return { clock, made, last, subscriber };
}

const broken = new Error("broken");

describe("retry", () => {
  it("subscribes again after waits that double, halved by this random number, and passes the last error on", () => {
    const { clock, made, last, subscriber } = attempts({ times: 3, backoff: { baseMs: 100 } });
    for (const wait of [50, 100, 200]) {
      const before = made.length;
      last().error(broken);
      clock.advance(wait - 1);
      expect([made.length, subscriber.ended]).toEqual([before, false]);
      clock.advance(1);
      expect(made.length).toBe(before + 1);
    }
    last().error("the last");
    expect([subscriber.error, made.length, clock.pending]).toEqual(["the last", 4, 0]);
  });

  it("waits 0 to 100 ms first and three times in all by default", () => {
    const { clock, made, last, subscriber } = attempts({ random: () => 1 });
    last().error(broken);
    clock.advance(99);
    expect(made.length).toBe(1);
    clock.advance(1 + 200 + 400);
    last().error(broken);
    clock.advance(200);
    last().error(broken);
    clock.advance(400);
    last().error(broken);
    expect([made.length, subscriber.error]).toEqual([4, broken]);
  });

  it("§1.1 asks the next attempt for what is outstanding, also for what was requested during the wait", () => {
    const { clock, last, subscriber } = attempts({});
    subscriber.request(5);
    last().next(1, 2);
    last().error(broken);
    subscriber.request(4);
    clock.advance(50);
    expect(last().requested).toBe(7);
    last().next(1, 2, 3, 4, 5, 6, 7);
    last().complete();
    expect([subscriber.items.length, subscriber.surplus, subscriber.completed]).toEqual([9, 0, true]);
  });

  it("§3.12 cancels the wait, and leaves no timer", () => {
    const { clock, made, last, subscriber } = attempts({});
    last().error(broken);
    expect(clock.pending).toBe(1);
    subscriber.cancel();
    expect(clock.pending).toBe(0);
    clock.advance(1000);
    expect([made.length, subscriber.ended]).toEqual([1, false]);
  });

  it("§3.12 cancels the attempt that runs, and no former one", () => {
    const { clock, made, last, subscriber } = attempts({});
    last().error(broken);
    clock.advance(50);
    subscriber.cancel();
    expect(made.map(({ cancels }) => cancels)).toEqual([0, 1]);
  });

  it("asks `when` after each failure, with the error and the number of the attempt to come", () => {
    const asked: unknown[] = [];
    const { clock, last, subscriber } = attempts({
      when: (error, attempt) => {
        asked.push([error, attempt]);
        return error !== "final";
      },
    });
    last().error(broken);
    clock.advance(50);
    last().error("final");
    expect([asked, subscriber.error, clock.pending]).toEqual([
      [
        [broken, 1],
        ["final", 2],
      ],
      "final",
      0,
    ]);
  });

  it("fails with what `when`, `random` or the clock throws", () => {
    const wrong: RetryOptions[] = [
      { when: () => throwing("theirs") },
      { random: () => throwing("theirs") },
      { clock: { now: () => 0, schedule: () => throwing("theirs") } },
    ];
    for (const options of wrong) {
      const { last, subscriber } = attempts(options);
      last().error(broken);
      expect(String(subscriber.error)).toBe("Error: theirs");
    }
  });

  it("§3.5 does nothing when `when` cancels, and reports the error that it refused", () => {
    const dropped: unknown[] = [];
    const restore = onDroppedError((error) => dropped.push(error));
    for (const again of [true, false]) {
      const { clock, made, last, subscriber } = attempts({
        when: () => {
          subscriber.cancel();
          return again;
        },
      });
      last().error(broken);
      clock.advance(1000);
      expect([made.length, subscriber.ended, clock.pending]).toEqual([1, false, 0]);
    }
    restore();
    expect(dropped).toEqual([broken]);
  });

  it("counts anew after an attempt that sent an item, if told so", () => {
    for (const resetOnItem of [true, false]) {
      const { clock, made, last, subscriber } = attempts({ times: 2, resetOnItem });
      subscriber.request(99);
      for (let attempt = 0; attempt < 6 && !subscriber.ended; attempt++) {
        last().next(attempt);
        last().error(broken);
        clock.advance(50); // the first wait; the second one is longer
        if (!subscriber.ended) clock.advance(resetOnItem ? 0 : 50);
      }
      expect([made.length, subscriber.ended]).toEqual(resetOnItem ? [7, false] : [3, true]);
    }
  });

  it("does not count an attempt without an item as a success", () => {
    const { clock, made, last, subscriber } = attempts({ times: 1, resetOnItem: true });
    subscriber.request(9);
    last().next(1);
    last().error(broken);
    clock.advance(50);
    last().error(broken);
    expect([made.length, subscriber.error]).toEqual([2, broken]);
  });

  it("§3.3 does not grow the stack when a source fails at once a million times", () => {
    for (const upstream of [fail<number>(broken), range(0, 1).pipe(concatMap(() => fail<number>(broken)))]) {
      let count = 0;
      const subscriber = new ManualSubscriber<number>();
      upstream
        .pipe(
          retry({
            times: Number.POSITIVE_INFINITY,
            backoff: { baseMs: 0 },
            when: () => ++count < 1_000_000,
          }),
        )
        .subscribe(subscriber);
      expect([count, subscriber.error]).toEqual([1_000_000, broken]);
    }
  });

  it("§3.3 does not grow the stack when each attempt sends an item before it fails", () => {
    let first = 0;
    const source = defer(() =>
      range(first++, 2).pipe(concatMap((n, m = first) => (n < m ? [n] : fail(broken)))),
    );
    const subscriber = new ManualSubscriber<number>({ onNext: (_, self) => self.request(1) });
    source.pipe(retry({ times: 50_000, backoff: { baseMs: 0 } })).subscribe(subscriber);
    subscriber.request(1);
    expect([subscriber.items.length, subscriber.depth, subscriber.surplus]).toEqual([50_001, 1, 0]);
  });

  it("ends an attempt at once that a cancel inside onNext stops", () => {
    const subscriber = new ManualSubscriber<number>({ onNext: (_, self) => self.cancel() });
    of(1, 2).pipe(retry()).subscribe(subscriber);
    subscriber.request(9);
    expect([subscriber.items, subscriber.ended]).toEqual([[1], false]);
  });

  it("does not try again for what the end of the pipeline throws", async () => {
    let calls = 0;
    const sum = of(1, 2, 3)
      .pipe(retry({ backoff: { baseMs: 0 } }))
      .reduce((total, n) => (++calls === 2 ? throwing("the sum") : total + n), 0);
    await expect(sum).rejects.toThrow("the sum");
    expect(calls).toBe(2);
  });

  it("throws at the call for wrong options", () => {
    for (const times of [-1, 1.5, Number.NaN, "3", null]) {
      expect(() => retry({ times: times as number })).toThrow(RangeError);
    }
    for (const wrong of [null, 1, {}]) {
      expect(() => retry({ when: wrong as never })).toThrow(TypeError);
      expect(() => retry({ random: wrong as never })).toThrow(TypeError);
      expect(() => retry({ clock: wrong as never })).toThrow(TypeError);
    }
    expect(() => retry({ backoff: { baseMs: -1 } })).toThrow("-1");
  });
});

function throwing(message: string): never {
  throw new Error(message);
}
