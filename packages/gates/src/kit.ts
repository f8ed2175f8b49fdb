// Door for people who write a gate: what it is built on, and the cases to pass.

export { CRITICALITIES, rankOf } from "./gate/criticality-rank.js";
export { GrantedPermit, type PermitOwner, strayReleaseCount } from "./gate/granted-permit.js";
export { type GateSettings, type GateSnapshot, PolicyGate } from "./gate/policy-gate.js";
export { gateCases } from "./kit/gate-cases.js";
export type { GateCase, GateSubject, OpenGate } from "./kit/gate-subject.js";
export { UnsteadyClock } from "./kit/unsteady-clock.js";
