import { checkOptions } from "../kit/check-options.js";
import { checkCapacity, Ring } from "../buffer/ring.js";
import { flowFrom } from "../flow/connected-flow.js";
import type { Flow } from "../flow/flow.js";
import { Join, type JoinOptions } from "../kit/join.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import { type FlowInput, fromEach, type TupleOf } from "../source/from.js";

/**
 * Sends the first items of all sources together, then the second ones, and so on.
 *
 * Completes as soon as no other tuple can be made: when a source has completed of which no item is left.
 *
 * *Demand:* of each source `prefetch`, then as many as were sent on whenever those are three quarters. *Buffers:* at
 * most `prefetch` items of each source. *Errors:* the first one ends the stream at once and cancels the other sources.
 * *Cancel:* all sources.
 *
 * @param sources an array of anything that `from` takes; none gives a stream without items
 *
 * @example
 * ```ts
 * import { of, range, zip } from "@sluice/core";
 * console.log(await zip([range(1, 9), of("a", "b")]).toArray()); // prints [ [ 1, 'a' ], [ 2, 'b' ] ]
 * ```
 */
export function zip<S extends readonly FlowInput<unknown>[] | []>(
  sources: S,
  options?: JoinOptions,
): Flow<TupleOf<S>> {
  const flows = fromEach("zip", sources);
  checkOptions("zip", options);
  const prefetch = checkCapacity("zip", options?.prefetch ?? 64, 1, "prefetch");
  return flowFrom<unknown[]>((downstream) => new Zip(downstream, flows.length, prefetch).start(flows), {
    name: "zip",
    settings: { prefetch, sources: flows.length },
    upstreams: flows,
  }) as Flow<unknown> as Flow<TupleOf<S>>;
}

class Zip extends Join<unknown[]> {
  private readonly waiting: readonly Ring<unknown>[];

  constructor(downstream: StageSubscriber<unknown[]>, count: number, prefetch: number) {
    super(downstream, count, prefetch);
    this.waiting = this.inners.map(() => new Ring(prefetch));
  }

  override innerNext(index: number, item: unknown): boolean {
    this.waiting[index]?.push(item);
    this.loop.run();
    return true;
  }

  protected override step(): void {
    const { waiting } = this;
    while (this.hasDemand && waiting.every(isFilled)) {
      const tuple: unknown[] = new Array(waiting.length);
      for (let index = 0; index < waiting.length; index++) {
        tuple[index] = waiting[index]?.shift();
        this.taken(index);
      }
      this.send(tuple);
    }
    if (this.inners.some(({ done, index }) => done && waiting[index]?.isEmpty)) this.completeEarly();
    else this.replenish();
  }

  protected override onEnd(): void {
    super.onEnd();
    for (const items of this.waiting) items.clear();
  }
}

const isFilled = (items: Ring<unknown>): boolean => !items.isEmpty;
