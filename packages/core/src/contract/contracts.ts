// All contracts by name. One import and one line for each file of source/, operator/, overflow/ and hub/.

import { mapContract } from "../operator/map.contract.js";
import { mapAsyncContract } from "../operator/map-async.contract.js";
import { batchContract } from "../operator/batch.contract.js";
import { bufferContract } from "../operator/buffer.contract.js";
import { bufferTimeContract } from "../operator/buffer-time.contract.js";
import { conflateContract } from "../operator/conflate.contract.js";
import { defaultIfEmptyContract } from "../operator/default-if-empty.contract.js";
import { distinctContract } from "../operator/distinct.contract.js";
import { distinctUntilChangedContract } from "../operator/distinct-until-changed.contract.js";
import { filterContract } from "../operator/filter.contract.js";
import { finalizeContract } from "../operator/finalize.contract.js";
import { firstContract } from "../operator/first.contract.js";
import { lastContract } from "../operator/last.contract.js";
import { pairwiseContract } from "../operator/pairwise.contract.js";
import { reduceContract } from "../operator/reduce.contract.js";
import { scanContract } from "../operator/scan.contract.js";
import { skipContract } from "../operator/skip.contract.js";
import { skipWhileContract } from "../operator/skip-while.contract.js";
import { takeContract } from "../operator/take.contract.js";
import { takeUntilContract } from "../operator/take-until.contract.js";
import { takeWhileContract } from "../operator/take-while.contract.js";
import { tapContract } from "../operator/tap.contract.js";
import { createContract } from "../source/create.contract.js";
import { deferContract } from "../source/defer.contract.js";
import { emptyContract } from "../source/empty.contract.js";
import { failContract } from "../source/fail.contract.js";
import { fromContract } from "../source/from.contract.js";
import { fromAsyncIterableContract } from "../source/from-async-iterable.contract.js";
import { fromIterableContract } from "../source/from-iterable.contract.js";
import { fromPromiseContract } from "../source/from-promise.contract.js";
import { fromPublisherContract } from "../source/from-publisher.contract.js";
import { neverContract } from "../source/never.contract.js";
import { ofContract } from "../source/of.contract.js";
import { rangeContract } from "../source/range.contract.js";
import { catchErrorContract } from "../operator/catch-error.contract.js";
import { retryContract } from "../operator/retry.contract.js";
import { repeatContract } from "../operator/repeat.contract.js";
import { usingContract } from "../source/using.contract.js";
import { backpressureTimeoutContract } from "../operator/backpressure-timeout.contract.js";
import { debounceContract } from "../operator/debounce.contract.js";
import { delayContract } from "../operator/delay.contract.js";
import { idleTimeoutContract } from "../operator/idle-timeout.contract.js";
import { initialTimeoutContract } from "../operator/initial-timeout.contract.js";
import { limitDemandContract } from "../operator/limit-demand.contract.js";
import { prefetchContract } from "../operator/prefetch.contract.js";
import { sampleContract } from "../operator/sample.contract.js";
import { throttleTimeContract } from "../operator/throttle-time.contract.js";
import { yieldEveryContract } from "../operator/yield-every.contract.js";
import { generateContract } from "../source/generate.contract.js";
import { intervalContract } from "../source/interval.contract.js";
import { timerContract } from "../source/timer.contract.js";
import { zipContract } from "../operator/zip.contract.js";
import { combineLatestContract } from "../operator/combine-latest.contract.js";
import { withLatestFromContract } from "../operator/with-latest-from.contract.js";
import { switchMapContract } from "../operator/switch-map.contract.js";
import { exhaustMapContract } from "../operator/exhaust-map.contract.js";
import { onBackpressureBufferContract } from "../overflow/on-backpressure-buffer.contract.js";
import { onBackpressureCoDelContract } from "../overflow/on-backpressure-codel.contract.js";
import { onBackpressureDropContract } from "../overflow/on-backpressure-drop.contract.js";
import { onBackpressureErrorContract } from "../overflow/on-backpressure-error.contract.js";
import { onBackpressureLatestContract } from "../overflow/on-backpressure-latest.contract.js";
import { onBackpressureShedContract } from "../overflow/on-backpressure-shed.contract.js";
import { concatContract } from "../operator/concat.contract.js";
import { concatMapContract } from "../operator/concat-map.contract.js";
import { expandContract } from "../operator/expand.contract.js";
import { mergeContract } from "../operator/merge.contract.js";
import { mergeMapContract } from "../operator/merge-map.contract.js";
import { mergePrioritizedContract } from "../operator/merge-prioritized.contract.js";
import { groupByContract } from "../operator/group-by.contract.js";
import { windowContract } from "../operator/window.contract.js";
import { fromEventContract } from "../source/from-event.contract.js";
import { fromObservableContract } from "../source/from-observable.contract.js";
import { fromWebStreamContract } from "../source/from-web-stream.contract.js";
import { mapAsyncKeyedContract } from "../operator/map-async-keyed.contract.js";
import { broadcastContract } from "../hub/broadcast.contract.js";
import { replayContract } from "../hub/replay.contract.js";
import { unicastContract } from "../hub/unicast.contract.js";
import { publishContract } from "../operator/publish.contract.js";
import { shareContract } from "../operator/share.contract.js";
import type { Contract } from "../spec/contract.js";

/**
 * What each source, operator, overflow choice and hub promises about credit, by the name of its function.
 *
 * @example
 * ```ts
 * import { contracts } from "@sluice/core/contracts";
 * console.log(contracts.get("map")?.holds.says); // prints nothing
 * ```
 */
export const contracts: ReadonlyMap<string, Contract> = new Map(
  [
    mapContract,
    mapAsyncContract,
    mergePrioritizedContract,
    mergeMapContract,
    mergeContract,
    expandContract,
    concatMapContract,
    concatContract,
    batchContract,
    bufferContract,
    bufferTimeContract,
    conflateContract,
    defaultIfEmptyContract,
    distinctContract,
    distinctUntilChangedContract,
    filterContract,
    finalizeContract,
    firstContract,
    lastContract,
    pairwiseContract,
    reduceContract,
    scanContract,
    skipContract,
    skipWhileContract,
    takeContract,
    takeUntilContract,
    takeWhileContract,
    tapContract,
    createContract,
    deferContract,
    emptyContract,
    failContract,
    fromContract,
    fromAsyncIterableContract,
    fromIterableContract,
    fromPromiseContract,
    fromPublisherContract,
    neverContract,
    ofContract,
    rangeContract,
    catchErrorContract,
    retryContract,
    repeatContract,
    usingContract,
    backpressureTimeoutContract,
    debounceContract,
    delayContract,
    idleTimeoutContract,
    initialTimeoutContract,
    limitDemandContract,
    prefetchContract,
    sampleContract,
    throttleTimeContract,
    yieldEveryContract,
    generateContract,
    intervalContract,
    timerContract,
    zipContract,
    combineLatestContract,
    withLatestFromContract,
    switchMapContract,
    exhaustMapContract,
    onBackpressureBufferContract,
    onBackpressureCoDelContract,
    onBackpressureDropContract,
    onBackpressureErrorContract,
    onBackpressureLatestContract,
    onBackpressureShedContract,
    groupByContract,
    windowContract,
    fromEventContract,
    fromObservableContract,
    fromWebStreamContract,
    mapAsyncKeyedContract,
    broadcastContract,
    publishContract,
    replayContract,
    shareContract,
    unicastContract,
  ].map((contract) => [contract.name, contract]),
);
