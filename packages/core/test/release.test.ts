// Cancel in every state leaves nothing behind: no listener on the abort signal, no open iterator, no upstream that
// still runs, no reference to the subscriber (§3.13).

import { getEventListeners } from "node:events";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { ManualSubscriber, settled, TestPublisher, until } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import type { Flow, Operator } from "../src/flow/flow.js";
import { catchError } from "../src/operator/catch-error.js";
import { combineLatest } from "../src/operator/combine-latest.js";
import { concatMap } from "../src/operator/concat-map.js";
import { exhaustMap } from "../src/operator/exhaust-map.js";
import { concat } from "../src/operator/concat.js";
import { expand } from "../src/operator/expand.js";
import { filter } from "../src/operator/filter.js";
import { limitDemand } from "../src/operator/limit-demand.js";
import { map } from "../src/operator/map.js";
import { mapAsync } from "../src/operator/map-async.js";
import { merge } from "../src/operator/merge.js";
import { mergeMap } from "../src/operator/merge-map.js";
import { mergePrioritized } from "../src/operator/merge-prioritized.js";
import { prefetch } from "../src/operator/prefetch.js";
import { repeat } from "../src/operator/repeat.js";
import { retry } from "../src/operator/retry.js";
import { scan } from "../src/operator/scan.js";
import { share } from "../src/operator/share.js";
import { switchMap } from "../src/operator/switch-map.js";
import { take } from "../src/operator/take.js";
import { withLatestFrom } from "../src/operator/with-latest-from.js";
import { zip } from "../src/operator/zip.js";
import { onBackpressureBuffer } from "../src/overflow/on-backpressure-buffer.js";
import { onBackpressureCoDel } from "../src/overflow/on-backpressure-codel.js";
import { onBackpressureLatest } from "../src/overflow/on-backpressure-latest.js";
import { onBackpressureShed } from "../src/overflow/on-backpressure-shed.js";
import { policy } from "../src/policy/policy.js";
import { create, type Emitter } from "../src/source/create.js";
import { fail } from "../src/source/fail.js";
import { fromAsyncIterable } from "../src/source/from-async-iterable.js";
import { type EventSource, fromEvent } from "../src/source/from-event.js";
import { fromIterable } from "../src/source/from-iterable.js";
import type { PlainObservable } from "../src/kit/observable-subscription.js";
import { fromObservable } from "../src/source/from-observable.js";
import { fromPromise } from "../src/source/from-promise.js";
import { fromPublisher } from "../src/source/from-publisher.js";
import { fromWebStream } from "../src/source/from-web-stream.js";
import { never } from "../src/source/never.js";
import { of } from "../src/source/of.js";
import { range } from "../src/source/range.js";
import { using } from "../src/source/using.js";
import type { Subscriber, Subscription } from "../src/spec/publisher.js";
import { rows } from "./subjects.js";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

/** In a turn of its own: a WeakRef that was looked at holds its target until the turn ends. */
async function collectGarbage(): Promise<void> {
  await settled();
  gc();
}

const operators: Record<string, () => Operator<number, number>> = {
  "map and filter": () => (flow) =>
    flow.pipe(
      map((n) => n),
      filter(() => true),
    ),
  "scan and take": () => (flow) =>
    flow.pipe(
      scan((_, n: number) => n, 0),
      take(100),
    ),
  prefetch: () => prefetch(4),
  limitDemand: () => limitDemand(4),
  "mapAsync that waits": () => mapAsync((n) => new Promise<number>((resolve) => void (n < 0 && resolve(n)))),
  "mapAsync of plain values": () => mapAsync((n) => n),
  "concatMap to never": () => concatMap(() => never<number>()),
  "concatMap to one": () => concatMap((n) => of(n)),
  "mergeMap to never": () => mergeMap(() => never<number>()),
  "mergeMap to one": () => mergeMap((n) => of(n)),
  "merge with never": () => (flow) => merge([flow, never<number>()]),
  "mergePrioritized with never": () => (flow) =>
    mergePrioritized([never<number>(), flow], { weights: [1, 1] }),
  concat: () => (flow) => concat([flow, never<number>()]),
  "expand to never": () => expand(() => never<number>(), { capacity: 9 }),
  catchError: () => catchError(() => of(0)),
  retry: () => retry(),
  repeat: () => repeat(),
  zip: () => (flow) => zip([flow, range(0, 1e9)]).pipe(map(([n]) => n)),
  combineLatest: () => (flow) => combineLatest([flow, of("x")]).pipe(map(([n]) => n)),
  withLatestFrom: () => (flow) =>
    flow.pipe(
      withLatestFrom([never(), of("x")]),
      map(([n]) => n),
    ),
  share: () => share({ prefetch: 4 }),
  "switchMap to never": () => switchMap(() => never<number>()),
  "switchMap to one": () => switchMap((n) => of(n)),
  "exhaustMap to never": () => exhaustMap(() => never<number>()),
  "exhaustMap to one": () => exhaustMap((n) => of(n)),
  using: () => (flow) =>
    using(
      () => flow,
      (source) => source,
      () => {},
    ),
  onBackpressureBuffer: () => onBackpressureBuffer({ capacity: 9, overflow: "error" }),
  "onBackpressureBuffer by weight and time": () =>
    onBackpressureBuffer({
      capacity: { items: 9, weight: 99 },
      weigh: () => 1,
      ttlMs: 1e6,
      overflow: "error",
    }),
  onBackpressureLatest: () => onBackpressureLatest(),
  onBackpressureShed: () => onBackpressureShed({ capacity: 9, priority: (n) => n }),
  onBackpressureCoDel: () => onBackpressureCoDel({ capacity: 9 }),
};
// And each operator of the conformance table, as it is configured there.
for (const row of rows)
  if ("operator" in row)
    operators[`${row.name} of the table`] = () => row.operator.apply as Operator<number, number>;

/** The states in which a cancel may come. */
const states: Record<
  string,
  (upstream: TestPublisher<number>, subscriber: ManualSubscriber<number>) => void
> = {
  "before any demand": () => {},
  "with demand and no item": (_, subscriber) => subscriber.request(3),
  "with items and no demand": (upstream) => {
    while (upstream.demand > 0 && upstream.emitted < 3) upstream.next(upstream.emitted);
  },
  "between items": (upstream, subscriber) => {
    subscriber.request(2);
    while (upstream.demand > 0 && upstream.emitted < 3) upstream.next(upstream.emitted);
  },
};

describe("cancel", () => {
  for (const [name, operator] of Object.entries(operators)) {
    for (const [state, reach] of Object.entries(states)) {
      it(`§3.12 reaches upstream once, ${state}, through ${name}`, async () => {
        const upstream = new TestPublisher<number>();
        const subscriber = new ManualSubscriber<number>();
        fromPublisher(upstream).pipe(operator()).subscribe(subscriber);
        reach(upstream, subscriber);
        const before = subscriber.signals.length;
        const asked = upstream.requested;
        subscriber.cancel();
        subscriber.cancel();
        subscriber.request(5);
        await settled();
        expect([upstream.cancels, upstream.requested]).toEqual([1, asked]);
        expect(subscriber.signals.length).toBe(before);
      });
    }

    it(`§3.13 lets go of the subscriber, through ${name}`, async () => {
      const upstream = new TestPublisher<number>();
      const subscription: { current?: Subscription } = {};
      const collected = subscribeAndForget(fromPublisher(upstream).pipe(operator()), subscription);
      subscription.current?.request(2);
      if (upstream.demand > 0) upstream.next(1);
      await settled();
      subscription.current?.cancel();
      await until(collected, "the subscriber to be collected", collectGarbage);
      expect(upstream.cancels).toBe(1); // and keeps both ends of the pipeline alive until here
      expect(subscription.current).toBeDefined();
    });
  }
});

const endings: Record<string, (flow: Flow<number>, signal: AbortSignal) => Promise<unknown>> = {
  toArray: (flow, signal) => flow.toArray({ signal }),
  reduce: (flow, signal) => flow.reduce((sum, n) => sum + n, 0, { signal }),
  forEach: (flow, signal) => flow.forEach(() => {}, { signal }),
  "forEach, asynchronous": (flow, signal) => flow.forEach(async () => {}, { signal }),
  "for await": async (flow, signal) => {
    for await (const _ of flow.values({ signal })) {
      // only read
    }
  },
  subscribe: (flow, signal) =>
    new Promise<void>((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      flow.subscribe(
        {
          onSubscribe: (subscription) => subscription.request(Number.POSITIVE_INFINITY),
          onNext() {},
          onError: reject,
          onComplete: resolve,
        },
        { signal },
      );
    }),
};

describe("the abort signal", () => {
  for (const [name, end] of Object.entries(endings)) {
    const own = name === "subscribe" ? 1 : 0; // the listener of the test itself
    it(`keeps no listener when ${name} has completed, failed or was aborted`, async () => {
      const completed = new AbortController();
      await end(range(1, 500), completed.signal);
      expect(getEventListeners(completed.signal, "abort")).toHaveLength(own);

      const failed = new AbortController();
      await expect(end(fail(new Error("broke")), failed.signal)).rejects.toThrow("broke");
      expect(getEventListeners(failed.signal, "abort")).toHaveLength(own);

      const aborted = new AbortController();
      const waiting = end(never(), aborted.signal);
      expect(getEventListeners(aborted.signal, "abort").length).toBeGreaterThan(own);
      aborted.abort("stop");
      await expect(waiting).rejects.toBe("stop");
      expect(getEventListeners(aborted.signal, "abort")).toHaveLength(0);
    });
  }

  it("keeps no listener when a loop is left, a consumer throws or a subscriber cancels", async () => {
    const { signal } = new AbortController();
    for await (const _ of range(1, 9).values({ signal })) break;
    await range(1, 9)
      .forEach(async () => throwing(), { signal })
      .catch(() => {});
    await range(1, 9)
      .reduce(
        () => {
          throw new Error("enough");
        },
        "",
        { signal },
      )
      .catch(() => {});
    const subscriber = new ManualSubscriber<number>();
    range(1, 9).subscribe(subscriber, { signal });
    subscriber.cancel();
    const wrong = new ManualSubscriber<number>();
    range(1, 9).subscribe(wrong, { signal });
    wrong.request(0);
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });
});

describe("a source", () => {
  it("closes its iterator whichever way the pipeline ends early", async () => {
    const endsEarly: ((flow: Flow<number>) => Promise<unknown>)[] = [
      (flow) => flow.pipe(take(1)).toArray(),
      (flow) => flow.pipe(map(throwing)).toArray(),
      (flow) => flow.forEach(throwing),
      (flow) => flow.reduce(throwing, 0),
      async (flow) => {
        for await (const _ of flow) break;
      },
      (flow) => flow.pipe(concatMap(() => fail<number>(new Error("inner")))).toArray(),
      (flow) => flow.pipe(mapAsync(() => Promise.reject(new Error("call")))).toArray(),
      (flow) => flow.toArray({ signal: AbortSignal.timeout(1) }),
    ];
    for (const end of endsEarly) {
      for (const kind of ["sync", "async"] as const) {
        let closed = 0;
        async function* endless(): AsyncGenerator<number> {
          try {
            for (let n = 0; ; n++) {
              yield n;
              await settled();
            }
          } finally {
            closed++;
          }
        }
        function* bounded(): Generator<number> {
          try {
            for (let n = 0; n < 1000; n++) yield n;
          } finally {
            closed++;
          }
        }
        const flow = kind === "sync" ? fromIterable(bounded()) : fromAsyncIterable(endless());
        await end(flow).catch(() => {});
        await until(() => closed === 1, `the ${kind} iterator to be closed`);
      }
    }
  });

  it("§3.13 lets go of the subscriber on cancel, although the promise or the emitter lives on", async () => {
    let emitter: Emitter<number> | undefined;
    const pending = new Promise<number>(() => {});
    // A target and an Observable that keep whom they were given, as rude ones do.
    const kept: unknown[] = [];
    const target: EventSource<number> = {
      addEventListener: (_, listener) => void kept.push(listener),
      removeEventListener() {},
    };
    const observable: PlainObservable<number> = { subscribe: (observer) => void kept.push(observer) };
    const flows: Flow<number>[] = [
      fromEvent(target, "", policy.buffer({ capacity: 1, overflow: "error" })),
      fromObservable(observable, policy.latest()),
      fromWebStream(new ReadableStream<number>()),
      fromPromise(pending),
      create<number>(
        (given) => {
          emitter = given;
        },
        { capacity: 1, overflow: "error" },
      ),
      range(0, 9),
      fromIterable(new Set([1, 2, 3])),
      never(),
    ];
    for (const flow of flows) {
      const subscription: { current?: Subscription } = {};
      const collected = subscribeAndForget(flow, subscription);
      subscription.current?.request(1);
      subscription.current?.cancel();
      await until(collected, "the subscriber to be collected", collectGarbage);
      expect(subscription.current).toBeDefined();
    }
    expect(emitter?.signal.aborted).toBe(true);
    expect(kept).toHaveLength(2);
  });
});

describe("a place that holds items", () => {
  const holders: Record<string, (flow: Flow<object>) => Flow<unknown>> = {
    zip: (flow) => zip([flow, never()]),
    "combineLatest while one is silent": (flow) => combineLatest([flow, never()]),
    "combineLatest without demand": (flow) => combineLatest([of(0), flow]),
    withLatestFrom: (flow) => never().pipe(withLatestFrom([flow])),
  };
  for (const [name, hold] of Object.entries(holders)) {
    it(`§3.13 lets go of them on cancel, although the subscription lives on, ${name}`, async () => {
      const upstream = new TestPublisher<object>();
      const subscriptions: Subscription[] = [];
      hold(fromPublisher(upstream)).connect({
        onSubscribe: (given) => void subscriptions.push(given), // a stage, so this is the operator itself
        next: () => true,
        onError() {},
        onComplete() {},
      });
      const held = sendTo(upstream, 3);
      await collectGarbage();
      expect(held.some((item) => item.deref() !== undefined)).toBe(true);
      for (const subscription of subscriptions) subscription.cancel();
      const isCollected = (): boolean => held.every((item) => item.deref() === undefined);
      await until(isCollected, "the items to be collected", collectGarbage);
      expect([upstream.cancels, subscriptions.length]).toEqual([1, 1]);
    });
  }
});

describe("prefetch", () => {
  it("lets go of each item that it has sent, although others wait behind it", async () => {
    const upstream = new TestPublisher<object>();
    const subscriptions: Subscription[] = [];
    let sent = 0;
    fromPublisher(upstream)
      .pipe(prefetch(4))
      .connect({
        onSubscribe: (given) => void subscriptions.push(given),
        next: () => {
          sent++;
          return true;
        },
        onError() {},
        onComplete() {},
      });
    const held = sendTo(upstream, 4);
    for (const subscription of subscriptions) subscription.request(3);
    const areCollected = (): boolean => held.slice(0, 3).every((item) => item.deref() === undefined);
    await until(areCollected, "the items to be collected", collectGarbage);
    expect([sent, held[3]?.deref()]).toEqual([3, { n: 3 }]);
  });
});

/** Sends objects that nobody else keeps. */
function sendTo(upstream: TestPublisher<object>, count: number): WeakRef<object>[] {
  return Array.from({ length: count }, (_, n) => {
    const item = { n };
    upstream.next(item);
    return new WeakRef(item);
  });
}

function throwing(): never {
  throw new Error("thrown on purpose");
}

/** Subscribes somebody whom only the pipeline knows; answers whether that has been collected. */
function subscribeAndForget(flow: Flow<number>, subscription: { current?: Subscription }): () => boolean {
  const subscriber: Subscriber<number> = {
    onSubscribe: (given) => {
      subscription.current = given;
    },
    onNext() {},
    onError() {},
    onComplete() {},
  };
  flow.subscribe(subscriber);
  const reference = new WeakRef(subscriber);
  return () => reference.deref() === undefined;
}
