// The base of operators that keep the latest item until its time has come: debounce, sample, throttleTime.
//
//   empty --item--> held --its time has come--> due --demand--> sent, empty
//                   ^  | item: takes the place        | item: takes the place
//                   +--+                              +--> due or held, as the operator says
//
// All is asked of upstream, because what does not come cannot be left out; what there is no demand for waits.

import type { Clock } from "../spec/clock.js";
import { addDemand, UNBOUNDED } from "../spec/demand.js";
import type { DropOptions } from "../spec/overflow.js";
import type { Subscription } from "../spec/publisher.js";
import { DropAccount } from "./drop-account.js";
import { SerialLoop } from "./serial-loop.js";
import type { StageSubscriber } from "./stage-subscriber.js";
import { TimedSubscriber } from "./timed-subscriber.js";

/**
 * Holds the latest item; a subclass says when it may be sent.
 *
 * *Demand:* unbounded upstream. *Buffers:* one item. *Errors:* at once; what is held is dropped, reason "ended".
 * When upstream completes, the item held is sent first, without waiting for its time. *Cancel:* as an error.
 */
export abstract class LatestSubscriber<T> extends TimedSubscriber<T> {
  protected isHeld = false;
  /** The item held may be sent as soon as there is demand. */
  protected isDue = false;
  private readonly account: DropAccount<T>;
  private readonly loop: SerialLoop;
  private item: T | undefined = undefined;
  /** Totals: what may be sent in all so far, and what used it up. */
  private demand = 0;
  private emitted = 0;
  private isCompleted = false;

  constructor(downstream: StageSubscriber<T>, clock: Clock, ms: number, options: DropOptions<T> | undefined) {
    super(downstream, clock, ms);
    this.account = new DropAccount(options, (error) => this.fail(error));
    this.loop = new SerialLoop(() => this.sendDue());
  }

  override onSubscribe(subscription: Subscription): void {
    super.onSubscribe(subscription);
    this.started();
    if (!this.done) subscription.request(UNBOUNDED);
  }

  next(item: T): boolean {
    const { account, isHeld, item: older } = this;
    account.counters.offered++;
    if (this.done || this.isCompleted) {
      account.drop(item, "ended");
      return true;
    }
    this.item = item;
    this.isHeld = true;
    if (!isHeld) account.counters.held++;
    this.arrived();
    if (isHeld) account.drop(older as T, "superseded"); // last: it may call back
    return true;
  }

  override onComplete(): void {
    if (this.done) return;
    this.isCompleted = true;
    this.alarm.close();
    this.makeDue();
  }

  override request(n: number): void {
    if (this.done) return;
    this.demand = addDemand(this.demand, n);
    this.loop.run();
  }

  /** Downstream has its subscription, and upstream was not asked yet. */
  protected started(): void {}

  /** An item is held that was not before. */
  protected abstract arrived(): void;

  /** The alarm rang: by default the time of what is held has come. */
  protected override rang(): void {
    this.makeDue();
  }

  /** An item is about to be sent. */
  protected sending(): void {}

  protected makeDue(): void {
    this.isDue = this.isHeld;
    this.loop.run();
  }

  protected override onEnd(): void {
    super.onEnd();
    if (this.isHeld) this.account.drop(this.take(), "ended");
  }

  private take(): T {
    const { item } = this;
    this.item = undefined;
    this.isHeld = this.isDue = false;
    this.account.counters.held--;
    return item as T; // only called when one is held
  }

  private sendDue(): void {
    if (this.isDue && this.emitted < this.demand) {
      const item = this.take();
      this.account.counters.delivered++;
      this.sending();
      if (this.downstream.next(item)) this.emitted++;
    }
    if (this.isCompleted && !this.isHeld && !this.done) this.endWithComplete();
  }
}
