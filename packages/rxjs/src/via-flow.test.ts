import {
  concatMap,
  delay,
  fail,
  map,
  mapAsync,
  type Operator,
  OverflowCounters,
  policy,
  take,
} from "@sluice/core";
import { until } from "@sluice/tck";
import { catchError, EMPTY, NEVER, range, Subject, throwError, timer } from "rxjs";
import { TestScheduler } from "rxjs/testing";
import { describe, expect, it } from "vitest";
import { clockOf } from "./clock-of.js";
import { toFlow } from "./to-flow.js";
import { viaFlow } from "./via-flow.js";

/** Takes three frames for each, one after the other. */
const slowly: Operator<string, string> = concatMap((letter: string) =>
  toFlow(timer(3), policy.latest<number>()).pipe(map(() => letter)),
);
const virtual = (): TestScheduler =>
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected));

describe("viaFlow", () => {
  it("meets a source that is faster than the work with its policy, in virtual time", () => {
    const cases = {
      // What comes in the frame in which the work is done comes before it is.
      "---a--d--g--(h|)": policy.latest<string>(),
      "---a---e|": policy.drop<string>(),
      "---a--c--f--g--(h|)": policy.buffer<string>({ capacity: 2, overflow: "dropOldest" }),
      "---a--b--c--d--e--(h|)": policy.buffer<string>({ capacity: 3, overflow: "dropNewest" }),
    };
    for (const [expected, choice] of Object.entries(cases)) {
      virtual().run(({ hot, expectObservable, expectSubscriptions }) => {
        const source = hot("abcdefgh|");
        expectObservable(source.pipe(viaFlow(choice, slowly))).toBe(expected);
        expectSubscriptions(source.subscriptions).toBe("^-------!");
      });
    }
  });

  it("unsubscribes the source as soon as the policy, an operator or whoever is below has enough", () => {
    virtual().run(({ hot, expectObservable, expectSubscriptions }) => {
      const overflowing = hot("ab-c-|");
      const named = catchError((error: Error) => throwError(() => error.name));
      const failing = overflowing.pipe(viaFlow(policy.error<string>(), slowly), named);
      expectObservable(failing).toBe("-#", undefined, "OverflowError");
      expectSubscriptions(overflowing.subscriptions).toBe("^!");

      const taken = hot("ab-c-|");
      expectObservable(taken.pipe(viaFlow(policy.error<string>(), take(2)))).toBe("a(b|)");
      expectSubscriptions(taken.subscriptions).toBe("^!");

      const left = hot("ab-c-|");
      expectObservable(left.pipe(viaFlow(policy.latest<string>(), slowly)), "^--!").toBe("---");
      expectSubscriptions(left.subscriptions).toBe("^--!");

      const broken = hot("ab-c-|");
      const breaks: Operator<string, string> = concatMap(() => fail<string>("broke"));
      expectObservable(broken.pipe(viaFlow(policy.latest<string>(), breaks))).toBe("#", undefined, "broke");
      expectSubscriptions(broken.subscriptions).toBe("(^!)");
    });
  });

  it("passes the source's end on after what is held, and lets core's time be RxJS's", () => {
    const scheduler = virtual();
    scheduler.run(({ cold, expectObservable }) => {
      const held = viaFlow(policy.buffer<string>({ capacity: 9, overflow: "error" }), slowly);
      expectObservable(cold("ab|").pipe(held)).toBe("---a--(b|)");
      expectObservable(EMPTY.pipe(held)).toBe("|");
      expectObservable(NEVER.pipe(held), "^--!").toBe("---");
      const later = viaFlow(policy.latest<string>(), delay(5, { clock: clockOf(scheduler), capacity: 9 }));
      expectObservable(cold("a--b-|").pipe(later)).toBe("-----a--(b|)");
    });
  });

  it("keeps what waits within the bound while the work is slow, and accounts for each item", async () => {
    const counters = new OverflowCounters();
    const choice = policy.buffer<number>({ capacity: 100, overflow: "dropOldest", counters });
    const source = new Subject<number>();
    const calls: (() => void)[] = [];
    let mostUnderWay = 0;
    const work = (n: number): Promise<number> => {
      mostUnderWay = Math.max(mostUnderWay, counters.delivered - saved.length);
      return new Promise((resolve) => calls.push(() => resolve(n)));
    };
    const saved: number[] = [];
    let isComplete = false;
    source.pipe(viaFlow(choice, mapAsync(work, { concurrency: 4 }))).subscribe({
      next: (n) => saved.push(n),
      complete: () => {
        isComplete = true;
      },
    });
    let mostHeld = 0;
    for (let n = 0; n < 10_000; n++) {
      source.next(n);
      mostHeld = Math.max(mostHeld, counters.held);
    }
    source.complete();
    expect([mostHeld, calls.length]).toEqual([100, 4]);
    await until(() => {
      for (const done of calls.splice(0)) done();
      return isComplete;
    }, "the end");
    expect([mostUnderWay, saved.length, counters.dropped, counters.offered]).toEqual([4, 104, 9896, 10_000]);
    expect(saved.slice(-2)).toEqual([9998, 9999]);
  });

  it("stops a synchronous source in the middle, and does not grow the stack with a long one", () => {
    let sum = 0;
    range(1, 100_000)
      .pipe(viaFlow(policy.error<number>()))
      .subscribe((n) => {
        sum += n;
      });
    expect(sum).toBe(5_000_050_000);
    const few: number[] = [];
    range(1, Number.POSITIVE_INFINITY)
      .pipe(viaFlow(policy.error<number>(), take(2)))
      .subscribe((n) => few.push(n));
    expect(few).toEqual([1, 2]);
  });

  it("throws a TypeError at the call for what is no policy and no operator", () => {
    expect(() => viaFlow(undefined as never)).toThrow("Cannot give viaFlow the policy undefined");
    expect(() => viaFlow(policy.latest(), {} as never)).toThrow("Cannot viaFlow with <object>");
  });
});
