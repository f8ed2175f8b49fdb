import { systemClock } from "../clock/system-clock.js";
import { flowOf } from "../flow/connected-flow.js";
import type { Flow, Operator } from "../flow/flow.js";
import { checkDropOptions } from "../kit/buffer-options.js";
import { checkClock } from "../kit/check-clock.js";
import { checkMilliseconds } from "../kit/check-milliseconds.js";
import { NEVER_SUBSCRIPTION } from "../kit/ended.js";
import { type InnerOwner, InnerSubscriber } from "../kit/inner-subscriber.js";
import { LatestSubscriber } from "../kit/latest-subscriber.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import { type FlowInput, from } from "../source/from.js";
import type { Clock, ClockOptions } from "../spec/clock.js";
import { UNBOUNDED } from "../spec/demand.js";
import type { DropOptions } from "../spec/overflow.js";

/** What `sample` takes. */
export interface SampleOptions<T> extends ClockOptions, DropOptions<T> {}

/**
 * Sends the latest item at each tick, if one has come since the last; drops the others.
 *
 * *Demand:* unbounded upstream, and of the notifier. *Buffers:* the latest item; one that comes meanwhile takes its
 * place, reason "superseded". A tick without demand counts when demand comes. *Errors:* of upstream or notifier, at
 * once; the item held is dropped. When either completes, the item held is sent, then the end. *Cancel:* passed on
 * to both; stops the timer, and the item held is dropped, reason "ended".
 *
 * @param ticks milliseconds between ticks, a number >= 1; or a source, each item of which is a tick
 *
 * @example
 * ```ts
 * import { of, sample } from "@sluice/core";
 * console.log(await of(20.1, 20.4, 20.2).pipe(sample(1000)).toArray()); // prints [ 20.2 ]
 * ```
 */
export function sample<T>(ticks: number | FlowInput<unknown>, options?: SampleOptions<T>): Operator<T, T> {
  const notifier = typeof ticks === "number" ? undefined : from(ticks);
  const ms = typeof ticks === "number" ? checkMilliseconds("sample", ticks, 1) : 0;
  checkDropOptions("sample", options);
  const clock = checkClock("sample", options?.clock ?? systemClock);
  return (upstream) =>
    flowOf(
      upstream,
      (downstream: StageSubscriber<T>) =>
        notifier === undefined
          ? new SampleEvery(downstream, clock, ms, options)
          : new SampleBy(downstream, clock, ms, options, notifier),
      { name: "sample", settings: { ms }, upstreams: notifier && [upstream, notifier] },
    );
}

/** Ticks stand on a grid from the start; the timer runs only while an item waits for one. */
class SampleEvery<T> extends LatestSubscriber<T> {
  private startedAt = 0;

  protected override started(): void {
    this.startedAt = this.alarm.now();
  }

  protected override arrived(): void {
    const { alarm, ms } = this;
    if (!alarm.isSet && !this.isDue) alarm.set(ms - ((alarm.now() - this.startedAt) % ms));
  }
}

class SampleBy<T> extends LatestSubscriber<T> implements InnerOwner<unknown> {
  private readonly notifier: Flow<unknown>;
  private readonly ticks: InnerSubscriber<unknown> = new InnerSubscriber(this, 0);

  constructor(
    downstream: StageSubscriber<T>,
    clock: Clock,
    ms: number,
    options: DropOptions<T> | undefined,
    notifier: Flow<unknown>,
  ) {
    super(downstream, clock, ms, options);
    this.notifier = notifier;
  }

  innerNext(): boolean {
    this.makeDue();
    return true;
  }

  innerFailed(_: number, error: unknown): void {
    this.fail(error);
  }

  innerCompleted(): void {
    const { upstream } = this;
    this.upstream = NEVER_SUBSCRIPTION; // what is held may have to wait, and be cancelled: not upstream again
    this.onComplete();
    upstream.cancel();
  }

  /** Before upstream is asked: it may answer with everything at once. */
  protected override started(): void {
    if (this.done) return;
    this.ticks.request(UNBOUNDED);
    this.notifier.connect(this.ticks);
  }

  protected override arrived(): void {}

  override onComplete(): void {
    this.ticks.cancel(); // first: what comes of it while the last item is sent changes nothing
    super.onComplete();
  }

  protected override onEnd(): void {
    super.onEnd();
    this.ticks.cancel();
  }
}
