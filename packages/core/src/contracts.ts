// The door for those who plan, document or inspect pipelines: what each operator promises, as data, and what has
// passed it. Apart from the other doors, so that no bundle of a user who does not ask for it contains it.

export { contracts } from "./contract/contracts.js";
export { type PlanBound, type PlanPart, planBound } from "./contract/plan-bound.js";
export type { EdgeCounts } from "./flow/edge.js";
export { Inspection, type InspectionOptions } from "./flow/inspection.js";
export { type Inspectable, Registry } from "./inspect/registry.js";
export type { Asked, Contract, Ledger } from "./spec/contract.js";
