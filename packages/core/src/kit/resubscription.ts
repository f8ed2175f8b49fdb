// The base of operators that subscribe to the same source again (retry, repeat).
//
//   running --it ends, by the subclass: wait--> waiting (for the clock) --due: again--> running

import type { Clock } from "../spec/clock.js";
import { Alarm } from "./alarm.js";
import type { Connectable, StageSubscriber } from "./stage-subscriber.js";
import { Succession } from "./succession.js";

/**
 * Subscription to one source over and over; a subclass decides after which end, and when.
 *
 * *Demand:* as of `Succession`. *Buffers:* nothing. *Errors:* what the clock throws is passed on. *Cancel:* the source
 * while it runs, or the wait.
 */
export abstract class Resubscription<T> extends Succession<T> {
  private readonly source: Connectable<T>;
  private readonly alarm: Alarm;

  constructor(downstream: StageSubscriber<T>, source: Connectable<T>, clock: Clock) {
    super(downstream);
    this.source = source;
    this.alarm = new Alarm(
      clock,
      () => this.again(),
      (error) => this.fail(error),
    );
  }

  override start(): void {
    super.start(this.source);
  }

  protected wait(ms: number): void {
    if (ms > 0) this.alarm.set(ms);
    else this.again();
  }

  protected again(): void {
    this.follow(this.source);
  }

  protected override onEnd(): void {
    this.alarm.close();
  }
}
