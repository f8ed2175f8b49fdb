import { checkCapacity } from "../buffer/ring.js";
import { flowOf } from "../flow/connected-flow.js";
import type { Operator } from "../flow/flow.js";
import { OperatorSubscriber } from "../kit/operator-subscriber.js";
import { replenishAt } from "../kit/replenish.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import { addDemand } from "../spec/demand.js";

/**
 * Never has more than `limit` items outstanding from upstream, however much is requested below.
 *
 * *Demand:* min(n, `limit`) at first, then more whenever three quarters have arrived. *Buffers:* nothing.
 * *Errors:* passed on. *Cancel:* passed on.
 *
 * @param limit the most items outstanding, an integer >= 1
 *
 * @example
 * ```ts
 * import { limitDemand, range } from "@sluice/core";
 * console.log(await range(1, 4).pipe(limitDemand(2)).toArray()); // prints [ 1, 2, 3, 4 ]
 * ```
 */
export function limitDemand<T>(limit: number): Operator<T, T> {
  checkCapacity("limitDemand", limit, 1);
  return (upstream) =>
    flowOf(upstream, (downstream: StageSubscriber<T>) => new LimitDemand(downstream, limit), {
      name: "limitDemand",
      settings: { limit },
    });
}

class LimitDemand<T> extends OperatorSubscriber<T, T> {
  private readonly limit: number;
  /** Totals: what is requested, and what used it up. */
  private demand = 0;
  private emitted = 0;
  /** Asked of upstream and not yet used. */
  private outstanding = 0;

  constructor(downstream: StageSubscriber<T>, limit: number) {
    super(downstream);
    this.limit = limit;
  }

  next(item: T): boolean {
    if (!this.downstream.next(item)) return false; // upstream sends another for it: outstanding as before
    this.emitted++;
    this.outstanding--;
    if (this.limit - this.outstanding >= replenishAt(this.limit)) this.ask();
    return true;
  }

  override request(n: number): void {
    if (this.done) return;
    this.demand = addDemand(this.demand, n);
    this.ask();
  }

  private ask(): void {
    const n = Math.min(this.demand - this.emitted, this.limit) - this.outstanding;
    if (n <= 0 || this.done) return;
    this.outstanding += n;
    this.upstream.request(n);
  }
}
