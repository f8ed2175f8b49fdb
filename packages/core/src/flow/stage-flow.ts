// A flow that ends in a per-item stage. Runs of such neighbours are collapsed when they are subscribed.

import type { Stage, StageLink } from "../kit/stage.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import { Flow, requireFlow } from "./flow.js";

/** Makes a flow of a per-item stage behind `upstream`. */
export function flowOfStage<R>(upstream: Flow<unknown>, stage: Stage): Flow<R> {
  return new StageFlow<R>(requireFlow(upstream, stage.name), stage);
}

/** A flow whose last part is a per-item stage. */
export class StageFlow<T> extends Flow<T> {
  readonly upstream: Flow<unknown>;
  readonly stage: Stage;

  constructor(upstream: Flow<unknown>, stage: Stage) {
    super();
    this.upstream = upstream;
    this.stage = stage;
  }

  /** Puts its own stage in front of the run and hands it on, up to a flow that is no stage. */
  override connectRun(behind: StageLink | undefined, downstream: StageSubscriber<unknown>): void {
    const { stage } = this;
    this.upstream.connectRun({ stage, state: stage.state, next: behind }, downstream);
  }
}
