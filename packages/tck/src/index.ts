export { captureRejections } from "./capture-rejections.js";
export { captureReported } from "./capture-reported.js";
export { type Check, ConformanceError, type SkipContext } from "./conformance/check.js";
export { operatorChecks } from "./conformance/operator-checks.js";
export type { OperatorSubject } from "./conformance/operator-subject.js";
export { processorChecks } from "./conformance/processor-checks.js";
export type { ProcessorSubject } from "./conformance/processor-subject.js";
export { publisherChecks } from "./conformance/publisher-checks.js";
export type { PublisherSubject } from "./conformance/publisher-subject.js";
export { type Report, VerificationError } from "./conformance/report.js";
export { type Rule, rules } from "./conformance/rules.js";
export { subscriberChecks } from "./conformance/subscriber-checks.js";
export type {
  BlackBoxSubject,
  ConsumerSubject,
  Consumption,
  SubscriberProbe,
  SubscriberPuppet,
  SubscriberSubject,
  WhiteBoxSubject,
} from "./conformance/subscriber-subject.js";
export { type UncheckedRule, uncheckedRules } from "./conformance/unchecked-rules.js";
export { verifyOperator, verifyProcessor, verifyPublisher, verifySubscriber } from "./conformance/verify.js";
export { type Actor, type InterleaveOptions, interleave, type Scenario } from "./interleave/interleave.js";
export { seededRandom } from "./interleave/seeded-random.js";
export { ManualSubscriber, type Signal, type SignalHooks } from "./manual-subscriber.js";
export { Marbles } from "./marble/marbles.js";
export type { MarbleValues } from "./marble/recorder.js";
export { type CheckResult, runChecks } from "./run-checks.js";
export { settled, until } from "./settle.js";
export {
  type Running,
  type SubscriptionCall,
  TestPublisher,
  type TestPublisherOptions,
} from "./test-publisher.js";
export { type Verification, type VerifyOptions, verify } from "./verify.js";
export { VirtualClock, type VirtualClockOptions } from "./virtual-clock.js";
