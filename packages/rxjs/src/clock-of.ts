import type { Clock } from "@sluice/core";
import { describe } from "@sluice/core/kit";
import type { SchedulerLike } from "rxjs";

/**
 * The time of an RxJS scheduler, for operators of core that take a `clock`: in the virtual time of a `TestScheduler`
 * they wait in frames.
 *
 * *Demand:* none is its business. *Buffers:* nothing; the scheduler keeps one action for each task that waits.
 * *Errors:* what the scheduler throws comes out of `now` and `schedule`, and ends the stream that asked. *Cancel:* what
 * `schedule` returns unsubscribes the action.
 *
 * @example
 * ```ts
 * import { debounce } from "@sluice/core";
 * import { clockOf, policy, viaFlow } from "@sluice/rxjs";
 * import { TestScheduler } from "rxjs/testing";
 * const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
 * const scheduler = new TestScheduler((actual, expected) => console.log(same(actual, expected)));
 * scheduler.run(({ cold, expectObservable }) => {
 *   const calm = viaFlow(policy.latest<string>(), debounce(3, { clock: clockOf(scheduler) }));
 *   expectObservable(cold("ab-----c|").pipe(calm)).toBe("----b---(c|)");
 * });
 * // prints true
 * ```
 */
export function clockOf(scheduler: SchedulerLike): Clock {
  requireScheduler("clockOf", scheduler);
  let latest = Number.NEGATIVE_INFINITY;
  return {
    // RxJS reads the wall clock, which may be set back; a Clock never goes backwards.
    now: () => {
      latest = Math.max(latest, scheduler.now());
      return latest;
    },
    schedule(delayMs, task) {
      let isScheduling = true;
      let isCancelled = false;
      const action = scheduler.schedule(() => {
        // RxJS's queueScheduler runs at once what has no delay; a Clock never runs a task within `schedule`.
        if (!isScheduling) task();
        else queueMicrotask(() => isCancelled || task());
      }, delayMs);
      isScheduling = false;
      return () => {
        isCancelled = true;
        action.unsubscribe();
      };
    },
  };
}

/** Whether `value` has the shape of a scheduler. */
export function isScheduler(value: unknown): value is SchedulerLike {
  const { now, schedule } = (value ?? {}) as Partial<SchedulerLike>;
  return typeof now === "function" && typeof schedule === "function";
}

/** Returns `scheduler`, if it was given; throws the `TypeError` of a `place` that was given something else. */
export function checkScheduler(
  place: string,
  scheduler: SchedulerLike | undefined,
): SchedulerLike | undefined {
  if (scheduler !== undefined) requireScheduler(place, scheduler);
  return scheduler;
}

function requireScheduler(place: string, scheduler: unknown): void {
  if (isScheduler(scheduler)) return;
  throw new TypeError(
    `Cannot give ${place} the scheduler ${describe(scheduler)}: it must have now() and schedule(), as RxJS's have`,
  );
}
