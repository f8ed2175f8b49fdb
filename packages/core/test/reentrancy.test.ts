// Calls from within callbacks, for every source and operator: request inside onNext and onSubscribe, cancel
// inside everything, subscribe inside onSubscribe, long streams without a growing stack.

import { ManualSubscriber, settled, TestPublisher, until } from "@sluice/tck";
import { afterEach, describe, expect, it } from "vitest";
import type { Flow, Operator } from "../src/flow/flow.js";
import { setFusion } from "../src/flow/unfused.js";
import { catchError } from "../src/operator/catch-error.js";
import { combineLatest } from "../src/operator/combine-latest.js";
import { batch } from "../src/operator/batch.js";
import { buffer } from "../src/operator/buffer.js";
import { replay } from "../src/hub/replay.js";
import { type UnicastHub, unicast } from "../src/hub/unicast.js";
import { concatMap } from "../src/operator/concat-map.js";
import { distinct } from "../src/operator/distinct.js";
import { exhaustMap } from "../src/operator/exhaust-map.js";
import { concat } from "../src/operator/concat.js";
import { expand } from "../src/operator/expand.js";
import { filter } from "../src/operator/filter.js";
import { finalize } from "../src/operator/finalize.js";
import { groupBy } from "../src/operator/group-by.js";
import { limitDemand } from "../src/operator/limit-demand.js";
import { map } from "../src/operator/map.js";
import { mapAsyncKeyed } from "../src/operator/map-async-keyed.js";
import { mapAsync } from "../src/operator/map-async.js";
import { merge } from "../src/operator/merge.js";
import { mergeMap } from "../src/operator/merge-map.js";
import { mergePrioritized } from "../src/operator/merge-prioritized.js";
import { prefetch } from "../src/operator/prefetch.js";
import { throttleTime } from "../src/operator/throttle-time.js";
import { yieldEvery } from "../src/operator/yield-every.js";
import { backpressureTimeout } from "../src/operator/backpressure-timeout.js";
import { idleTimeout } from "../src/operator/idle-timeout.js";
import { initialTimeout } from "../src/operator/initial-timeout.js";
import { repeat } from "../src/operator/repeat.js";
import { retry } from "../src/operator/retry.js";
import { scan } from "../src/operator/scan.js";
import { share } from "../src/operator/share.js";
import { skip } from "../src/operator/skip.js";
import { switchMap } from "../src/operator/switch-map.js";
import { take } from "../src/operator/take.js";
import { takeUntil } from "../src/operator/take-until.js";
import { takeWhile } from "../src/operator/take-while.js";
import { tap } from "../src/operator/tap.js";
import { window } from "../src/operator/window.js";
import { withLatestFrom } from "../src/operator/with-latest-from.js";
import { zip } from "../src/operator/zip.js";
import { onBackpressureBuffer } from "../src/overflow/on-backpressure-buffer.js";
import { onBackpressureCoDel } from "../src/overflow/on-backpressure-codel.js";
import { onBackpressureDrop } from "../src/overflow/on-backpressure-drop.js";
import { onBackpressureError } from "../src/overflow/on-backpressure-error.js";
import { onBackpressureLatest } from "../src/overflow/on-backpressure-latest.js";
import { onBackpressureShed } from "../src/overflow/on-backpressure-shed.js";
import { policy } from "../src/policy/policy.js";
import { create } from "../src/source/create.js";
import { defer } from "../src/source/defer.js";
import { empty } from "../src/source/empty.js";
import { from } from "../src/source/from.js";
import { fromAsyncIterable } from "../src/source/from-async-iterable.js";
import { fromEvent } from "../src/source/from-event.js";
import { fromIterable } from "../src/source/from-iterable.js";
import type { Observer } from "../src/kit/observable-subscription.js";
import { fromObservable } from "../src/source/from-observable.js";
import { fromPromise } from "../src/source/from-promise.js";
import { fromPublisher } from "../src/source/from-publisher.js";
import { never } from "../src/source/never.js";
import { fromWebStream } from "../src/source/from-web-stream.js";
import { generate as madeOf } from "../src/source/generate.js";
import { of } from "../src/source/of.js";
import { range } from "../src/source/range.js";
import { using } from "../src/source/using.js";

function* generate(count: number): Generator<number> {
  for (let n = 0; n < count; n++) yield n;
}

async function* generateAsync(count: number): AsyncGenerator<number> {
  yield* generate(count);
}

const array = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

function streamOf(count: number): ReadableStream<number> {
  let next = 0;
  return new ReadableStream({
    pull(controller) {
      if (next < count) controller.enqueue(next++);
      else controller.close();
    },
  });
}

function filled(hub: UnicastHub<number>, count: number): Flow<number> {
  for (let n = 0; n < count; n++) hub.tryEmit(n);
  hub.complete();
  return hub;
}

/** Sources of `0 .. count - 1`; fromPromise has one item whatever is asked. */
const sources: Record<string, (count: number) => Flow<number>> = {
  unicast: (count) => filled(unicast<number>({ capacity: 1_000_000 }), count),
  replay: (count) => filled(replay<number>({ capacity: 1_000_000, last: 1_000_000 }), count),
  range: (count) => range(0, count),
  of: (count) => of(...array(count)),
  "fromIterable(array)": (count) => fromIterable(array(count)),
  "fromIterable(generator)": (count) => fromIterable({ [Symbol.iterator]: () => generate(count) }),
  "from(set)": (count) => from(new Set(array(count))),
  "generate(0, step)": (count) => madeOf(0, (n) => (n < count ? [n, n + 1] : undefined)),
  fromAsyncIterable: (count) => fromAsyncIterable({ [Symbol.asyncIterator]: () => generateAsync(count) }),
  fromPromise: () => fromPromise(Promise.resolve(0)),
  defer: (count) => defer(() => range(0, count)),
  create: (count) =>
    create(
      (emitter) => {
        for (let n = 0; n < count; n++) emitter.next(n);
        emitter.complete();
      },
      { capacity: 1_000_000, overflow: "error" },
    ),
  fromObservable: (count) =>
    fromObservable<number>(
      {
        subscribe(observer: Observer<number>) {
          for (let n = 0; n < count; n++) observer.next(n);
          observer.complete();
        },
      },
      policy.buffer({ capacity: 1_000_000, overflow: "error" }),
    ),
  "fromEvent and take": (count) =>
    fromEvent<number>(
      {
        addEventListener: (_, listener) => array(count).forEach(listener),
        removeEventListener() {},
      },
      "",
      policy.buffer({ capacity: 1_000_000, overflow: "error" }),
    ).pipe(take(count)),
  fromWebStream: (count) => fromWebStream(streamOf(count)),
  fromPublisher: (count) =>
    fromPublisher(
      new TestPublisher<number>({
        onRequest: (n, self) => {
          for (let k = 0; k < n && self.emitted < count && !self.cancelled; k++) self.next(self.emitted);
          if (self.emitted === count && !self.cancelled) self.complete();
        },
      }),
    ),
};

const roomy = { capacity: 1_000_000, overflow: "error" } as const;

/** Operators that send each item on, as it is. */
const operators: Record<string, () => Operator<number, number>> = {
  map: () => map((n) => n),
  filter: () => filter(() => true),
  tap: () => tap(() => {}),
  scan: () => scan((_, n) => n, 0),
  take: () => take(10_000_000),
  skip: () => skip(0),
  takeWhile: () => takeWhile(() => true),
  takeUntil: () => takeUntil(never()),
  distinct: () => distinct({ capacity: 200_000, overflow: "forgetOldest" }),
  finalize: () => finalize(() => {}),
  prefetch: () => prefetch(),
  "prefetch(1)": () => prefetch(1),
  'prefetch("auto")': () => prefetch("auto"),
  limitDemand: () => limitDemand(3),
  share: () => share(),
  "share, 1 ahead": () => share({ prefetch: 1 }),
  yieldEvery: () => yieldEvery({ items: 1000 }),
  idleTimeout: () => idleTimeout(60_000),
  initialTimeout: () => initialTimeout(60_000),
  backpressureTimeout: () => backpressureTimeout(60_000),
  throttleTime: () => throttleTime(0),
  "mapAsync of plain values": () => mapAsync((n) => n, { concurrency: 2 }),
  "mapAsync of promises": () => mapAsync((n) => Promise.resolve(n), { concurrency: 8 }),
  "mapAsync, unordered": () => mapAsync((n) => n, { ordered: false }),
  "concatMap to one": () => concatMap((n) => of(n)),
  "concatMap to arrays": () => concatMap((n) => [n]),
  "mergeMap to one, one at a time": () => mergeMap((n) => of(n), { concurrency: 1 }),
  "mergeMap to arrays": () => mergeMap((n) => [n], { prefetch: 1 }),
  "merge with nothing": () => (flow) => merge([empty(), flow, empty()], { prefetch: 2 }),
  mergePrioritized: () => (flow) => mergePrioritized([empty(), flow], { weights: [2, 1] }),
  "concat with nothing": () => (flow) => concat([empty(), flow, empty()]),
  "expand to nothing": () => expand(() => empty(), { capacity: 1, concurrency: 1 }),
  catchError: () => catchError(() => of(0)),
  retry: () => retry(),
  repeat: () => repeat({ times: 0 }),
  using: () => (flow) =>
    using(
      () => flow,
      (source) => source,
      () => {},
    ),
  zip: () => (flow) => zip([flow, range(0, 1e9)]).pipe(map(([n]) => n)),
  "zip, one ahead": () => (flow) => zip([range(0, 1e9), flow], { prefetch: 1 }).pipe(map(([, n]) => n)),
  combineLatest: () => (flow) => combineLatest([of("x"), flow]).pipe(map(([, n]) => n)),
  withLatestFrom: () => (flow) =>
    flow.pipe(
      withLatestFrom([of("x")]),
      map(([n]) => n),
    ),
  onBackpressureBuffer: () => onBackpressureBuffer(roomy),
  "onBackpressureBuffer by weight and time": () =>
    onBackpressureBuffer({
      capacity: { items: 1_000_000, weight: 1_000_000 },
      weigh: () => 1,
      ttlMs: 1e9,
      overflow: "error",
    }),
  onBackpressureShed: () => onBackpressureShed({ capacity: 1_000_000, priority: (n) => n }),
  onBackpressureCoDel: () => onBackpressureCoDel({ capacity: 1_000_000, intervalMs: 1e9 }),
  "mapAsyncKeyed of plain values": () =>
    mapAsyncKeyed(
      () => "key",
      (n) => n,
      { concurrency: 2 },
    ),
  "batch of one": () => batch({ seed: (n: number) => n, merge: (_, n) => n, max: 1 }),
  "buffer, and concatMap to its arrays": () => (flow) =>
    flow.pipe(
      buffer(3),
      concatMap((list) => list),
    ),
  "window, one after the other": () => (flow) =>
    flow.pipe(
      window(3, { prefetch: 2 }),
      concatMap((items) => items),
    ),
  "groupBy to one group": () => (flow) =>
    flow.pipe(
      groupBy(() => "key", { groups: 1, prefetch: 4 }),
      concatMap((group) => group),
    ),
};

/** Operators that drop when more comes than is requested. */
const droppers: Record<string, () => Operator<number, number>> = {
  onBackpressureDrop: () => onBackpressureDrop(),
  onBackpressureLatest: () => onBackpressureLatest(),
  onBackpressureError: () => onBackpressureError(),
  "switchMap to one": () => switchMap((n) => of(n)),
  "exhaustMap to one": () => exhaustMap((n) => of(n)),
};

const pipelines: Record<string, (count: number) => Flow<number>> = { ...sources };
for (const [name, operator] of Object.entries({ ...operators, ...droppers })) {
  pipelines[`range | ${name}`] = (count) => range(0, count).pipe(operator());
}

const endOf = (subscriber: ManualSubscriber<unknown>): Promise<void> =>
  until(() => subscriber.ended, "the end");

afterEach(() => setFusion(true));

for (const fused of [true, false]) {
  for (const [name, make] of Object.entries(pipelines)) {
    describe(`${name}, ${fused ? "fused" : "unfused"}`, () => {
      const drops = Object.keys(droppers).some((dropper) => name.endsWith(dropper));

      it("§3.3 serves requests made inside onNext without growing the stack", async () => {
        setFusion(fused);
        const count = name === "of" ? 20_000 : 100_000; // arguments of a call live on the stack
        const wanted = name === "fromPromise" ? 1 : count;
        const subscriber = new ManualSubscriber<number>({ onNext: (_, self) => self.request(1) });
        make(count).subscribe(subscriber);
        subscriber.request(1);
        await endOf(subscriber);
        expect([subscriber.depth, subscriber.surplus]).toEqual([1, 0]);
        if (!drops) expect([subscriber.items.length, subscriber.completed]).toEqual([wanted, true]);
      });

      it("§1.3 serves requests made inside onSubscribe after it, and adds them up", async () => {
        setFusion(fused);
        const subscriber = new ManualSubscriber<number>({
          onSubscribe: (self) => {
            self.request(1);
            self.request(2);
          },
        });
        make(3).subscribe(subscriber);
        await settled();
        expect([subscriber.depth, subscriber.surplus]).toEqual([1, 0]);
        if (!drops) expect(subscriber.items).toEqual(name === "fromPromise" ? [0] : [0, 1, 2]);
      });

      it("§3.5 sends nothing after a cancel inside onSubscribe", async () => {
        setFusion(fused);
        const subscriber = new ManualSubscriber<number>({
          onSubscribe: (self) => {
            self.request(5);
            self.cancel();
            self.request(5);
          },
        });
        make(9).subscribe(subscriber);
        await settled();
        expect(subscriber.signals.map((signal) => signal.kind)).toEqual(["onSubscribe"]);
      });

      it("§3.5 sends nothing after a cancel inside onNext", async () => {
        setFusion(fused);
        const subscriber = new ManualSubscriber<number>({
          onSubscribe: (self) => self.request(9),
          onNext: (n, self) => {
            if (n === 2 || name === "fromPromise") self.cancel();
          },
        });
        make(9).subscribe(subscriber);
        await settled();
        expect(subscriber.items).toEqual(name === "fromPromise" ? [0] : [0, 1, 2]);
        expect(subscriber.ended).toBe(false);
      });

      it("serves a subscriber that subscribes inside onSubscribe and inside onNext", async () => {
        setFusion(fused);
        const request = (self: ManualSubscriber<number>): void => self.request(Number.POSITIVE_INFINITY);
        const inner = [1, 2].map(() => new ManualSubscriber<number>({ onSubscribe: request }));
        const outer = new ManualSubscriber<number>({
          onSubscribe: (self) => {
            request(self);
            make(3).subscribe(inner[0] as ManualSubscriber<number>);
          },
          onNext: (n) => {
            if (n === 0) make(3).subscribe(inner[1] as ManualSubscriber<number>);
          },
        });
        make(3).subscribe(outer);
        for (const subscriber of [outer, ...inner]) {
          await endOf(subscriber);
          expect(subscriber.items).toEqual(name === "fromPromise" ? [0] : [0, 1, 2]);
          expect([subscriber.completed, subscriber.depth]).toEqual([true, 1]);
        }
      });
    });
  }

  describe(`twenty stacked operators, ${fused ? "fused" : "unfused"}`, () => {
    it("§3.3 pass a long stream without growing the stack, requested one by one or all at once", async () => {
      setFusion(fused);
      for (const [name, operator] of Object.entries(operators)) {
        for (const demand of [1, Number.POSITIVE_INFINITY]) {
          const isAsync = name.includes("promises") || name.startsWith("prefetch");
          const count = isAsync ? 1000 : 5000;
          let flow = range(0, count);
          for (let k = 0; k < 20; k++) flow = flow.pipe(operator());
          const subscriber = new ManualSubscriber<number>({ onNext: (_, self) => self.request(1) });
          flow.subscribe(subscriber);
          subscriber.request(demand);
          await endOf(subscriber);
          expect([name, subscriber.items.length, subscriber.depth]).toEqual([name, count, 1]);
        }
      }
    });

    it("§3.3 pass a million items through a mix of them", async () => {
      setFusion(fused);
      let flow = range(0, 1_000_000);
      for (const operator of Object.values(operators)) flow = flow.pipe(operator());
      expect(await flow.pipe(take(100_000)).reduce((count) => count + 1, 0)).toBe(100_000);
      expect(
        await range(0, 1_000_000)
          .pipe(
            map((n) => n),
            filter(() => true),
          )
          .reduce((count) => count + 1, 0),
      ).toBe(1_000_000);
    });
  });
}
