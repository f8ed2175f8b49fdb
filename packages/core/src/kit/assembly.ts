// The one place where a flow is connected to what is below it. Neighbouring per-item stages are collapsed there,
// except in tests (flow/unfused.ts) and while pipelines are inspected (flow/inspection.ts): each of them puts its own
// way of connecting here, and nothing is asked for each item.

import type { StageLink } from "./stage.js";
import type { StageSubscriber } from "./stage-subscriber.js";

/** A flow, as far as connecting goes. */
export interface Assembled {
  /** Connects a run of per-item stages, and downstream behind it. */
  connectRun(stages: StageLink | undefined, downstream: StageSubscriber<unknown>): void;
}

/** A way of connecting. */
export type Assembly = (flow: Assembled, downstream: StageSubscriber<unknown>) => void;

const collapsed: Assembly = (flow, downstream) => flow.connectRun(undefined, downstream);
let assembly = collapsed;

/** Connects `downstream` to `flow`, in the way that is set. */
export function assemble(flow: Assembled, downstream: StageSubscriber<unknown>): void {
  assembly(flow, downstream);
}

/** Sets how flows are connected from now on; `undefined` collapses. */
export function setAssembly(how: Assembly | undefined): void {
  assembly = how ?? collapsed;
}
