// The door: policies that grant credit, each behind core's interface `Gate`.

export type { Gate, GateRequest, GateWait, Permit, PermitOutcome, Rejected } from "@sluice/core";
