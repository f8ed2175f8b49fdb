// Door for people who write a gate: what it is built on, and the cases to pass.

export { CRITICALITIES, rankOf } from "./gate/criticality-rank.js";
export { GrantedPermit, type PermitOwner, strayReleaseCount } from "./gate/granted-permit.js";
export { type GateSettings, type GateSnapshot, PolicyGate } from "./gate/policy-gate.js";
