// The base of operators that send one item of their own when upstream has completed: reduce, last, defaultIfEmpty.
//
//   open --completes, demand was there--------> the result, then completed
//     +----completes, none yet--> ready --request--> the result, then completed
//     +----completes without a result-----------> completed
//
// An upstream that has completed is neither asked nor cancelled any more (§2.4).

import { UNBOUNDED } from "../spec/demand.js";
import { asError } from "./dropped.js";
import { NEVER_SUBSCRIPTION } from "./ended.js";
import { OperatorSubscriber } from "./operator-subscriber.js";
import type { StageSubscriber } from "./stage-subscriber.js";

/**
 * Combines all items into one result, and holds that until it is requested.
 *
 * *Demand:* all there is, at the first request; n for n where there is no `combine`. *Buffers:* the result.
 * *Errors:* passed on, and what `combine` throws; the result is forgotten. *Cancel:* passed on, unless upstream has
 * completed.
 */
export class ResultSubscriber<T, R> extends OperatorSubscriber<T, R> {
  private readonly name: string;
  private readonly combine: ((result: R, item: T) => R) | undefined;
  private result: R | undefined;
  /** There is something to send at the end. */
  protected hasResult: boolean;
  /** Downstream has requested something. */
  private isAsked = false;
  private upstreamCompleted = false;

  constructor(
    downstream: StageSubscriber<R>,
    name: string,
    combine: ((result: R, item: T) => R) | undefined,
    seed: R,
    isSeeded: boolean,
  ) {
    super(downstream);
    this.name = name;
    this.combine = combine;
    this.result = seed;
    this.hasResult = isSeeded;
  }

  next(item: T): boolean {
    if (this.done) return false;
    let result: R | undefined;
    try {
      result = this.combine?.(this.result as R, item);
    } catch (thrown) {
      this.fail(asError(thrown, this.name));
      return false;
    }
    if (this.done) return false; // `combine` cancelled: nothing is held any more
    this.result = result;
    this.hasResult = true;
    return true;
  }

  override onComplete(): void {
    if (!this.hasResult) {
      super.onComplete();
      return;
    }
    this.upstream = NEVER_SUBSCRIPTION;
    this.upstreamCompleted = true;
    if (this.isAsked) this.send();
  }

  override request(n: number): void {
    const isFirst = !this.isAsked;
    this.isAsked = true;
    if (this.combine === undefined) super.request(n);
    else if (isFirst) super.request(UNBOUNDED);
    if (isFirst && this.upstreamCompleted) this.send();
  }

  protected override onEnd(): void {
    this.result = undefined;
  }

  private send(): void {
    this.downstream.next(this.result as R);
    super.onComplete(); // does nothing if `next` cancelled
  }
}
