// The door for people who write operators, gates, stores and transports. What users need is in `@sluice/core`.

export { PriorityBuffer } from "./buffer/priority-buffer.js";
export { checkCapacity, Ring } from "./buffer/ring.js";
export type { FlowAbout } from "./flow/about.js";
export { flowFrom, flowOf } from "./flow/connected-flow.js";
export { requireFlow } from "./flow/flow.js";
export { Alarm } from "./kit/alarm.js";
export { Arbiter, type ArbiterOwner } from "./kit/arbiter.js";
export { type Backoff, backoffMs, checkBackoff } from "./kit/backoff.js";
export { checkClock } from "./kit/check-clock.js";
export { checkOptions } from "./kit/check-options.js";
export { checkMilliseconds } from "./kit/check-milliseconds.js";
export { checkSignal } from "./kit/check-signal.js";
export { DropAccount } from "./kit/drop-account.js";
export { asError, dropError, dropItem, reportUncaught } from "./kit/dropped.js";
export {
  complete,
  fail,
  NEVER_SUBSCRIPTION,
  NOBODY,
  nobody,
  signalTerminal,
  type Terminal,
} from "./kit/ended.js";
export { Fold } from "./kit/fold.js";
export { checkGate, GateDemand, type GateDemandSettings, giveBack } from "./kit/gate-demand.js";
export { type InnerOwner, InnerSubscriber } from "./kit/inner-subscriber.js";

export { Join } from "./kit/join.js";
export { observableOf } from "./kit/observable-of.js";
export { OperatorSubscriber } from "./kit/operator-subscriber.js";
export { checkPolicy } from "./kit/overflow-policy.js";
export { OverflowSubscriber } from "./kit/overflow-subscriber.js";
export { connect } from "./kit/publisher-border.js";
export { replenishAt } from "./kit/replenish.js";
export { requireFunction } from "./kit/require-function.js";
export { SerialLoop } from "./kit/serial-loop.js";
export { Connectable, type StageSubscriber } from "./kit/stage-subscriber.js";
export { SubscriberBorder } from "./kit/subscriber-border.js";
export { setFusion } from "./flow/unfused.js";
export { Succession } from "./kit/succession.js";
export { isThenable } from "./kit/thenable.js";
export { describe } from "./spec/describe.js";
export { addDemand, demandError, isDemand, UNBOUNDED } from "./spec/demand.js";
