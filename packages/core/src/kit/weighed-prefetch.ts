import { checkWeight } from "./check-weight.js";
import { asError } from "./dropped.js";
import type { FusedRun } from "./fused-run.js";
import { Prefetch } from "./prefetch-subscriber.js";
import type { StageSubscriber } from "./stage-subscriber.js";

/**
 * Finds its size by the heaviest item so far: as many as fit into `bytes` if all weighed that much, at least one, at
 * most `items`, and twice as many as before at most, so that a light first item is not taken for all that follow.
 *
 *   heavier than all before   a smaller size at once: upstream is asked again when what is over it was sent on
 *   not heavier               up to twice the size, when upstream is asked
 *
 * Held and on the way weigh at most `size` x `heaviest` <= `bytes`, or are one item. Only while what was asked before
 * the heaviest came is under way they are more: as many as the size was then, at most as heavy as this one.
 */
export class WeighedPrefetch extends Prefetch {
  private readonly most: number;
  private readonly bytes: number;
  private readonly weigh: (item: never) => number;
  private heaviest = 0;

  constructor(
    items: number,
    bytes: number,
    weigh: (item: never) => number,
    run: FusedRun,
    downstream: StageSubscriber<unknown>,
  ) {
    super(1, run, downstream);
    this.most = items;
    this.bytes = bytes;
    this.weigh = weigh;
  }

  override next(item: unknown): boolean {
    if (this.done) return false;
    try {
      const weight = checkWeight(this.weigh(item as never));
      if (weight > this.heaviest) this.heaviest = weight;
    } catch (thrown) {
      this.fail(asError(thrown, "weigh"));
      return false;
    }
    this.freed += this.resize(this.size);
    return super.next(item);
  }

  /** Each item has to be weighed. */
  override takeSlice(): boolean {
    return false;
  }

  protected override grow(): number {
    return this.resize(this.size * 2);
  }

  /** To `upTo`, or what fits; answers by how much the size changed. */
  private resize(upTo: number): number {
    const { size } = this;
    this.size = Math.max(1, Math.min(upTo, this.most, Math.floor(this.bytes / this.heaviest)));
    return this.size - size;
  }
}
