import { checkCapacity, Ring } from "../buffer/ring.js";
import { flowOf, type Operator } from "../flow.js";
import { OperatorSubscriber } from "../kit/operator-subscriber.js";
import { replenishAt } from "../kit/replenish.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import { addDemand } from "../spec/demand.js";
import type { Subscription } from "../spec/publisher.js";

/**
 * An asynchronous boundary: asks upstream ahead of demand, and sends on in a later turn.
 *
 * What arrives in one turn crosses together, with one wake-up (a microtask), never with a promise an item.
 *
 * *Demand:* `size` at once, whatever is requested below; then as many again whenever three quarters have been
 * sent on. *Buffers:* at most `size` items. *Errors:* passed on after the items that came before. *Cancel:*
 * passed on; drops what is held.
 *
 * @param size items asked for ahead, an integer >= 1; default 256
 *
 * @example
 * ```ts
 * import { prefetch, range } from "@sluice/core";
 * console.log(await range(1, 3).pipe(prefetch(2)).toArray()); // prints [ 1, 2, 3 ]
 * ```
 */
export function prefetch<T>(size: number = 256): Operator<T, T> {
  checkCapacity("prefetch", size, 1);
  return (upstream) => flowOf(upstream, (downstream: StageSubscriber<T>) => new Prefetch(downstream, size));
}

/** How upstream ended, while items are still held. */
type End = { readonly kind: "complete" } | { readonly kind: "error"; readonly error: unknown };

class Prefetch<T> extends OperatorSubscriber<T, T> {
  private readonly size: number;
  private readonly items: Ring<T>;
  /** Totals: what may be sent in all so far, and what has been. */
  private demand = 0;
  private emitted = 0;
  /** Sent on since upstream was last asked. */
  private freed = 0;
  private isScheduled = false;
  private end: End | undefined = undefined;

  constructor(downstream: StageSubscriber<T>, size: number) {
    super(downstream);
    this.size = size;
    this.items = new Ring(size);
  }

  override onSubscribe(subscription: Subscription): void {
    super.onSubscribe(subscription);
    if (!this.done) subscription.request(this.size);
  }

  next(item: T): boolean {
    if (this.done) return false;
    this.items.push(item);
    this.schedule();
    return true;
  }

  override onError(error: unknown): void {
    this.endAfterItems({ kind: "error", error });
  }

  override onComplete(): void {
    this.endAfterItems({ kind: "complete" });
  }

  override request(n: number): void {
    if (this.done) return;
    this.demand = addDemand(this.demand, n);
    this.schedule();
  }

  protected override onEnd(): void {
    this.items.clear();
  }

  private endAfterItems(end: End): void {
    if (this.done) {
      if (end.kind === "error") super.onError(end.error); // nobody to tell: it goes where dropped errors go
      return;
    }
    this.end = end;
    if (this.items.isEmpty && !this.isScheduled) this.finish(end);
  }

  private schedule(): void {
    if (this.isScheduled || this.items.isEmpty || this.emitted === this.demand) return;
    this.isScheduled = true;
    queueMicrotask(this.drain);
  }

  /** One turn: what is held now, as far as demand goes. What a request of this turn brings crosses in the next. */
  private readonly drain = (): void => {
    const { items, downstream } = this;
    let left = items.size;
    while (left > 0 && this.emitted < this.demand && !this.done) {
      left--;
      this.freed++;
      if (downstream.next(items.shift())) this.emitted++;
    }
    this.isScheduled = false;
    if (this.done) return;
    if (this.end !== undefined) {
      if (items.isEmpty) {
        this.finish(this.end);
        return;
      }
    } else if (this.freed >= replenishAt(this.size)) {
      const n = this.freed;
      this.freed = 0;
      this.upstream.request(n);
    }
    this.schedule();
  };

  private finish(end: End): void {
    if (end.kind === "error") this.endWithError(end.error);
    else this.endWithComplete();
  }
}
