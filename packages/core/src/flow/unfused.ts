// The unfused twin of every pipeline, for tests and inspection. A file of its own, so that no other bundle of a user
// contains it.

import { type Assembled, setAssembly } from "../kit/assembly.js";
import { FusedRun } from "../kit/fused-run.js";
import { FusedStage } from "../kit/fused-stage.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import { StageFlow } from "./stage-flow.js";

/**
 * Turns the collapsing of per-item stages on or off for what is subscribed from now on. For tests.
 *
 * @example
 * ```ts
 * import { setFusion } from "@sluice/core/kit";
 * setFusion(false);
 * setFusion(true);
 * ```
 */
export function setFusion(on: boolean): void {
  setAssembly(on ? undefined : connectSeparately);
}

/** Connects each per-item stage as an object of its own. */
export function connectSeparately(flow: Assembled, downstream: StageSubscriber<unknown>): void {
  if (flow instanceof StageFlow) {
    const { stage, upstream } = flow;
    upstream.connect(
      new FusedStage(new FusedRun({ stage, state: stage.state, next: undefined }), downstream),
    );
  } else flow.connectRun(undefined, downstream);
}
