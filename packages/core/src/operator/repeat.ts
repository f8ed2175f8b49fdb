import { checkOptions } from "../kit/check-options.js";
import { systemClock } from "../clock/system-clock.js";
import { flowFrom } from "../flow/connected-flow.js";
import { type Flow, type Operator, requireFlow } from "../flow/flow.js";
import { checkClock } from "../kit/check-clock.js";
import { checkMilliseconds } from "../kit/check-milliseconds.js";
import { checkTimes } from "../kit/check-times.js";
import { Resubscription } from "../kit/resubscription.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import type { Clock } from "../spec/clock.js";
import { UNBOUNDED } from "../spec/demand.js";

/** How often and when `repeat` subscribes again. */
export interface RepeatOptions {
  /** How often after the first time, an integer >= 0 or `Infinity`; default `Infinity`. */
  readonly times?: number | undefined;
  /** How long to wait after each end, in ms, >= 0; default 0. */
  readonly delayMs?: number | undefined;
  /** Default `systemClock`. */
  readonly clock?: Clock | undefined;
}

/**
 * Subscribes to upstream again when it has completed, as soon as there is demand.
 *
 * With `delayMs` it polls: nobody who reads slowly is polled for in vain. Without, an upstream that is always empty
 * keeps the turn for as long as `times` lasts.
 *
 * *Demand:* n; what is outstanding at the end is asked of upstream anew. *Buffers:* nothing. *Errors:* passed on.
 * *Cancel:* upstream while it runs, or the wait.
 *
 * @example
 * ```ts
 * import { of, repeat } from "@sluice/core";
 * console.log(await of("tick", "tock").pipe(repeat({ times: 1 })).toArray()); // prints [ 'tick', 'tock', 'tick', 'tock' ]
 * ```
 */
export function repeat<T>(options?: RepeatOptions): Operator<T, T> {
  checkOptions("repeat", options);
  const { times = UNBOUNDED, delayMs = 0, clock = systemClock } = options ?? {};
  checkTimes("repeat", times);
  checkMilliseconds("repeat a delay of", delayMs, 0);
  checkClock("repeat", clock);
  return (upstream) => {
    const upstreams = [requireFlow(upstream, "repeat")];
    return flowFrom<T>((downstream) => new Repeat(downstream, upstream, times, delayMs, clock).start(), {
      name: "repeat",
      settings: { times },
      upstreams,
    });
  };
}

/** running --upstream completes--> waiting (for the clock) --due--> due --demand, at once if there is any--> running */
class Repeat<T> extends Resubscription<T> {
  private readonly times: number;
  private readonly delayMs: number;
  private repeated = 0;
  private isDue = false;

  constructor(
    downstream: StageSubscriber<T>,
    upstream: Flow<T>,
    times: number,
    delayMs: number,
    clock: Clock,
  ) {
    super(downstream, upstream, clock);
    this.times = times;
    this.delayMs = delayMs;
  }

  override sourceCompleted(): void {
    if (this.repeated === this.times) {
      this.completeEarly();
      return;
    }
    this.repeated++;
    this.wait(this.delayMs);
  }

  override request(n: number): void {
    super.request(n);
    if (this.isDue) this.again();
  }

  protected override again(): void {
    this.isDue = this.arbiter.outstanding === 0;
    if (!this.isDue) super.again();
  }
}
