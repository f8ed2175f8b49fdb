import { flowFrom } from "../flow/connected-flow.js";
import { type Operator, requireFlow } from "../flow/flow.js";
import { NEVER_SUBSCRIPTION, signalTerminal, type Terminal } from "../kit/ended.js";
import { type InnerOwner, InnerSubscriber } from "../kit/inner-subscriber.js";
import { OperatorSubscriber } from "../kit/operator-subscriber.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import { type FlowInput, from } from "../source/from.js";
import type { Subscription } from "../spec/publisher.js";

/**
 * Sends items until `notifier` sends its first one, then cancels upstream and completes.
 *
 * The notifier is subscribed first, anew for each subscription. One that completes without an item changes nothing.
 *
 * *Demand:* n for n; 1 of the notifier. *Buffers:* nothing. *Errors:* the first one, of upstream or of the notifier,
 * ends the stream and cancels the other. *Cancel:* upstream and the notifier.
 *
 * @param notifier anything that `from` takes
 *
 * @example
 * ```ts
 * import { never, takeUntil } from "@sluice/core";
 * const shutdown = new Promise<void>((resolve) => setTimeout(resolve, 10));
 * console.log(await never().pipe(takeUntil(shutdown)).toArray()); // prints []
 * ```
 */
export function takeUntil<T>(notifier: FlowInput<unknown>): Operator<T, T> {
  const signals = from(notifier);
  return (upstream) => {
    requireFlow(upstream, "takeUntil");
    const start = (downstream: StageSubscriber<T>): void => {
      const stage = new TakeUntil(downstream);
      stage.notifier.request(1);
      signals.connect(stage.notifier);
      if (stage.end === undefined) upstream.connect(stage);
    };
    return flowFrom(start, { name: "takeUntil", upstreams: [upstream, signals] });
  };
}

/**
 * open --notifier sends or fails--> stopping (upstream cancelled, an item is being delivered) --delivered--> done
 *
 * Without an item under way it is done at once; before upstream has answered, a subscription is made up (§1.9).
 */
class TakeUntil<T> extends OperatorSubscriber<T, T> implements InnerOwner<unknown> {
  readonly notifier: InnerSubscriber<unknown> = new InnerSubscriber<unknown>(this, 0);
  /** What the notifier has decided. */
  end: Terminal | undefined = undefined;
  private isSubscribed = false;
  private isSending = false;

  override onSubscribe(subscription: Subscription): void {
    if (this.done) {
      subscription.cancel(); // the notifier was faster
      return;
    }
    this.isSubscribed = true;
    super.onSubscribe(subscription);
  }

  next(item: T): boolean {
    this.isSending = true;
    const used = this.downstream.next(item);
    this.isSending = false;
    if (this.end !== undefined) this.finish(this.end);
    return used;
  }

  innerNext(): boolean {
    this.stop({ kind: "complete" });
    return true;
  }

  innerFailed(_: number, error: unknown): void {
    this.stop({ kind: "error", error });
  }

  innerCompleted(): void {}

  protected override onEnd(): void {
    this.notifier.cancel();
  }

  /** Terminal signals never come within a running `next` of the same stage. */
  private stop(end: Terminal): void {
    const { upstream } = this;
    this.end = end;
    this.upstream = NEVER_SUBSCRIPTION;
    this.notifier.cancel(); // at once: what it sends while the item is delivered changes nothing
    upstream.cancel();
    if (!this.isSending) this.finish(end);
  }

  private finish(end: Terminal): void {
    if (!this.isSubscribed) {
      this.isSubscribed = true;
      super.onSubscribe(NEVER_SUBSCRIPTION);
    }
    signalTerminal(this, end); // an error that was cancelled meanwhile has nobody to be told: it is dropped
  }
}
