// The door for users. Authors of operators, gates, stores and transports also use `@sluice/core/kit`.

export { systemClock } from "./clock/system-clock.js";
export { Flow, type Operator, type SubscribeOptions } from "./flow/flow.js";
export type { AsyncFunction, MapAsyncContext } from "./kit/async-calls.js";
export type { BackoffOptions, Jitter } from "./kit/backoff.js";
export type { GroupFlow } from "./flow/group-flow.js";
export type { Hub, Producer } from "./flow/hub.js";
export type { EmitOutcome } from "./kit/emit-queue.js";
export { broadcast, type HubOptions } from "./hub/broadcast.js";
export { type ReplayOptions, replay } from "./hub/replay.js";
export { type UnicastHub, unicast } from "./hub/unicast.js";
export { droppedItemCount, onDroppedError, onDroppedItem } from "./kit/dropped.js";
export { GroupError } from "./kit/group-error.js";
export type { JoinOptions } from "./kit/join.js";
export type { Observer, PlainObservable } from "./kit/observable-subscription.js";
export type { OfferResult } from "./kit/overflow-engine.js";
export type { OverflowPolicy } from "./kit/overflow-policy.js";
export type { SplitOptions } from "./kit/split-settings.js";
export { backpressureTimeout } from "./operator/backpressure-timeout.js";
export { type BatchOptions, batch } from "./operator/batch.js";
export { type BufferTimeOptions, bufferTime } from "./operator/buffer-time.js";
export { buffer } from "./operator/buffer.js";
export { catchError } from "./operator/catch-error.js";
export { combineLatest } from "./operator/combine-latest.js";
export { concatMap } from "./operator/concat-map.js";
export { concat } from "./operator/concat.js";
export { conflate } from "./operator/conflate.js";
export { type DebounceOptions, debounce } from "./operator/debounce.js";
export { defaultIfEmpty } from "./operator/default-if-empty.js";
export { type DelayOptions, delay } from "./operator/delay.js";
export { type DistinctUntilChangedOptions, distinctUntilChanged } from "./operator/distinct-until-changed.js";
export { type DistinctOptions, distinct } from "./operator/distinct.js";
export { exhaustMap } from "./operator/exhaust-map.js";
export { type ExpandOptions, expand } from "./operator/expand.js";
export { filter } from "./operator/filter.js";
export { type FlowEnd, finalize } from "./operator/finalize.js";
export { first } from "./operator/first.js";
export { type GroupByOptions, type GroupedFlow, groupBy } from "./operator/group-by.js";
export { idleTimeout } from "./operator/idle-timeout.js";
export { initialTimeout } from "./operator/initial-timeout.js";
export { last } from "./operator/last.js";
export { limitDemand } from "./operator/limit-demand.js";
export { type MapAsyncKeyedOptions, mapAsyncKeyed } from "./operator/map-async-keyed.js";
export { type MapAsyncOptions, mapAsync } from "./operator/map-async.js";
export { type MergeMapOptions, mergeMap } from "./operator/merge-map.js";
export { type MergePrioritizedOptions, mergePrioritized } from "./operator/merge-prioritized.js";
export { type MergeOptions, merge } from "./operator/merge.js";
export { map } from "./operator/map.js";
export { pairwise } from "./operator/pairwise.js";
export { type AutoPrefetchOptions, prefetch } from "./operator/prefetch.js";
export { type PublishedFlow, publish } from "./operator/publish.js";
export { reduce } from "./operator/reduce.js";
export { type RepeatOptions, repeat } from "./operator/repeat.js";
export { type RetryOptions, retry } from "./operator/retry.js";
export { type SampleOptions, sample } from "./operator/sample.js";
export { scan } from "./operator/scan.js";
export { type LosslessShareOptions, type ShareOptions, share } from "./operator/share.js";
export { skipWhile } from "./operator/skip-while.js";
export { skip } from "./operator/skip.js";
export { switchMap } from "./operator/switch-map.js";
export { takeUntil } from "./operator/take-until.js";
export { type TakeWhileOptions, takeWhile } from "./operator/take-while.js";
export { take } from "./operator/take.js";
export { tap } from "./operator/tap.js";
export { type ThrottleTimeOptions, throttleTime } from "./operator/throttle-time.js";
export { window } from "./operator/window.js";
export { withLatestFrom } from "./operator/with-latest-from.js";
export { type YieldEveryOptions, yieldEvery } from "./operator/yield-every.js";
export { zip } from "./operator/zip.js";
export { onBackpressureBuffer } from "./overflow/on-backpressure-buffer.js";
export { type CoDelOptions, onBackpressureCoDel } from "./overflow/on-backpressure-codel.js";
export { onBackpressureDrop } from "./overflow/on-backpressure-drop.js";
export { onBackpressureError } from "./overflow/on-backpressure-error.js";
export { onBackpressureLatest } from "./overflow/on-backpressure-latest.js";
export { onBackpressureShed, type ShedOptions } from "./overflow/on-backpressure-shed.js";
export { type PolicyMaker, policy } from "./policy/policy.js";
export type { InboxOptions } from "./sink/inbox.js";
export { toWebStream } from "./sink/to-web-stream.js";
export { toWritableStream, type WritableOptions } from "./sink/to-writable-stream.js";
export { create, type Emitter } from "./source/create.js";
export { defer } from "./source/defer.js";
export { empty } from "./source/empty.js";
export { fail } from "./source/fail.js";
export { fromAsyncIterable } from "./source/from-async-iterable.js";
export { type EventSource, fromEvent } from "./source/from-event.js";
export { fromIterable } from "./source/from-iterable.js";
export { fromObservable, type ObservableLike, type OverloadedObservable } from "./source/from-observable.js";
export { fromPromise } from "./source/from-promise.js";
export { fromPublisher } from "./source/from-publisher.js";
export { fromWebStream } from "./source/from-web-stream.js";
export { type FlowInput, from, type ItemOf, type TupleOf } from "./source/from.js";
export { type Generated, generate } from "./source/generate.js";
export { interval, type TickOptions } from "./source/interval.js";
export { never } from "./source/never.js";
export { of } from "./source/of.js";
export { range } from "./source/range.js";
export { timer } from "./source/timer.js";
export { type AcquireContext, using } from "./source/using.js";
export type { Clock, ClockOptions } from "./spec/clock.js";
export { addDemand, isDemand, UNBOUNDED } from "./spec/demand.js";
export { OverflowError, RuleViolationError, SluiceError, TimeoutError } from "./spec/errors.js";
export type {
  Criticality,
  Gate,
  GateRequest,
  GateWait,
  Permit,
  PermitOutcome,
  Rejected,
} from "./spec/gate.js";
export type { MemoryAccount } from "./spec/memory-account.js";
export {
  type BufferOptions,
  type BufferOverflow,
  type DropOptions,
  type DropReason,
  OverflowCounters,
  type WeighedBufferOptions,
} from "./spec/overflow.js";
export type { Processor, Publisher, Subscriber, Subscription } from "./spec/publisher.js";
export type {
  AfterPatience,
  EmitResult,
  EndResult,
  LosslessReaderOptions,
  ReaderOptions,
} from "./spec/reader.js";
