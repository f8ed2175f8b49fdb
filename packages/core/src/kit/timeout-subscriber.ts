// The engine of the three timeouts. Each watches one side of a stage, and only while that side owes something:
//
//   demand outstanding   upstream owes an item        idleTimeout; initialTimeout until the first one came
//   no demand            downstream owes a request    backpressureTimeout
//
// The timer is not set anew for each item: it rings, and is set for what is left since the last thing that happened.

import type { Clock } from "../spec/clock.js";
import { addDemand } from "../spec/demand.js";
import { TimeoutError } from "../spec/errors.js";
import type { Subscription } from "../spec/publisher.js";
import type { StageSubscriber } from "./stage-subscriber.js";
import { TimedSubscriber } from "./timed-subscriber.js";

/** What is waited for, as the message of the error says it. */
export type Awaited = "an item" | "the first item" | "demand";

/**
 * Fails with a `TimeoutError` when what is awaited does not come in time.
 *
 * *Demand:* n. *Buffers:* nothing. *Errors:* passed on. *Cancel:* passed on; stops the timer.
 */
export class TimeoutSubscriber<T> extends TimedSubscriber<T> {
  private readonly name: string;
  private readonly awaited: Awaited;
  /** Requested below and not yet used. */
  private outstanding = 0;
  /** When the wait began. */
  private since = 0;
  private isOver = false;

  constructor(downstream: StageSubscriber<T>, clock: Clock, ms: number, name: string, awaited: Awaited) {
    super(downstream, clock, ms);
    this.name = name;
    this.awaited = awaited;
  }

  override onSubscribe(subscription: Subscription): void {
    super.onSubscribe(subscription);
    if (!this.done) this.watch();
  }

  next(item: T): boolean {
    if (this.awaited === "the first item" && !this.isOver) {
      this.isOver = true;
      this.alarm.close();
    }
    const used = this.downstream.next(item);
    if (used) this.outstanding--;
    if (!this.done) this.watch();
    return used;
  }

  override request(n: number): void {
    if (this.done) return;
    const isFirst = this.outstanding === 0;
    this.outstanding = addDemand(this.outstanding, n);
    if (isFirst) this.watch();
    if (!this.done) this.upstream.request(n);
  }

  private get isWaiting(): boolean {
    return !this.isOver && (this.awaited === "demand") === (this.outstanding === 0);
  }

  /** Something happened: a wait begins here, if there is one. */
  private watch(): void {
    if (!this.isWaiting) return;
    this.since = this.alarm.now();
    if (!this.alarm.isSet) this.alarm.set(this.ms);
  }

  protected override rang(): void {
    if (!this.isWaiting) return;
    const left = this.since + this.ms - this.alarm.now();
    if (left > 0) this.alarm.set(left);
    if (left > 0 || this.done) return; // the clock may have thrown
    const { name, awaited, ms } = this;
    const message = `${name} waited ${ms} ms for ${awaited}: raise its limit`;
    this.fail(new TimeoutError(message, ms));
  }
}
