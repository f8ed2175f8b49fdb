// The base of operators that wait for time: one alarm, closed at the end, so that no timer is left (§3.13).

import type { Clock } from "../spec/clock.js";
import { Alarm } from "./alarm.js";
import { OperatorSubscriber } from "./operator-subscriber.js";
import type { StageSubscriber } from "./stage-subscriber.js";

/** An operator with an alarm; what the clock throws ends the stream. */
export abstract class TimedSubscriber<T> extends OperatorSubscriber<T, T> {
  protected readonly ms: number;
  protected readonly alarm: Alarm;

  constructor(downstream: StageSubscriber<T>, clock: Clock, ms: number) {
    super(downstream);
    this.ms = ms;
    this.alarm = new Alarm(
      clock,
      () => this.rang(),
      (error) => this.fail(error),
    );
  }

  /** The alarm rang. */
  protected abstract rang(): void;

  protected override onEnd(): void {
    this.alarm.close();
  }
}
