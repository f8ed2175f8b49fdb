// The base of operators that keep the latest item until its time has come: debounce, sample, throttleTime.
//
//   empty --item--> held --its time has come--> due --demand--> sent, empty
//                   ^  | item: takes the place        | item: takes the place
//                   +--+                              +--> due or held, as the operator says
//
// All is asked of upstream, because what does not come cannot be left out; what there is no demand for waits.

import type { Clock } from "../spec/clock.js";
import { UNBOUNDED } from "../spec/demand.js";
import type { DropOptions } from "../spec/overflow.js";
import type { Subscription } from "../spec/publisher.js";
import { Alarm } from "./alarm.js";
import { DropAccount } from "./drop-account.js";
import { HoldingSubscriber } from "./holding-subscriber.js";
import type { StageSubscriber } from "./stage-subscriber.js";

/**
 * Holds the latest item; a subclass says when it may be sent.
 *
 * *Demand:* unbounded upstream. *Buffers:* one item. *Errors:* at once; what is held is dropped, reason "ended".
 * When upstream completes, the item held is sent first, without waiting for its time. *Cancel:* as an error.
 */
export abstract class LatestSubscriber<T> extends HoldingSubscriber<T, T> {
  protected readonly ms: number;
  protected readonly alarm: Alarm;
  protected isHeld = false;
  /** The item held may be sent as soon as there is demand. */
  protected isDue = false;
  private readonly account: DropAccount<T>;
  private item: T | undefined = undefined;

  constructor(downstream: StageSubscriber<T>, clock: Clock, ms: number, options: DropOptions<T> | undefined) {
    super(downstream);
    this.ms = ms;
    this.alarm = new Alarm(
      clock,
      () => this.rang(),
      (error) => this.fail(error),
    );
    this.account = new DropAccount(options, (error) => this.fail(error));
  }

  override onSubscribe(subscription: Subscription): void {
    super.onSubscribe(subscription);
    this.started();
    if (!this.done) subscription.request(UNBOUNDED);
  }

  next(item: T): boolean {
    const { account, isHeld, item: older } = this;
    account.counters.offered++;
    if (this.done || this.upstreamCompleted) {
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
    this.alarm.close();
    this.isDue = this.isHeld;
    super.onComplete();
  }

  /** Downstream has its subscription, and upstream was not asked yet. */
  protected started(): void {}

  /** An item is held that was not before. */
  protected abstract arrived(): void;

  /** The alarm rang: by default the time of what is held has come. */
  protected rang(): void {
    this.makeDue();
  }

  /** An item is about to be sent. */
  protected sending(): void {}

  protected makeDue(): void {
    this.isDue = this.isHeld;
    this.loop.run();
  }

  protected override onEnd(): void {
    this.alarm.close();
    if (this.isHeld) this.account.drop(this.take(), "ended");
  }

  private take(): T {
    const { item } = this;
    this.item = undefined;
    this.isHeld = this.isDue = false;
    this.account.counters.held--;
    return item as T; // only called when one is held
  }

  protected override step(): void {
    if (this.isDue && this.emitted < this.demand) {
      const item = this.take();
      this.account.counters.delivered++;
      this.sending();
      if (this.downstream.next(item)) this.emitted++;
    }
    if (this.upstreamCompleted && !this.isHeld && !this.done) this.endWithComplete();
  }
}
