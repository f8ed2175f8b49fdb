// The unfused twin of every pipeline, for tests. A file of its own, so that no bundle of a user contains it.

import { FusedRun } from "./fused-run.js";
import { FusedStage } from "./fused-stage.js";
import { setSeparateStages } from "./fusion.js";

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
  if (on) {
    setSeparateStages(undefined);
    return;
  }
  setSeparateStages((stages, downstream) =>
    stages.reduceRight((below, stage) => new FusedStage(new FusedRun([stage]), below), downstream),
  );
}
