// What stands between an upstream and many subscribers: asks ahead, as far as the slowest of those who are waited for
// allows.
//
//   idle --onSubscribe--> open --(the upstream ends | stop)--> over

import type { Subscription } from "../spec/publisher.js";
import type { Reader } from "../spec/reader.js";
import { dropError, dropItem } from "./dropped.js";
import type { Terminal } from "./ended.js";
import { type Feeder, Multicast } from "./multicast.js";
import { replenishAt } from "./replenish.js";
import type { StageSubscriber } from "./stage-subscriber.js";

/**
 * Reads an upstream for many.
 *
 * *Demand:* `prefetch` items when the first subscriber is there, then as many as the slowest one has taken, whenever
 * that is three quarters. *Buffers:* `prefetch` items.
 */
export class MulticastFeed<T> implements StageSubscriber<T>, Feeder {
  readonly multicast: Multicast<T>;
  done = false;
  private readonly prefetch: number;
  private readonly stopsWithLast: boolean;
  private upstream: Subscription | undefined = undefined;
  /** Asked of upstream and not yet received. */
  private outstanding = 0;

  /** @param stopsWithLast cancels upstream when the last subscriber has left */
  constructor(name: string, prefetch: number, stopsWithLast: boolean) {
    this.prefetch = prefetch;
    this.stopsWithLast = stopsWithLast;
    this.multicast = new Multicast<T>(name, prefetch);
    this.multicast.feeder = this;
  }

  /** Who comes gets what nobody has taken yet, as far as there is room for what is still to come. */
  join(downstream: StageSubscriber<T>, reader: Reader<T>): void {
    const { front, ring } = this.multicast;
    const earliest = ring.tail + this.outstanding - this.prefetch;
    this.multicast.join(downstream, reader, Math.max(front, ring.head, earliest));
  }

  onSubscribe(subscription: Subscription): void {
    if (this.done) subscription.cancel();
    else {
      this.upstream = subscription;
      this.moved();
    }
  }

  next(item: T): boolean {
    if (this.done) return false;
    this.outstanding--;
    // All have left a published flow: what it had asked for still comes, and nobody is there.
    if (this.multicast.tryEmit(item) !== "ok") dropItem(item);
    this.moved();
    return true;
  }

  onError(error: unknown): void {
    if (this.done) dropError(error);
    else this.end({ kind: "error", error });
  }

  onComplete(): void {
    if (!this.done) this.end({ kind: "complete" });
  }

  /** Stops upstream, and tells those who listen why, if there is something to tell. */
  stop(reason?: Terminal): void {
    if (this.done) return;
    const { upstream } = this;
    this.end(reason);
    upstream?.cancel();
  }

  moved(): void {
    const { multicast, prefetch, upstream } = this;
    if (this.done) return;
    if (multicast.size === 0) {
      if (this.stopsWithLast) this.stop();
      return;
    }
    if (upstream === undefined || prefetch - this.outstanding < replenishAt(prefetch)) return;
    const { backlog } = multicast;
    const n = prefetch - this.outstanding - backlog;
    if (n < replenishAt(prefetch)) {
      if (this.outstanding === 0) multicast.isHeldUp(multicast.ring.tail - backlog);
      return;
    }
    this.outstanding += n;
    upstream.request(n);
  }

  private end(end: Terminal | undefined): void {
    this.done = true;
    this.upstream = undefined;
    if (end !== undefined) this.multicast.finish(end);
  }
}
