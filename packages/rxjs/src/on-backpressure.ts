// The four overflow choices under their names, as operators of RxJS. In a flow demand comes from below; in an RxJS
// pipe nobody below can ask, so whoever asks has to be named.

import {
  type BufferOptions,
  type DropOptions,
  type OverflowPolicy,
  policy,
  type WeighedBufferOptions,
} from "@sluice/core";
import { checkOptions } from "@sluice/core/kit";
import type { MonoTypeOperatorFunction, ObservableInput, SchedulerLike } from "rxjs";
import { endsAskedBy } from "./demand-end.js";
import { observableFrom } from "./observer-end.js";
import { flowBehind } from "./to-flow.js";

/** Who asks, in an RxJS pipe. */
export interface DemandOptions {
  /**
   * Either an Observable whose every value is a number of items asked for, an integer >= 1 or `Infinity`: a consumer
   * that works in other turns emits 1 on it whenever it is done with one. Or a scheduler: one item is asked for at
   * once, and one more in the next turn after each that was emitted, such as one a frame.
   */
  readonly demand: ObservableInput<number> | SchedulerLike;
}

/**
 * Holds what the source emits ahead of demand, up to `capacity`; then does as `overflow` says.
 *
 * *Demand:* none reaches the source; items are emitted as `demand` asks for them. When `demand` has completed and all
 * that it asked for was emitted, this completes. *Buffers:* `capacity` items. *Errors:* the source's, after what is
 * held; that of `demand`, and what it asks for that is no demand, at once. *Cancel:* unsubscribes the source and
 * `demand`; what is held is dropped, reason "ended".
 *
 * @example
 * A bound before `concatMap`, which holds without one: it is given a reading when it has saved the one before.
 *
 * ```ts
 * import { onBackpressureBuffer } from "@sluice/rxjs";
 * import { BehaviorSubject, concatMap, finalize, range, timer } from "rxjs";
 * const demand = new BehaviorSubject(1);
 * const save = (n: number) => timer(1).pipe(finalize(() => demand.next(1)));
 * range(1, 100)
 *   .pipe(
 *     onBackpressureBuffer({ capacity: 2, overflow: "dropOldest", demand }),
 *     concatMap((n) => (console.log("saves", n), save(n))),
 *   )
 *   .subscribe();
 * // prints saves 1
 * // prints saves 99
 * // prints saves 100
 * ```
 */
export function onBackpressureBuffer<T>(
  options: (BufferOptions<T> | WeighedBufferOptions<T>) & DemandOptions,
): MonoTypeOperatorFunction<T> {
  return behind("onBackpressureBuffer", policy.buffer(options), options);
}

/**
 * Drops what the source emits while nothing is asked for.
 *
 * *Demand:* none reaches the source; items are emitted as `demand` asks for them. When `demand` has completed and all
 * that it asked for was emitted, this completes. *Buffers:* nothing. *Errors:* the source's and that of `demand`, at
 * once. *Cancel:* unsubscribes the source and `demand`.
 *
 * @example
 * ```ts
 * import { onBackpressureDrop } from "@sluice/rxjs";
 * import { of, range } from "rxjs";
 * range(1, 100).pipe(onBackpressureDrop({ demand: of(2) })).subscribe(console.log);
 * // prints 1
 * // prints 2
 * ```
 */
export function onBackpressureDrop<T>(options: DropOptions<T> & DemandOptions): MonoTypeOperatorFunction<T> {
  return behind("onBackpressureDrop", policy.drop(options), options);
}

/**
 * Keeps the newest of what the source emits while nothing is asked for.
 *
 * *Demand:* none reaches the source; items are emitted as `demand` asks for them. When `demand` has completed and all
 * that it asked for was emitted, this completes. *Buffers:* one item. *Errors:* the source's, after what is held; that
 * of `demand` at once. *Cancel:* unsubscribes the source and `demand`.
 *
 * @example
 * The newest position in each turn; `animationFrameScheduler` makes it one a frame.
 *
 * ```ts
 * import { onBackpressureLatest } from "@sluice/rxjs";
 * import { asapScheduler, range } from "rxjs";
 * range(1, 100).pipe(onBackpressureLatest({ demand: asapScheduler })).subscribe(console.log);
 * // prints 1
 * // prints 100
 * ```
 */
export function onBackpressureLatest<T>(
  options: DropOptions<T> & DemandOptions,
): MonoTypeOperatorFunction<T> {
  return behind("onBackpressureLatest", policy.latest(options), options);
}

/**
 * Fails with an `OverflowError` when the source emits while nothing is asked for.
 *
 * *Demand:* none reaches the source; items are emitted as `demand` asks for them. When `demand` has completed and all
 * that it asked for was emitted, this completes. *Buffers:* nothing. *Errors:* the source's, that of `demand` and the
 * overflow, at once. *Cancel:* unsubscribes the source and `demand`.
 *
 * @example
 * ```ts
 * import { onBackpressureError } from "@sluice/rxjs";
 * import { NEVER, range, startWith } from "rxjs";
 * range(1, 100)
 *   .pipe(onBackpressureError({ demand: NEVER.pipe(startWith(2)) }))
 *   .subscribe({ next: console.log, error: ({ code }) => console.log(code) });
 * // prints 1
 * // prints 2
 * // prints OVERFLOW
 * ```
 */
export function onBackpressureError<T>(options: DropOptions<T> & DemandOptions): MonoTypeOperatorFunction<T> {
  return behind("onBackpressureError", policy.error(options), options);
}

function behind<T>(
  place: string,
  choice: OverflowPolicy<T>,
  options: DemandOptions | undefined,
): MonoTypeOperatorFunction<T> {
  checkOptions(place, options);
  const endOf = endsAskedBy<T>(place, options?.demand);
  return (source) => observableFrom(flowBehind(place, source, choice), endOf);
}
