// The door: policies that grant credit, each behind core's interface `Gate`.

export type { Criticality, Gate, GateRequest, GateWait, Permit, PermitOutcome, Rejected } from "@sluice/core";
export type { RejectionCause } from "@sluice/core";
export { all } from "./compose/all.js";
export { type KeyedGate, type KeyedOptions, keyed } from "./compose/keyed.js";
export { type WithFallbackOptions, withFallback } from "./compose/with-fallback.js";
export { type AimdOptions, aimd } from "./concurrency/aimd.js";
export {
  type AdaptiveLimit,
  type AdaptiveLimitOptions,
  adaptiveLimit,
} from "./concurrency/adaptive-limit.js";
export { type Bulkhead, type BulkheadOptions, bulkhead } from "./concurrency/bulkhead.js";
export { type Gradient2Options, gradient2 } from "./concurrency/gradient2.js";
export type {
  LimitAlgorithm,
  LimitBounds,
  LimitEstimate,
  LimitSample,
} from "./concurrency/limit-algorithm.js";
export type { SampleWindowOptions } from "./concurrency/sample-window.js";
export type { WaitingOptions } from "./concurrency/waiting-options.js";
export { type OfLimit, type VegasOptions, vegas } from "./concurrency/vegas.js";
export type { CircuitBreakerOptions } from "./breaker/breaker-settings.js";
export type { BreakerChange } from "./breaker/change-listeners.js";
export { type BreakerSnapshot, type CircuitBreaker, circuitBreaker } from "./breaker/circuit-breaker.js";
export { type CodelOptions, codel } from "./gate/codel.js";
export type { Discipline, Patience } from "./gate/discipline.js";
export { GateRejectedError } from "./gate/gate-rejected-error.js";
export type { Quota, QuotaGate } from "./gate/quota.js";
export { isSharedGate, type SharedGate } from "./gate/shared-gate.js";
export {
  type AdaptiveThrottle,
  type AdaptiveThrottleOptions,
  adaptiveThrottle,
} from "./load/adaptive-throttle.js";
export { smoothed, weighted, type WeightedSignal } from "./load/combined-signals.js";
export {
  type LoadShedder,
  type LoadShedderOptions,
  type LoadShedderSnapshot,
  loadShedder,
} from "./load/load-shedder.js";
export type { LoadSignal } from "./load/load-signal.js";
export { lag, queueDelay, queueDepth } from "./load/ratio-signals.js";
export { SHED_AT_70_AND_90, type ShedLevel, type ShedLevels } from "./load/shed-levels.js";
export { type RetryBudget, type RetryBudgetOptions, retryBudget } from "./rate/retry-budget.js";
export { type TokenBucket, type TokenBucketOptions, tokenBucket } from "./rate/token-bucket.js";
export { type GuardedEnd, type GuardOptions, guard } from "./stream/guard.js";
export { type ThrottleOptions, throttle } from "./stream/throttle.js";
export type { Call, CallContext, CallParent, Work } from "./call/call-context.js";
export { type Deadline, type DeadlineOptions, deadline } from "./call/deadline.js";
export { type FallbackOptions, type FallbackWork, fallback } from "./call/fallback.js";
export { type HedgePolicy, hedge } from "./call/hedge.js";
export { type Quantile, type QuantileOptions, quantile } from "./call/quantile.js";
export { type RetryEvent, type RetryPolicy, retry } from "./call/retry.js";
export { type RetryEnd, RetryError, type RetryHistory } from "./call/retry-error.js";
export type { RetryGate } from "./call/retry-gate.js";
export { timeout } from "./call/timeout.js";
export { type WithPermitOptions, withPermit } from "./call/with-permit.js";
export type { EndedHolder } from "./memory/holders.js";
export {
  type MemoryBudget,
  type MemoryBudgetOptions,
  type MemorySnapshot,
  type MemoryThresholds,
  memoryBudget,
} from "./memory/memory-budget.js";
