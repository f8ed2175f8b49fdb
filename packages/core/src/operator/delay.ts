import { checkCapacity, Ring } from "../buffer/ring.js";
import { systemClock } from "../clock/system-clock.js";
import { flowOf } from "../flow/connected-flow.js";
import type { Operator } from "../flow/flow.js";
import { checkClock } from "../kit/check-clock.js";
import { checkMilliseconds } from "../kit/check-milliseconds.js";
import { SerialLoop } from "../kit/serial-loop.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import { TimedSubscriber } from "../kit/timed-subscriber.js";
import type { Clock, ClockOptions } from "../spec/clock.js";
import { addDemand, UNBOUNDED } from "../spec/demand.js";

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

class Delay<T> extends TimedSubscriber<T> {
  private readonly capacity: number;
  private readonly loop: SerialLoop;
  /** What waits behind `oldest`. */
  private readonly items: Ring<Delayed<T>>;
  private oldest: Delayed<T> | undefined = undefined;
  /** Requested below and not yet asked of upstream. */
  private unmet = 0;
  /** Asked of upstream and not yet sent on; never more than `capacity`. */
  private taken = 0;
  private isCompleted = false;

  constructor(downstream: StageSubscriber<T>, clock: Clock, ms: number, capacity: number) {
    super(downstream, clock, ms);
    this.capacity = capacity;
    this.loop = new SerialLoop(() => this.sendDue());
    this.items = new Ring(capacity);
  }

  next(item: T): boolean {
    const delayed: Delayed<T> = { item, dueAt: this.alarm.now() + this.ms };
    if (this.done) return false;
    if (this.oldest === undefined) this.oldest = delayed;
    else this.items.push(delayed);
    if (!this.alarm.isSet) this.alarm.set(this.ms);
    return true;
  }

  override onComplete(): void {
    this.isCompleted = true;
    this.loop.run();
  }

  override request(n: number): void {
    if (this.done) return;
    this.unmet = addDemand(this.unmet, n);
    this.ask();
  }

  protected override rang(): void {
    this.loop.run();
  }

  protected override onEnd(): void {
    super.onEnd();
    this.items.clear();
    this.oldest = undefined;
  }

  private sendDue(): void {
    const { alarm, items } = this;
    while (this.oldest !== undefined) {
      const { item, dueAt } = this.oldest;
      const left = dueAt - alarm.now();
      if (left > 0) alarm.set(left);
      if (left > 0 || this.done) return;
      this.oldest = items.isEmpty ? undefined : items.shift();
      this.taken--;
      if (!this.downstream.next(item)) this.unmet = addDemand(this.unmet, 1);
      this.ask();
    }
    if (this.isCompleted && !this.done) this.endWithComplete();
  }

  private ask(): void {
    const n = Math.min(this.unmet, this.capacity - this.taken);
    if (n <= 0 || this.done || this.isCompleted) return;
    if (this.unmet !== UNBOUNDED) this.unmet -= n;
    this.taken += n;
    this.upstream.request(n);
  }
}
