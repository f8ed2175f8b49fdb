// Flows of everything that is neither a synchronous source nor a per-item stage: a function connects them.

import { FusedRun } from "../kit/fused-run.js";
import { FusedStage } from "../kit/fused-stage.js";
import type { StageLink } from "../kit/stage.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import type { FlowAbout } from "./about.js";
import { Flow, requireFlow } from "./flow.js";

/**
 * Makes a flow of an operator's subscriber: `stage` is called once for each subscription.
 *
 * @param about the operator's name and settings, for messages, plans and inspection; may be left out
 *
 * @example
 * ```ts
 * import { flowOf, OperatorSubscriber } from "@sluice/core/kit";
 * import { range } from "@sluice/core";
 * class Identity extends OperatorSubscriber<number, number> {
 *   next(item: number): boolean {
 *     return this.downstream.next(item);
 *   }
 * }
 * console.log(await flowOf(range(1, 2), (down: Identity["downstream"]) => new Identity(down)).toArray());
 * ```
 */
export function flowOf<T, R>(
  upstream: Flow<T>,
  stage: (downstream: StageSubscriber<R>) => StageSubscriber<T>,
  about?: FlowAbout,
): Flow<R> {
  requireFlow(upstream, about?.name ?? "an operator");
  return new ConnectedFlow<R>((downstream) => upstream.connect(stage(downstream)), about, [upstream]);
}

/**
 * Makes a flow of a source: `start` is called once for each subscription and must give its downstream a
 * subscription before anything else (§1.9).
 *
 * @param about the source's name and settings, for plans and inspection; may be left out
 *
 * @example
 * ```ts
 * import { complete, flowFrom } from "@sluice/core/kit";
 * const nothing = flowFrom<number>((downstream) => complete(downstream));
 * console.log(await nothing.toArray()); // prints []
 * ```
 */
export function flowFrom<T>(start: (downstream: StageSubscriber<T>) => void, about?: FlowAbout): Flow<T> {
  return new ConnectedFlow(start, about, []);
}

/** A flow that a function connects. */
export class ConnectedFlow<T> extends Flow<T> {
  /** `undefined` for one whose author says nothing of it. */
  readonly about: FlowAbout | undefined;
  readonly upstreams: readonly Flow<unknown>[];
  private readonly start: (downstream: StageSubscriber<T>) => void;

  constructor(
    start: (downstream: StageSubscriber<T>) => void,
    about: FlowAbout | undefined,
    upstreams: readonly Flow<unknown>[],
  ) {
    super();
    this.start = start;
    this.about = about;
    this.upstreams = about?.upstreams ?? upstreams;
  }

  override connectRun(stages: StageLink | undefined, downstream: StageSubscriber<unknown>): void {
    this.start(stages === undefined ? downstream : new FusedStage(new FusedRun(stages), downstream));
  }
}
