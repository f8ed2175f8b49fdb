// The base of operators that send one item of their own when upstream has completed: reduce, last, defaultIfEmpty.
//
//   open --finish(item), demand was there--------> the item, then completed
//     +----finish(item), none yet--> finished --request--> the item, then completed
//
// An upstream that has completed is neither asked nor cancelled any more (§2.4).

import { UNBOUNDED } from "../spec/demand.js";
import { NEVER_SUBSCRIPTION } from "./ended.js";
import { OperatorSubscriber } from "./operator-subscriber.js";

/**
 * Holds one result until it is requested.
 *
 * *Demand:* all there is, at the first request. *Buffers:* the result. *Errors:* passed on; what was gathered is
 * forgotten. *Cancel:* passed on, unless upstream has completed.
 */
export abstract class ResultSubscriber<T, R> extends OperatorSubscriber<T, R> {
  /** Downstream has requested something, and was sent nothing yet. */
  protected isAsked = false;
  private result: { readonly item: R } | undefined = undefined;

  override request(_: number): void {
    if (this.isAsked) return;
    this.isAsked = true;
    if (this.result === undefined) super.request(UNBOUNDED);
    else this.send();
  }

  /** Upstream has completed; `item` goes out as soon as there is demand, and is the last one. */
  protected finish(item: R): void {
    this.upstream = NEVER_SUBSCRIPTION;
    this.result = { item };
    if (this.isAsked) this.send();
  }

  protected override onEnd(): void {
    this.result = undefined;
  }

  private send(): void {
    const { result } = this;
    this.result = undefined;
    if (result === undefined) return; // cancelled meanwhile
    this.downstream.next(result.item);
    super.onComplete(); // does nothing if `next` cancelled
  }
}
