// What interval and timer are made of: a producer that cannot be slowed, as time cannot.

import type { Clock } from "../spec/clock.js";
import type { Subscription } from "../spec/publisher.js";
import { Alarm } from "./alarm.js";
import type { StageSubscriber } from "./stage-subscriber.js";

/**
 * Counts the ticks of a clock, from 0 on.
 *
 * Ticks stand on a grid, so that they do not drift. One that could not come in time comes late; those which fell
 * due meanwhile are left out, and the grid starts anew: never a burst of them.
 *
 * *Demand:* none looked at: `receiver` is what stands in front of downstream. *Cancel:* stops the timer.
 */
export class Ticks implements Subscription {
  private readonly receiver: StageSubscriber<number>;
  private readonly alarm: Alarm;
  private readonly ms: number;
  private readonly limit: number;
  private count = 0;
  private dueAt = 0;

  /** @param limit after so many ticks it completes */
  constructor(receiver: StageSubscriber<number>, clock: Clock, ms: number, limit: number) {
    this.receiver = receiver;
    this.ms = ms;
    this.limit = limit;
    this.alarm = new Alarm(
      clock,
      () => this.tick(),
      (error) => {
        this.cancel();
        receiver.onError(error);
      },
    );
  }

  start(): void {
    this.receiver.onSubscribe(this);
    this.dueAt = this.alarm.now() + this.ms;
    this.alarm.set(this.ms);
  }

  request(): void {}

  cancel(): void {
    this.alarm.close();
  }

  private tick(): void {
    const { alarm, ms, receiver } = this;
    receiver.next(this.count++);
    if (this.count === this.limit) {
      this.cancel();
      receiver.onComplete();
      return;
    }
    const now = alarm.now();
    this.dueAt += ms;
    if (this.dueAt <= now) this.dueAt = now + ms;
    alarm.set(this.dueAt - now);
  }
}
