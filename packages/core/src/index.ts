// The door for users. Authors of operators, gates, stores and transports also use `@sluice/core/kit`.

export { systemClock } from "./clock/system-clock.js";
export { Flow, type Operator, type SubscribeOptions } from "./flow/flow.js";
export { droppedItemCount, onDroppedError, onDroppedItem } from "./kit/dropped.js";
export type { OverflowPolicy } from "./kit/overflow-policy.js";
export type { OfferResult } from "./kit/overflow-subscriber.js";
export { concatMap } from "./operator/concat-map.js";
export { filter } from "./operator/filter.js";
export { limitDemand } from "./operator/limit-demand.js";
export { map } from "./operator/map.js";
export { type MapAsyncContext, type MapAsyncOptions, mapAsync } from "./operator/map-async.js";
export { prefetch } from "./operator/prefetch.js";
export { scan } from "./operator/scan.js";
export { take } from "./operator/take.js";
export { tap } from "./operator/tap.js";
export { onBackpressureBuffer } from "./overflow/on-backpressure-buffer.js";
export { onBackpressureDrop } from "./overflow/on-backpressure-drop.js";
export { onBackpressureError } from "./overflow/on-backpressure-error.js";
export { onBackpressureLatest } from "./overflow/on-backpressure-latest.js";
export { type PolicyMaker, policy } from "./policy/policy.js";
export type { InboxOptions } from "./sink/inbox.js";
export { create, type Emitter } from "./source/create.js";
export { defer } from "./source/defer.js";
export { empty } from "./source/empty.js";
export { fail } from "./source/fail.js";
export { type FlowInput, from } from "./source/from.js";
export { fromAsyncIterable } from "./source/from-async-iterable.js";
export { fromIterable } from "./source/from-iterable.js";
export { fromPromise } from "./source/from-promise.js";
export { fromPublisher } from "./source/from-publisher.js";
export { never } from "./source/never.js";
export { of } from "./source/of.js";
export { range } from "./source/range.js";
export type { Clock } from "./spec/clock.js";
export { addDemand, isDemand, UNBOUNDED } from "./spec/demand.js";
export { OverflowError, RuleViolationError, SluiceError, TimeoutError } from "./spec/errors.js";
export {
  type BufferOptions,
  type BufferOverflow,
  type DropOptions,
  type DropReason,
  OverflowCounters,
} from "./spec/overflow.js";
export type { Processor, Publisher, Subscriber, Subscription } from "./spec/publisher.js";
