// The door of @sluice/rxjs.

export { type OverflowPolicy, type PolicyMaker, policy } from "@sluice/core";
export { clockOf } from "./clock-of.js";
export {
  type DemandOptions,
  onBackpressureBuffer,
  onBackpressureDrop,
  onBackpressureError,
  onBackpressureLatest,
} from "./on-backpressure.js";
export { type ToFlowOptions, toFlow } from "./to-flow.js";
export { type ToObservableOptions, toObservable } from "./to-observable.js";
export { viaFlow } from "./via-flow.js";
