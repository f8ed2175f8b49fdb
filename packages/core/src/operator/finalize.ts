import { flowOf } from "../flow/connected-flow.js";
import type { Operator } from "../flow/flow.js";
import { asError, dropError } from "../kit/dropped.js";
import { OperatorSubscriber } from "../kit/operator-subscriber.js";
import { requireFunction } from "../kit/require-function.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";

/** The ways in which a subscription ends. */
export type FlowEnd = "complete" | "error" | "cancel";

/**
 * Calls `release` once when a subscription ends, in whichever way: after downstream was told, or upstream cancelled.
 *
 * *Demand:* n for n. *Buffers:* nothing. *Errors:* passed on; what `release` throws goes to `onDroppedError`, as the
 * stream has ended. *Cancel:* passed on, then calls `release`.
 *
 * @param release is told how it ended: `"complete"`, `"error"` or `"cancel"`
 *
 * @example
 * ```ts
 * import { finalize, range, take } from "@sluice/core";
 * await range(1, 9).pipe(finalize((end) => console.log(end)), take(2)).toArray(); // prints cancel
 * ```
 */
export function finalize<T>(release: (end: FlowEnd) => void): Operator<T, T> {
  requireFunction("finalize", release);
  return (upstream) =>
    flowOf(upstream, (downstream: StageSubscriber<T>) => new Finalize(downstream, release), {
      name: "finalize",
    });
}

class Finalize<T> extends OperatorSubscriber<T, T> {
  private readonly release: (end: FlowEnd) => void;

  constructor(downstream: StageSubscriber<T>, release: (end: FlowEnd) => void) {
    super(downstream);
    this.release = release;
  }

  next(item: T): boolean {
    return this.downstream.next(item);
  }

  override cancel(): void {
    if (this.done) return;
    super.cancel();
    this.call("cancel");
  }

  protected override endWithError(error: unknown): void {
    super.endWithError(error);
    this.call("error");
  }

  protected override endWithComplete(): void {
    super.endWithComplete();
    this.call("complete");
  }

  private call(end: FlowEnd): void {
    try {
      this.release(end);
    } catch (thrown) {
      dropError(asError(thrown, "finalize"), this.late);
    }
  }
}
