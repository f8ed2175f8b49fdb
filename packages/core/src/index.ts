// The door for users. Authors of operators, gates, stores and transports also use `@sluice/core/kit`.
//
// Grouped, like beside like: whoever bundles all of it pays 300 bytes less than for the order of the alphabet, as gzip
// looks back 32 KiB and finds there what it has seen before (docs/decisions/007-bytes.md).

// Clocks, errors, counters, hooks.
export { systemClock } from "./clock/system-clock.js";
export { droppedItemCount, onDroppedError, onDroppedItem } from "./kit/dropped.js";
export { OverflowError, RuleViolationError, SluiceError, TimeoutError } from "./spec/errors.js";
export {
  type BufferOptions,
  type BufferOverflow,
  type DropOptions,
  type DropReason,
  OverflowCounters,
  type ShedOptions,
  type WeighedBufferOptions,
} from "./spec/overflow.js";
export { GroupError } from "./kit/group-error.js";
export { addDemand, isDemand, UNBOUNDED } from "./spec/demand.js";

// One to many.
export { type PublishedFlow, publish } from "./operator/publish.js";
export { type LosslessShareOptions, type ShareOptions, share } from "./operator/share.js";
export { type UnicastHub, unicast } from "./hub/unicast.js";
export { broadcast, type HubOptions } from "./hub/broadcast.js";
export { type ReplayOptions, replay } from "./hub/replay.js";
export { fromPublisher } from "./source/from-publisher.js";

// Each item by itself, and one item out of all.
export { defaultIfEmpty } from "./operator/default-if-empty.js";
export { type DistinctUntilChangedOptions, distinctUntilChanged } from "./operator/distinct-until-changed.js";
export { type DistinctOptions, distinct } from "./operator/distinct.js";
export { filter } from "./operator/filter.js";
export { type FlowEnd, finalize } from "./operator/finalize.js";
export { first } from "./operator/first.js";
export { skip } from "./operator/skip.js";
export { type TakeWhileOptions, takeWhile } from "./operator/take-while.js";
export { last } from "./operator/last.js";
export { map } from "./operator/map.js";
export { pairwise } from "./operator/pairwise.js";
export { reduce } from "./operator/reduce.js";
export { scan } from "./operator/scan.js";
export { skipWhile } from "./operator/skip-while.js";
export { take } from "./operator/take.js";
export { tap } from "./operator/tap.js";

// Many into one.
export { type BufferTimeOptions, bufferTime } from "./operator/buffer-time.js";
export { buffer } from "./operator/buffer.js";
export { conflate } from "./operator/conflate.js";
export { type BatchOptions, batch } from "./operator/batch.js";

// Time, and demand by its shape.
export { backpressureTimeout } from "./operator/backpressure-timeout.js";
export { type DebounceOptions, debounce } from "./operator/debounce.js";
export { initialTimeout } from "./operator/initial-timeout.js";
export { idleTimeout } from "./operator/idle-timeout.js";
export { limitDemand } from "./operator/limit-demand.js";
export { type AutoPrefetchOptions, prefetch, type WeighedPrefetchOptions } from "./operator/prefetch.js";
export { type SampleOptions, sample } from "./operator/sample.js";
export { type ThrottleTimeOptions, throttleTime } from "./operator/throttle-time.js";
export { type YieldEveryOptions, yieldEvery } from "./operator/yield-every.js";
export { type DelayOptions, delay } from "./operator/delay.js";

// After an end.
export { catchError } from "./operator/catch-error.js";
export { type RetryOptions, retry } from "./operator/retry.js";
export { type RepeatOptions, repeat } from "./operator/repeat.js";

// For producers that cannot be slowed.
export { type PolicyMaker, policy } from "./policy/policy.js";
export { onBackpressureBuffer } from "./overflow/on-backpressure-buffer.js";
export { type CoDelOptions, onBackpressureCoDel } from "./overflow/on-backpressure-codel.js";
export { onBackpressureDrop } from "./overflow/on-backpressure-drop.js";
export { onBackpressureLatest } from "./overflow/on-backpressure-latest.js";
export { onBackpressureError } from "./overflow/on-backpressure-error.js";
export { onBackpressureShed } from "./overflow/on-backpressure-shed.js";

// Several sources, or calls, or parts.
export { type MapAsyncKeyedOptions, mapAsyncKeyed } from "./operator/map-async-keyed.js";
export { combineLatest } from "./operator/combine-latest.js";
export { withLatestFrom } from "./operator/with-latest-from.js";
export { zip } from "./operator/zip.js";
export { exhaustMap } from "./operator/exhaust-map.js";
export { type ExpandOptions, expand } from "./operator/expand.js";
export { type GroupByOptions, type GroupedFlow, groupBy } from "./operator/group-by.js";
export { type MapAsyncOptions, mapAsync } from "./operator/map-async.js";
export { concat } from "./operator/concat.js";
export { type MergeMapOptions, mergeMap } from "./operator/merge-map.js";
export { type MergePrioritizedOptions, mergePrioritized } from "./operator/merge-prioritized.js";
export { type MergeOptions, merge } from "./operator/merge.js";
export { switchMap } from "./operator/switch-map.js";
export { window } from "./operator/window.js";
export { takeUntil } from "./operator/take-until.js";
export { concatMap } from "./operator/concat-map.js";

// Sources.
export { fromWebStream } from "./source/from-web-stream.js";
export { create, type Emitter } from "./source/create.js";
export { defer } from "./source/defer.js";
export { empty } from "./source/empty.js";
export { fail } from "./source/fail.js";
export { fromAsyncIterable } from "./source/from-async-iterable.js";
export { fromPromise } from "./source/from-promise.js";
export { type EventSource, fromEvent } from "./source/from-event.js";
export { fromIterable } from "./source/from-iterable.js";
export { never } from "./source/never.js";
export { timer } from "./source/timer.js";
export { type FlowInput, from, type ItemOf, type TupleOf } from "./source/from.js";
export { type Generated, generate } from "./source/generate.js";
export { of } from "./source/of.js";
export { range } from "./source/range.js";
export { fromObservable, type ObservableLike, type OverloadedObservable } from "./source/from-observable.js";
export { interval, type TickOptions } from "./source/interval.js";
export { type AcquireContext, using } from "./source/using.js";

// The flow and its ends.
export { toWebStream } from "./sink/to-web-stream.js";
export { toWritableStream, type WritableOptions } from "./sink/to-writable-stream.js";
export { Flow, type Operator, type SubscribeOptions } from "./flow/flow.js";

// Types.
export type { AsyncFunction, MapAsyncContext } from "./kit/async-calls.js";
export type { BackoffOptions, Jitter } from "./kit/backoff.js";
export type { GroupFlow } from "./flow/group-flow.js";
export type { Hub, Producer } from "./flow/hub.js";
export type { EmitOutcome } from "./kit/emit-queue.js";
export type { JoinOptions } from "./kit/join.js";
export type { Observer, PlainObservable } from "./kit/observable-subscription.js";
export type { OfferResult } from "./kit/overflow-engine.js";
export type { OverflowPolicy } from "./kit/overflow-policy.js";
export type { SplitOptions } from "./kit/split-settings.js";
export type { InboxOptions } from "./sink/inbox.js";
export type { Clock, ClockOptions } from "./spec/clock.js";
export type {
  Criticality,
  Gate,
  GateRequest,
  GateWait,
  Permit,
  PermitOutcome,
  Rejected,
  RejectionCause,
} from "./spec/gate.js";
export type { MemoryAccount, MemoryHolder, MemoryUse } from "./spec/memory-account.js";
export type { Processor, Publisher, Subscriber, Subscription } from "./spec/publisher.js";
export type {
  AfterPatience,
  EmitResult,
  EndResult,
  LosslessReaderOptions,
  ReaderOptions,
} from "./spec/reader.js";
