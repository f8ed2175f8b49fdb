export { captureReported } from "./capture-reported.js";
export { type Check, ConformanceError } from "./conformance/check.js";
export { operatorChecks } from "./conformance/operator-checks.js";
export type { OperatorSubject } from "./conformance/operator-subject.js";
export { publisherChecks } from "./conformance/publisher-checks.js";
export type { PublisherSubject } from "./conformance/publisher-subject.js";
export { subscriberChecks } from "./conformance/subscriber-checks.js";
export type { Consumption, SubscriberSubject } from "./conformance/subscriber-subject.js";
export { type UncheckedRule, uncheckedRules } from "./conformance/unchecked-rules.js";
export { ManualSubscriber, type Signal, type SignalHooks } from "./manual-subscriber.js";
export { type CheckResult, runChecks } from "./run-checks.js";
export { settled, until } from "./settle.js";
export { StepVerifier } from "./step-verifier.js";
export {
  type Running,
  type SubscriptionCall,
  TestPublisher,
  type TestPublisherOptions,
} from "./test-publisher.js";
export { VirtualClock, type VirtualClockOptions } from "./virtual-clock.js";
