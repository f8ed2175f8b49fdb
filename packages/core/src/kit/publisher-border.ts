// Between a foreign Publisher and our stages. Nothing is trusted: what breaks the rules is stopped here, with
// an error that names the rule, so that no stage below has to think of it.
//
//   waiting --onSubscribe--> open --(onError | onComplete | cancel | violation)--> ended
//
// Requests and terminal signals that come while an item is being delivered wait until it has been, and requests
// that come while upstream answers one wait until it has: a foreign publisher may answer `request` with `onNext`
// on the same stack (§3.3). So the stack does not grow, and our stages are never re-entered.

import { addDemand, UNBOUNDED } from "../spec/demand.js";
import { RuleViolationError } from "../spec/errors.js";
import type { Publisher, Subscriber, Subscription } from "../spec/publisher.js";
import { asError, dropError, dropItem } from "./dropped.js";
import { fail, nobody, signalTerminal, type Terminal } from "./ended.js";
import { Connectable, type StageSubscriber } from "./stage-subscriber.js";

/**
 * Connects a stage to any publisher: directly to one of ours, through a border to a foreign one.
 *
 * @example
 * ```ts
 * import { connect, Fold } from "@sluice/core/kit";
 * import { range } from "@sluice/core";
 * const sum = (a: unknown, b: unknown) => Number(a) + Number(b);
 * connect<unknown>(range(1, 3), new Fold(sum, 0, console.log, console.error, undefined)); // prints 6
 * ```
 */
export function connect<T>(upstream: Publisher<T>, downstream: StageSubscriber<T>): void {
  if (upstream instanceof Connectable) {
    upstream.connect(downstream);
    return;
  }
  const border = new PublisherBorder(downstream);
  try {
    upstream.subscribe(border);
  } catch (thrown) {
    border.subscribeThrew(thrown);
  }
}

class PublisherBorder<T> implements Subscriber<T>, Subscription {
  private downstream: StageSubscriber<T>;
  private upstream: Subscription | undefined = undefined;
  private done = false;
  /** Requested and not yet received. */
  private outstanding = 0;
  private isSending = false;
  /** A call of upstream's `request` is on the stack. */
  private isAsking = false;
  /** Requested below and not yet asked of upstream. */
  private unasked = 0;
  private terminal: Terminal | undefined = undefined;

  constructor(downstream: StageSubscriber<T>) {
    this.downstream = downstream;
  }

  onSubscribe(subscription: Subscription): void {
    if (this.upstream !== undefined || this.done) {
      cancelForeign(subscription, this.downstream); // §2.5
      return;
    }
    if (typeof subscription?.request !== "function") {
      this.violate("§1.9", "The upstream publisher gave no subscription to onSubscribe");
      return;
    }
    this.upstream = subscription;
    this.downstream.onSubscribe(this);
  }

  onNext(item: T): void {
    if (this.done || this.terminal !== undefined) {
      dropItem(item); // §2.8 after a cancel; §1.7 after a terminal signal
      return;
    }
    if (this.upstream === undefined) {
      this.violate("§1.9", "The upstream publisher sent an item before onSubscribe");
      return;
    }
    if (this.isSending) {
      this.violate("§1.3", "The upstream publisher sent an item while another was being delivered");
      return;
    }
    if (this.outstanding === 0) {
      this.violate("§1.1", "The upstream publisher sent an item that was not requested");
      return;
    }
    this.outstanding--;
    this.isSending = true;
    const used = this.downstream.next(item);
    this.isSending = false;
    if (!used && this.outstanding !== UNBOUNDED) this.unasked = addDemand(this.unasked, 1);
    if (this.terminal !== undefined) this.end(this.terminal);
    else if (!this.isAsking) this.ask();
  }

  onError(error: unknown): void {
    if (this.done || this.terminal !== undefined) dropError(error, this.downstream.late);
    else this.endAfterItem({ kind: "error", error });
  }

  onComplete(): void {
    if (!this.done && this.terminal === undefined) this.endAfterItem({ kind: "complete" });
  }

  request(n: number): void {
    if (this.done || this.terminal !== undefined) return;
    this.unasked = addDemand(this.unasked, n);
    if (!this.isSending && !this.isAsking) this.ask();
  }

  cancel(): void {
    if (this.done) return;
    this.done = true;
    this.downstream = nobody(this.downstream);
    // A terminal signal that waits has already ended the upstream: it is not cancelled again.
    if (this.upstream !== undefined && this.terminal === undefined)
      cancelForeign(this.upstream, this.downstream);
  }

  /** §1.9: `subscribe` may throw only for a missing subscriber, and there is one. */
  subscribeThrew(thrown: unknown): void {
    const error = asError(thrown, "subscribe");
    if (this.done || this.terminal !== undefined) dropError(error, this.downstream.late);
    else if (this.upstream === undefined) this.endAfterItem({ kind: "error", error });
    else this.violate("§1.9", "The upstream publisher threw from subscribe", error);
  }

  private ask(): void {
    this.isAsking = true;
    while (this.unasked > 0 && !this.done && this.terminal === undefined) {
      const n = this.unasked;
      this.unasked = 0;
      this.outstanding = addDemand(this.outstanding, n);
      try {
        this.upstream?.request(n);
      } catch (thrown) {
        this.violate("§3.16", `The upstream subscription threw from request(${n})`, thrown);
      }
    }
    this.isAsking = false;
  }

  private violate(rule: string, message: string, cause?: unknown): void {
    const error = new RuleViolationError(rule, "publisher", message);
    if (cause !== undefined) error.cause = cause;
    if (this.upstream !== undefined) cancelForeign(this.upstream, this.downstream);
    this.endAfterItem({ kind: "error", error });
  }

  /** Terminal signals never arrive inside a running `next` of the same stage. */
  private endAfterItem(terminal: Terminal): void {
    if (this.isSending) this.terminal = terminal;
    else this.end(terminal);
  }

  private end(terminal: Terminal): void {
    if (this.done) {
      if (terminal.kind === "error") dropError(terminal.error, this.downstream.late); // cancelled while it waited
      return;
    }
    const { downstream } = this;
    const wasSubscribed = this.upstream !== undefined;
    this.done = true;
    this.downstream = nobody(this.downstream);
    if (!wasSubscribed) {
      // It ended without a subscription (§1.9): ours is given first.
      const missing = "The upstream publisher completed before onSubscribe";
      fail(
        downstream,
        terminal.kind === "error" ? terminal.error : new RuleViolationError("§1.9", "publisher", missing),
      );
    } else signalTerminal(downstream, terminal);
  }
}

/** §3.15: cancel must not throw; if it does, nobody is left to be told. */
function cancelForeign(subscription: Subscription, { late }: StageSubscriber<never>): void {
  try {
    subscription.cancel();
  } catch (thrown) {
    dropError(thrown, late);
  }
}
