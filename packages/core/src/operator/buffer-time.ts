import { checkCapacity } from "../buffer/ring.js";
import { systemClock } from "../clock/system-clock.js";
import { flowOf } from "../flow/connected-flow.js";
import type { Operator } from "../flow/flow.js";
import { Alarm } from "../kit/alarm.js";
import { checkClock } from "../kit/check-clock.js";
import { checkMilliseconds } from "../kit/check-milliseconds.js";
import { HoldingSubscriber } from "../kit/holding-subscriber.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import type { Clock, ClockOptions } from "../spec/clock.js";
import type { Subscription } from "../spec/publisher.js";

/** When `bufferTime` sends an array. Both bounds are required: the one is memory, the other delay. */
export interface BufferTimeOptions extends ClockOptions {
  /** The most items an array, an integer >= 1. */
  readonly size: number;
  /** How long the first item of an array waits for others, in milliseconds, >= 0. */
  readonly ms: number;
}

/**
 * Gathers items into arrays: of `size`, or of what came within `ms` of the first one.
 *
 * Driven by demand: time makes an array due, and one that is due is sent when it is asked for; until then it takes
 * more items, up to `size`. So it never fails for want of demand, and no array is empty.
 *
 * *Demand:* `size` at first, then as many as each array held: held and outstanding are never more than `size`.
 * *Buffers:* one array, at most `size` items. *Errors:* at once; the array is dropped. *Cancel:* passed on; drops the
 * array and stops the timer.
 *
 * @example
 * ```ts
 * import { bufferTime, range } from "@sluice/core";
 * const rows = range(1, 5).pipe(bufferTime({ size: 3, ms: 50 }));
 * console.log(await rows.toArray()); // prints [ [ 1, 2, 3 ], [ 4, 5 ] ]
 * ```
 */
export function bufferTime<T>(options: BufferTimeOptions): Operator<T, T[]> {
  const size = checkCapacity("bufferTime size", options?.size, 1);
  const ms = checkMilliseconds("bufferTime", options.ms, 0);
  const clock = checkClock("bufferTime", options.clock ?? systemClock);
  return (upstream) =>
    flowOf(upstream, (downstream: StageSubscriber<T[]>) => new BufferTime<T>(downstream, size, ms, clock), {
      name: "bufferTime",
      settings: { size, ms },
    });
}

/** empty --first item--> gathering --`size` items | `ms` gone | upstream completed--> due --demand--> empty */
class BufferTime<T> extends HoldingSubscriber<T, T[]> {
  private readonly size: number;
  private readonly ms: number;
  private readonly alarm: Alarm;
  private gathered: T[] = [];
  /** When `gathered` has waited long enough. */
  private dueAt = 0;
  private isDue = false;

  constructor(downstream: StageSubscriber<T[]>, size: number, ms: number, clock: Clock) {
    super(downstream);
    this.size = size;
    this.ms = ms;
    this.alarm = new Alarm(
      clock,
      () => this.timePassed(),
      (error) => this.fail(error),
    );
  }

  override onSubscribe(subscription: Subscription): void {
    super.onSubscribe(subscription);
    if (!this.done) subscription.request(this.size);
  }

  next(item: T): boolean {
    if (this.done) return false;
    const { gathered } = this;
    gathered.push(item);
    if (gathered.length === this.size) this.becomeDue();
    else if (gathered.length === 1) {
      this.dueAt = this.alarm.now() + this.ms;
      if (!this.alarm.isSet) this.alarm.set(this.ms);
    }
    return true;
  }

  protected override onEnd(): void {
    this.gathered = [];
    this.alarm.close();
  }

  /** The alarm was set for an array that may have been sent since: it is set anew for the one that is gathered. */
  private timePassed(): void {
    if (this.gathered.length === 0 || this.isDue) return;
    const left = this.dueAt - this.alarm.now();
    if (left > 0) this.alarm.set(left);
    else this.becomeDue();
  }

  private becomeDue(): void {
    this.isDue = true;
    this.loop.run();
  }

  protected override step(): void {
    while (
      !this.done &&
      (this.isDue || this.upstreamCompleted) &&
      this.emitted < this.demand &&
      this.gathered.length > 0
    ) {
      const { gathered } = this;
      const { length } = gathered; // read before the array is somebody else's, who may empty it
      this.gathered = [];
      this.isDue = false;
      if (this.downstream.next(gathered)) this.emitted++;
      if (!this.done) this.upstream.request(length);
    }
    if (!this.done && this.upstreamCompleted && this.gathered.length === 0) this.endWithComplete();
  }
}
