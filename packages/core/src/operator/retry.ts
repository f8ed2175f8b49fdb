import { checkOptions } from "../kit/check-options.js";
import { systemClock } from "../clock/system-clock.js";
import { flowFrom } from "../flow/connected-flow.js";
import { type Flow, type Operator, requireFlow } from "../flow/flow.js";
import { type Backoff, type BackoffOptions, backoffMs, checkBackoff } from "../kit/backoff.js";
import { checkClock } from "../kit/check-clock.js";
import { checkTimes } from "../kit/check-times.js";
import { asError } from "../kit/dropped.js";
import { requireFunction } from "../kit/require-function.js";
import { Resubscription } from "../kit/resubscription.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import type { Clock } from "../spec/clock.js";

/** When and how often `retry` subscribes again. */
export interface RetryOptions {
  /** How often after the first attempt, an integer >= 0 or `Infinity`; default 3. */
  readonly times?: number | undefined;
  /** How long to wait before each; default `{ baseMs: 100, capMs: 30_000, jitter: "full" }`. */
  readonly backoff?: BackoffOptions | undefined;
  /** Whether to try again after this error, `attempt` being 1 for the first time; default: after any. */
  readonly when?: ((error: unknown, attempt: number) => boolean) | undefined;
  /** Whether an attempt that sent an item counts as a success, after which counting begins anew; default `false`. */
  readonly resetOnItem?: boolean | undefined;
  /** Default `systemClock`. */
  readonly clock?: Clock | undefined;
  /** Gives numbers from 0 to 1; default `Math.random`. */
  readonly random?: (() => number) | undefined;
}

/**
 * Subscribes to upstream again when it has failed, after a wait that grows and is spread at random.
 *
 * Items sent before the failure are not taken back: an upstream that starts over sends them again.
 *
 * *Demand:* n; what is outstanding at the failure is asked of the next attempt. *Buffers:* nothing. *Errors:* the
 * last one is passed on when `times` are used up or `when` says no; what `when` throws, in its place. *Cancel:* the
 * attempt that runs, or the wait. A `baseMs` of 0 does not wait: an upstream that fails at once then keeps the turn.
 *
 * @example
 * ```ts
 * import { defer, fail, of, retry } from "@sluice/core";
 * let calls = 0;
 * const flaky = defer(() => (++calls < 3 ? fail<string>(new Error("busy")) : of("done")));
 * console.log(await flaky.pipe(retry({ times: 5, backoff: { baseMs: 1 } })).toArray(), calls); // prints [ 'done' ] 3
 * ```
 */
export function retry<T>(options?: RetryOptions): Operator<T, T> {
  checkOptions("retry", options);
  const { times = 3, when = always, random = Math.random, clock = systemClock } = options ?? {};
  checkTimes("retry", times);
  requireFunction("retry", when);
  requireFunction("retry", random);
  checkClock("retry", clock);
  const resetOnItem = options?.resetOnItem ?? false;
  const how = { times, when, random, clock, resetOnItem, backoff: checkBackoff("retry", options?.backoff) };
  return (upstream) => {
    const upstreams = [requireFlow(upstream, "retry")];
    return flowFrom<T>((downstream) => new Retry(downstream, upstream, how).start(), {
      name: "retry",
      settings: { times },
      upstreams,
    });
  };
}

const always = (): boolean => true;

/** The options with their defaults filled in. */
interface How {
  readonly times: number;
  readonly backoff: Backoff;
  readonly when: (error: unknown, attempt: number) => boolean;
  readonly resetOnItem: boolean;
  readonly clock: Clock;
  readonly random: () => number;
}

class Retry<T> extends Resubscription<T> {
  private readonly how: How;
  /** Attempts after the first, or after the last that counts as a success. */
  private attempt = 0;
  private waitedMs = 0;

  constructor(downstream: StageSubscriber<T>, upstream: Flow<T>, how: How) {
    super(downstream, upstream, how.clock);
    this.how = how;
  }

  override sourceFailed(error: unknown): void {
    const { times, when, random, backoff, resetOnItem } = this.how;
    if (resetOnItem && this.arbiter.hasSent) {
      this.attempt = 0;
      this.waitedMs = 0;
    }
    const attempt = this.attempt + 1;
    let isWanted: boolean;
    let ms = 0;
    try {
      isWanted = attempt <= times && when(error, attempt);
      if (isWanted) ms = backoffMs(backoff, attempt, this.waitedMs, random());
    } catch (thrown) {
      this.fail(asError(thrown, "retry"));
      return;
    }
    if (!isWanted) {
      this.fail(error);
      return;
    }
    this.attempt = attempt;
    this.waitedMs = ms;
    this.wait(ms);
  }
}
