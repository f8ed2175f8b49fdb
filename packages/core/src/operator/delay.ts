import { checkCapacity, Ring } from "../buffer/ring.js";
import { systemClock } from "../clock/system-clock.js";
import { flowOf } from "../flow/connected-flow.js";
import type { Operator } from "../flow/flow.js";
import { Alarm } from "../kit/alarm.js";
import { checkClock } from "../kit/check-clock.js";
import { checkMilliseconds } from "../kit/check-milliseconds.js";
import { HoldingSubscriber } from "../kit/holding-subscriber.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import type { Clock, ClockOptions } from "../spec/clock.js";

/** What `delay` takes. */
export interface DelayOptions extends ClockOptions {
  /** The most items on their way, an integer >= 1: what comes in `ms` milliseconds at the rate that is wanted. */
  readonly capacity: number;
}

/**
 * Sends each item some time after it came, in the same order.
 *
 * *Demand:* n, but never more than `capacity` items outstanding and held. *Buffers:* `capacity` items. *Errors:*
 * at once; what is held is dropped. The end follows the last item. *Cancel:* passed on; stops the timer and drops
 * what is held.
 *
 * @param ms in milliseconds, a number >= 0
 *
 * @example
 * ```ts
 * import { delay, of } from "@sluice/core";
 * const started = performance.now();
 * const items = await of("a", "b").pipe(delay(20, { capacity: 16 })).toArray();
 * console.log(items, performance.now() - started >= 19); // prints [ 'a', 'b' ] true
 * ```
 */
export function delay<T>(ms: number, options: DelayOptions): Operator<T, T> {
  checkMilliseconds("delay", ms, 0);
  const capacity = checkCapacity("delay", options?.capacity, 1);
  const clock = checkClock("delay", options.clock ?? systemClock);
  return (upstream) =>
    flowOf(upstream, (downstream: StageSubscriber<T>) => new Delay(downstream, clock, ms, capacity), {
      name: "delay",
      settings: { ms, capacity },
    });
}

interface Delayed<T> {
  readonly item: T;
  readonly dueAt: number;
}

class Delay<T> extends HoldingSubscriber<T, T> {
  private readonly ms: number;
  private readonly capacity: number;
  private readonly alarm: Alarm;
  /** What waits behind `oldest`. */
  private readonly items: Ring<Delayed<T>>;
  private oldest: Delayed<T> | undefined = undefined;
  /** Asked of upstream and not yet sent on; never more than `capacity`. */
  private outstanding = 0;

  constructor(downstream: StageSubscriber<T>, clock: Clock, ms: number, capacity: number) {
    super(downstream);
    this.ms = ms;
    this.capacity = capacity;
    this.alarm = new Alarm(
      clock,
      () => this.loop.run(),
      (error) => this.fail(error),
    );
    this.items = new Ring(capacity);
  }

  next(item: T): boolean {
    const delayed: Delayed<T> = { item, dueAt: this.alarm.now() + this.ms };
    if (this.done) return false;
    if (this.oldest === undefined) {
      this.oldest = delayed;
      this.alarm.set(this.ms);
    } else this.items.push(delayed); // its time comes after that of the oldest, for which the alarm is set
    return true;
  }

  protected override onEnd(): void {
    this.alarm.close();
    this.items.clear();
    this.oldest = undefined;
  }

  protected override step(): void {
    const { items } = this;
    while (this.oldest !== undefined && this.isDue(this.oldest)) {
      const { item } = this.oldest;
      this.oldest = items.isEmpty ? undefined : items.shift();
      this.outstanding--;
      if (this.downstream.next(item)) this.emitted++;
      this.ask();
    }
    if (this.upstreamCompleted && this.oldest === undefined && !this.done) this.endWithComplete();
    else this.ask();
  }

  private ask(): void {
    const n = Math.min(this.demand - this.emitted, this.capacity) - this.outstanding;
    if (n <= 0 || this.done) return;
    this.outstanding += n;
    this.upstream.request(n);
  }

  /** If not, the alarm is set for when it will be; until that rings none is, whatever else calls for a step. */
  private isDue({ dueAt }: Delayed<T>): boolean {
    if (this.alarm.isSet) return false;
    const left = dueAt - this.alarm.now();
    if (left > 0) this.alarm.set(left);
    return left <= 0 && !this.done;
  }
}
