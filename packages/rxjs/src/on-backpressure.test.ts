import { OverflowCounters } from "@sluice/core";
import {
  animationFrameScheduler,
  BehaviorSubject,
  concatMap,
  finalize,
  type MonoTypeOperatorFunction,
  of,
  queueScheduler,
  range,
  Subject,
  timer,
} from "rxjs";
import { TestScheduler } from "rxjs/testing";
import { describe, expect, it } from "vitest";
import {
  type DemandOptions,
  onBackpressureBuffer,
  onBackpressureDrop,
  onBackpressureError,
  onBackpressureLatest,
} from "./on-backpressure.js";

const all: Readonly<Record<string, (options: DemandOptions) => MonoTypeOperatorFunction<number>>> = {
  onBackpressureBuffer: (options) =>
    onBackpressureBuffer({ capacity: 2, overflow: "dropOldest", ...options }),
  onBackpressureDrop,
  onBackpressureError,
  onBackpressureLatest,
};
const virtual = (): TestScheduler =>
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected));

function watch(operator: MonoTypeOperatorFunction<number>) {
  const source = new Subject<number>();
  const seen: unknown[] = [];
  const subscription = source.pipe(operator).subscribe({
    next: (n) => seen.push(n),
    error: (error) => seen.push(error.name),
    complete: () => seen.push("complete"),
  });
  return { source, seen, subscription };
}

describe("the overflow choices in an RxJS pipe", () => {
  it("emit what is asked for, and do as they are called with the rest", () => {
    const expected = {
      onBackpressureBuffer: [1, 4, 5],
      onBackpressureDrop: [1],
      onBackpressureError: [1, "OverflowError"],
      onBackpressureLatest: [1, 5],
    };
    for (const [name, operator] of Object.entries(all)) {
      const demand = new BehaviorSubject(1);
      const { source, seen, subscription } = watch(operator({ demand }));
      for (const n of [1, 2, 3, 4, 5]) source.next(n);
      expect([name, seen[0]]).toEqual([name, 1]);
      demand.next(2);
      expect([name, seen]).toEqual([name, expected[name as keyof typeof expected]]);
      subscription.unsubscribe();
      expect([name, source.observed, demand.observed]).toEqual([name, false, false]);
    }
  });

  it("bound what waits before concatMap, when it says that it is done", () => {
    virtual().run(({ hot, expectObservable }) => {
      const demand = new BehaviorSubject(1);
      const counters = new OverflowCounters();
      const bounded = onBackpressureBuffer<string>({ capacity: 2, overflow: "dropOldest", counters, demand });
      const work = concatMap((letter: string) =>
        timer(3).pipe(
          concatMap(() => of(letter)),
          finalize(() => demand.next(1)),
        ),
      );
      expectObservable(hot("abcdefgh|").pipe(bounded, work)).toBe("---a--c--f--g--(h|)");
    });
  });

  it("emit the newest in each turn of a scheduler, the first at once", () => {
    virtual().run(({ hot, expectObservable, expectSubscriptions, animate }) => {
      animate("----x---x---x---x---x");
      const moves = hot("-abc--d----------e|");
      const newest = onBackpressureLatest<string>({ demand: animationFrameScheduler });
      expectObservable(moves.pipe(newest)).toBe("-a--c---d--------e|");
      expectSubscriptions(moves.subscriptions).toBe("^-----------------!");
    });
  });

  it("do not grow the stack when each item asks for the next", () => {
    for (const demand of ["a subject", "queueScheduler"] as const) {
      const asking = new BehaviorSubject(1);
      let seen = 0;
      range(0, 100_000)
        .pipe(onBackpressureError({ demand: demand === "a subject" ? asking : queueScheduler }))
        .subscribe(() => {
          seen++;
          asking.next(1);
        });
      expect([demand, seen]).toEqual([demand, 100_000]);
    }
  });

  it("complete when nothing more will be asked for, and stop the source", () => {
    for (const [name, operator] of Object.entries(all)) {
      const { source, seen } = watch(operator({ demand: of(1, 1) }));
      source.next(1);
      source.next(2);
      expect([name, seen, source.observed]).toEqual([name, [1, 2, "complete"], false]);
      const none = watch(operator({ demand: [] }));
      expect([name, none.seen, none.source.observed]).toEqual([name, ["complete"], false]);
    }
  });

  it("fail with the error of the source and of who asks, and with what is no demand, and release both", () => {
    const ends: Record<string, (source: Subject<number>, demand: Subject<number>) => void> = {
      TypeError: (source) => source.error(new TypeError("source broke")),
      EvalError: (_, demand) => demand.error(new EvalError("demand broke")),
      RangeError: (_, demand) => demand.next(0),
    };
    for (const [name, operator] of Object.entries(all)) {
      for (const [expected, end] of Object.entries(ends)) {
        const demand = new Subject<number>();
        const { source, seen } = watch(operator({ demand }));
        end(source, demand);
        expect([name, seen, source.observed, demand.observed]).toEqual([name, [expected], false, false]);
      }
    }
  });

  it("fail when the scheduler throws, and release the source", () => {
    const demand = {
      now: () => 0,
      schedule() {
        throw new EvalError("no turn");
      },
    };
    const { source, seen } = watch(onBackpressureLatest({ demand }));
    source.next(1);
    expect([seen, source.observed]).toEqual([[1, "EvalError"], false]);
  });

  it("throw at the call without anybody who asks, and for options that are wrong", () => {
    for (const [name, operator] of Object.entries(all)) {
      for (const demand of [undefined, null, 5, {}]) {
        expect(() => operator({ demand } as never)).toThrow(`Cannot give ${name} the demand`);
      }
    }
    for (const operator of [onBackpressureDrop, onBackpressureLatest, onBackpressureError]) {
      expect(() => operator(undefined as never)).toThrow("the demand undefined");
    }
    expect(() => onBackpressureBuffer({ demand: of(1) } as never)).toThrow("capacity");
    expect(() => onBackpressureLatest({ demand: of(1), onDrop: 5 } as never)).toThrow("tell of drops");
  });
});
