import { flowFrom } from "../flow/connected-flow.js";
import type { Flow } from "../flow/flow.js";
import { Succession } from "../kit/succession.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import { type FlowInput, fromEach } from "../source/from.js";

/**
 * Sends the items of one source after the other.
 *
 * *Demand:* the source that runs gets what is requested, the next one what is left of it. *Buffers:* nothing.
 * *Errors:* the first one ends the stream; sources behind it are not subscribed. *Cancel:* the source that runs.
 *
 * @param sources an array of anything that `from` takes
 *
 * @example
 * ```ts
 * import { concat, of, range } from "@sluice/core";
 * console.log(await concat([range(1, 2), of("a")]).toArray()); // prints [ 1, 2, 'a' ]
 * ```
 */
export function concat<A extends readonly unknown[]>(
  sources: { readonly [K in keyof A]: FlowInput<A[K]> },
): Flow<A[number]> {
  const flows = fromEach("concat", sources);
  return flowFrom<unknown>((downstream) => new Concat(downstream, flows).start(), {
    name: "concat",
    upstreams: flows,
  }) as Flow<A[number]>;
}

class Concat extends Succession<unknown> {
  private readonly flows: readonly Flow<unknown>[];
  private started = 0;

  constructor(downstream: StageSubscriber<unknown>, flows: readonly Flow<unknown>[]) {
    super(downstream);
    this.flows = flows;
    this.arbiter.takesSlices = true;
  }

  override start(): void {
    super.start();
    this.sourceCompleted();
  }

  override sourceCompleted(): void {
    const flow = this.flows[this.started++];
    if (flow === undefined) this.completeEarly();
    else this.follow(flow);
  }
}
