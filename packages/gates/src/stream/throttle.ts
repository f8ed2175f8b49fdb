// On a stream a gate refuses nothing: its permits are the demand.

import {
  type Gate,
  type GateRequest,
  type Operator,
  systemClock,
  type Subscription,
  type ClockOptions,
} from "@sluice/core";
import {
  checkCapacity,
  checkClock,
  checkGate,
  checkOptions,
  flowOf,
  GateDemand,
  type GateDemandSettings,
  giveBack,
  OperatorSubscriber,
  type StageSubscriber,
} from "@sluice/core/kit";
import { checkCost } from "../gate/check-gate.js";
import { rankOf } from "../gate/criticality-rank.js";

/** What `throttle` asks its gate for; `clock` is asked only to wait after a refusal. */
export interface ThrottleOptions extends GateRequest, ClockOptions {
  /** Of each item, a number > 0. Default 1. */
  readonly cost?: number | undefined;
  /**
   * The most permits at once whose items have not come, an integer >= 1; default 16. So many items may come at once
   * after a time in which the source had none, beyond what the gate grants then; and so many places of a bulkhead are
   * taken by a source that has none. 1 asks for one item at a time.
   */
  readonly ahead?: number | undefined;
}

/**
 * Asks a gate for a permit before each item is asked for: nothing is refused or dropped, the source is asked for less.
 *
 * An empty bucket asks for nothing until it has tokens, an open breaker for nothing at all, a half-open one for as many
 * items as it wants probes. What the gate refuses for now is asked for again when it says so. Several gates at once:
 * `throttle(all(a, b))`. One gate for several streams shares it among them. A permit is given back when its item has
 * been passed on, `"success"`; when upstream fails, the one for the item that was awaited next is a `"failure"`; those
 * without an item at any other end are `"ignored"`.
 *
 * *Demand:* as much of n as the gate grants, as it grants it, at most `ahead` at once. *Buffers:* nothing. *Errors:*
 * passed on; what the gate throws, and a `GateRejectedError` for a cost that it never grants. *Cancel:* passed on;
 * leaves the gate's line.
 *
 * @example
 * ```ts
 * import { range } from "@sluice/core";
 * import { throttle, tokenBucket } from "@sluice/gates";
 * const gate = tokenBucket({ capacity: 2, ratePerSecond: 100 });
 * const start = performance.now();
 * console.log(await range(1, 4).pipe(throttle(gate)).toArray()); // prints [ 1, 2, 3, 4 ]
 * console.log(performance.now() - start > 15); // prints true
 * ```
 */
export function throttle<T>(gate: Gate, options?: ThrottleOptions): Operator<T, T> {
  checkOptions(NAME, options);
  const { cost = 1, ahead = 16, clock = systemClock, criticality, key } = options ?? {};
  const request = { criticality, key };
  rankOf(request);
  const settings: GateDemandSettings = {
    gate: checkGate(NAME, gate),
    cost: checkCost(cost),
    request,
    ahead: checkCapacity(NAME, ahead, 1, "ahead"),
    clock: checkClock(NAME, clock),
  };
  return (upstream) =>
    flowOf(upstream, (downstream: StageSubscriber<T>) => new Throttle(downstream, settings), {
      name: NAME,
      settings: { cost, ahead },
    });
}

class Throttle<T> extends OperatorSubscriber<T, T> {
  private readonly permits: GateDemand;

  constructor(downstream: StageSubscriber<T>, settings: GateDemandSettings) {
    super(downstream);
    this.permits = new GateDemand(settings, (error) => this.fail(error));
  }

  override onSubscribe(subscription: Subscription): void {
    this.permits.upstream = subscription;
    super.onSubscribe(this.permits);
  }

  next(item: T): boolean {
    if (this.done) return false;
    const permit = this.permits.take();
    const used = this.downstream.next(item);
    giveBack(permit, "success");
    this.permits.passed(used);
    return true; // what is dropped below needs another permit, and is asked for as another item
  }

  override onError(error: unknown): void {
    this.permits.close("failure");
    super.onError(error);
  }

  protected override onEnd(): void {
    this.permits.close();
  }
}

const NAME = "throttle";
