import type { FusedRun } from "./fused-run.js";
import { Prefetch } from "./prefetch-subscriber.js";
import type { SliceSource, StageSubscriber } from "./stage-subscriber.js";

/**
 * Finds its size by whether downstream had to wait between two requests: an item came to demand and nothing held.
 *
 *   it waited                   twice the size: either upstream stood still while the request was on its way, or it is
 *                               slow, and then what it is asked ahead does not pile up here
 *   it did not, for some time   half the size is tried; when that was not enough, the next try comes after twice the
 *                               time, so that what the tries cost goes to nothing
 */
export class AutoPrefetch extends Prefetch {
  private readonly max: number;
  private readonly least: number;
  /** How often downstream waited since upstream was last asked; the very first wait has nothing to do with the size. */
  private waits = -1;
  /** Requests in a row before which it did not wait, and how many of them make a try. */
  private calm = 0;
  private patience = 4;
  private hasShrunk = false;

  constructor(max: number, run: FusedRun, downstream: StageSubscriber<unknown>) {
    const least = Math.min(16, max);
    super(least, run, downstream);
    this.max = max;
    this.least = least;
  }

  override next(item: unknown): boolean {
    this.noteWait();
    return super.next(item);
  }

  override takeSlice(source: SliceSource, stop: number): boolean {
    this.noteWait();
    return super.takeSlice(source, stop);
  }

  protected override grow(): number {
    const { size } = this;
    if (this.waits > 0) {
      if (this.hasShrunk) this.patience *= 2;
      this.hasShrunk = false;
      this.calm = 0;
      this.size = Math.min(this.max, size * 2);
    } else if (++this.calm === this.patience) {
      this.hasShrunk = true;
      this.calm = 0;
      this.size = Math.max(this.least, size >> 1);
    }
    this.waits = 0;
    return this.size - size;
  }

  private noteWait(): void {
    if (this.requested > 0 && this.held === 0) this.waits++;
  }
}
