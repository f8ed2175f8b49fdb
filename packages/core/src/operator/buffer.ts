import { checkCapacity } from "../buffer/ring.js";
import { flowOf } from "../flow/connected-flow.js";
import type { Operator } from "../flow/flow.js";
import { NEVER_SUBSCRIPTION } from "../kit/ended.js";
import { OperatorSubscriber } from "../kit/operator-subscriber.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import { addDemand } from "../spec/demand.js";

/**
 * Gathers items into arrays of `size`; the last one holds what is left.
 *
 * *Demand:* n x `size`. *Buffers:* the items of the array that is not full, at most `size` - 1. *Errors:* at once;
 * the array that is not full is dropped. *Cancel:* passed on; drops it too.
 *
 * @param size items an array, an integer >= 1
 *
 * @example
 * ```ts
 * import { buffer, range } from "@sluice/core";
 * console.log(await range(1, 5).pipe(buffer(2)).toArray()); // prints [ [ 1, 2 ], [ 3, 4 ], [ 5 ] ]
 * ```
 */
export function buffer<T>(size: number): Operator<T, T[]> {
  checkCapacity("buffer", size, 1);
  return (upstream) =>
    flowOf(upstream, (downstream: StageSubscriber<T[]>) => new Buffer<T>(downstream, size), {
      name: "buffer",
      settings: { size },
    });
}

/**
 * Counts no demand: upstream is asked for whole arrays, so wherever there are items of an array that is not full,
 * that array was asked for.
 */
class Buffer<T> extends OperatorSubscriber<T, T[]> {
  private readonly size: number;
  private gathered: T[] = [];

  constructor(downstream: StageSubscriber<T[]>, size: number) {
    super(downstream);
    this.size = size;
  }

  next(item: T): boolean {
    if (this.done) return false;
    const { gathered } = this;
    gathered.push(item);
    if (gathered.length < this.size) return true;
    this.gathered = [];
    if (!this.downstream.next(gathered)) this.request(1); // dropped below: another one, of as many items
    return true;
  }

  override onComplete(): void {
    this.upstream = NEVER_SUBSCRIPTION; // it has ended: neither a request nor a cancel goes there any more
    const { gathered } = this;
    this.gathered = [];
    if (gathered.length > 0) this.downstream.next(gathered);
    super.onComplete();
  }

  override request(n: number): void {
    if (!this.done) this.upstream.request(addDemand(n * this.size, 0)); // saturates (§3.17)
  }

  protected override onEnd(): void {
    this.gathered = [];
  }
}
