// The end of a pipeline that combines all items into one. A fold into a number takes the items of a synchronous
// source by the slice, in a loop of its own: `reduce` then costs no call but the user's (kit/indexed-subscription.ts).

import { UNBOUNDED } from "../spec/demand.js";
import { AbortableEnd } from "./abortable-end.js";
import { asError } from "./dropped.js";
import type { SliceSource } from "./stage-subscriber.js";

/**
 * Combines all items into `accumulator` and settles a promise with it; asks for everything at once.
 *
 * *Errors:* rejects with the error of the stream, or with what `combine` throws, which cancels it. *Cancel:* by
 * the signal; rejects with its reason.
 *
 * @example
 * ```ts
 * import { Fold } from "@sluice/core/kit";
 * import { range } from "@sluice/core";
 * const sum = (a: unknown, b: unknown) => Number(a) + Number(b);
 * new Fold(sum, 0, console.log, console.error, undefined).connectTo(range(1, 3)); // prints 6
 * ```
 */
export class Fold extends AbortableEnd<unknown> {
  readonly combine: (accumulator: unknown, item: unknown) => unknown;
  accumulator: unknown;
  readonly stageName = "reduce";
  /** Of a promise: a second call of either has no effect. */
  private readonly resolve: (result: unknown) => void;
  private readonly reject: (error: unknown) => void;

  constructor(
    combine: (accumulator: unknown, item: unknown) => unknown,
    seed: unknown,
    resolve: (result: unknown) => void,
    reject: (error: unknown) => void,
    signal: AbortSignal | undefined,
  ) {
    super(signal, UNBOUNDED);
    this.combine = combine;
    this.accumulator = seed;
    this.resolve = resolve;
    this.reject = reject;
  }

  next(item: unknown): boolean {
    try {
      this.accumulator = this.combine(this.accumulator, item);
    } catch (thrown) {
      this.abandon(asError(thrown, this.stageName));
    }
    return true;
  }

  /**
   * [map] [filter] and a fold into a number, a sum or a count: no call but the user's functions. The accumulator
   * stays in a register, where `next` makes a heap number an item (3.0 ns against 4.7 on L1).
   */
  takeSlice(source: SliceSource, stop: number): boolean {
    if (typeof this.accumulator !== "number") return false;
    const { items, first } = source;
    const { map, keep } = source.run;
    const { combine } = this;
    let accumulator: unknown = +this.accumulator; // the `+` tells V8: a number, in this loop
    let i = source.index;
    while (i < stop && !source.done) {
      let item = items === undefined ? first + i : items[i];
      i++;
      if (map !== undefined) item = map(item);
      if (keep !== undefined && !keep(item)) continue;
      if (source.done) break;
      accumulator = combine(accumulator, item);
    }
    source.index = i;
    this.accumulator = accumulator;
    return true;
  }

  onError(error: unknown): void {
    this.leave();
    this.reject(error);
  }

  onComplete(): void {
    this.leave();
    this.resolve(this.accumulator);
  }

  protected override abandon(error: unknown): void {
    const { upstream } = this;
    this.onError(error);
    upstream.cancel();
  }

  private leave(): void {
    this.close();
    this.ignoreAbort();
  }
}
