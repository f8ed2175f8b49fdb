import { checkCapacity } from "../buffer/ring.js";
import { systemClock } from "../clock/system-clock.js";
import { flowFrom, flowOf } from "../flow/connected-flow.js";
import type { Flow, Operator } from "../flow/flow.js";
import type { Part } from "../kit/part.js";
import { type SplitOptions, type SplitSettings, splitSettings } from "../kit/split-settings.js";
import { SplitSubscriber } from "../kit/split-subscriber.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";

/**
 * Parts a stream into streams of `size` items; the last one has what is left. Each can be subscribed to once.
 *
 * *Demand:* `prefetch` at first, then more as readers of windows take items, whenever three quarters are free.
 * *Buffers:* `prefetch` items in all windows together. *Errors:* to the outer stream at once, to each window after
 * what it holds. A window that nobody reads, while others wait for its room, fails all with a `GroupError`, and so does
 * one of which no item is taken for `blockedMs`. *Cancel:*
 * of a window drops what it holds and what is left of it; of the outer stream stops upstream when the windows that
 * are read are over; a window that nobody reads fails.
 *
 * @param size items a window, an integer >= 1
 *
 * @example
 * ```ts
 * import { concatMap, range, reduce, window } from "@sluice/core";
 * const sums = range(1, 5).pipe(
 *   window(2),
 *   concatMap((items) => items.pipe(reduce((sum, n) => sum + n, 0))),
 * );
 * console.log(await sums.toArray()); // prints [ 3, 7, 5 ]
 * ```
 */
export function window<T>(size: number, options?: SplitOptions): Operator<T, Flow<T>> {
  checkCapacity("window", size, 1);
  const settings = splitSettings("window", `${size}, { `, options, systemClock);
  const { prefetch } = settings;
  return (upstream) =>
    flowOf(upstream, (downstream: StageSubscriber<Flow<T>>) => new Window<T>(downstream, settings, size), {
      name: "window",
      settings: { size, prefetch },
    });
}

class Window<T> extends SplitSubscriber<T, Flow<T>> {
  private readonly size: number;
  private received = 0;

  constructor(downstream: StageSubscriber<Flow<T>>, settings: SplitSettings, size: number) {
    super(downstream, settings);
    this.size = size;
  }

  override next(item: T): boolean {
    const used = super.next(item);
    if (this.received % this.size === 0)
      this.parts.get(this.received / this.size - 1)?.finish({ kind: "complete" });
    return used;
  }

  protected override keyOf(): number {
    return Math.floor(this.received++ / this.size);
  }

  /** Only at its first item: where there is none for a later one, its reader has cancelled it. */
  protected override openPart(key: unknown): Part<T> | undefined {
    return this.received % this.size === 1 % this.size ? super.openPart(key) : undefined;
  }

  protected override streamOf(part: Part<T>): Flow<T> {
    return flowFrom((downstream) => part.connect(downstream));
  }
}
