// Every wrong argument is refused at the call, by the class of error that says what is wrong with it, in words that
// name what was given and what is wanted.

import { describe, expect, it } from "vitest";
import * as core from "../src/index.js";
import * as kit from "../src/kit.js";

type Call = (wrong: never) => unknown;

const flow = core.range(1, 3);

/** Calls that take a function first. */
const functions: Record<string, Call> = {
  map: core.map,
  filter: core.filter,
  tap: core.tap,
  scan: (wrong) => core.scan(wrong, 0),
  mapAsync: core.mapAsync,
  "mapAsyncKeyed key": (wrong) => core.mapAsyncKeyed(wrong, (n) => n),
  "mapAsyncKeyed transform": (wrong) => core.mapAsyncKeyed((n) => n, wrong),
  groupBy: (wrong) => core.groupBy(wrong, { groups: 1 }),
  conflate: core.conflate,
  "policy.conflate": core.policy.conflate,
  "policy.shed priority": (priority) => core.policy.shed({ capacity: 1, priority }),
  "batch seed": (seed) => core.batch({ seed, merge: (value) => value, max: 1 }),
  "batch merge": (merge) => core.batch({ seed: (n) => n, merge, max: 1 }),
  concatMap: core.concatMap,
  switchMap: core.switchMap,
  exhaustMap: core.exhaustMap,
  catchError: core.catchError,
  "using acquire": (wrong) =>
    core.using(
      wrong,
      () => [],
      () => {},
    ),
  "using use": (wrong) =>
    core.using(
      () => 1,
      wrong,
      () => {},
    ),
  skipWhile: core.skipWhile,
  takeWhile: core.takeWhile,
  finalize: core.finalize,
  "reduce, the operator": (wrong) => core.reduce(wrong, 0),
  defer: core.defer,
  create: (wrong) => core.create(wrong, { capacity: 1, overflow: "error" }),
  forEach: (wrong) => flow.forEach(wrong),
  reduce: (wrong) => flow.reduce(wrong, 0),
};

/** Calls whose options may be left out. */
const optional: Record<string, Call> = {
  mapAsync: (wrong) => core.mapAsync((n: number) => n, wrong),
  mapAsyncKeyed: (wrong) =>
    core.mapAsyncKeyed(
      (n: number) => n,
      (n) => n,
      wrong,
    ),
  mergeMap: (wrong) => core.mergeMap((n: number) => [n], wrong),
  merge: (wrong) => core.merge([flow], wrong),
  zip: (wrong) => core.zip([flow], wrong),
  combineLatest: (wrong) => core.combineLatest([flow], wrong),
  exhaustMap: (wrong) => core.exhaustMap((n: number) => [n], wrong),
  retry: core.retry,
  repeat: core.repeat,
  takeWhile: (wrong) => core.takeWhile((n: number) => n > 0, wrong),
  window: (wrong) => core.window(2, wrong),
  debounce: (wrong) => core.debounce(5, wrong),
  sample: (wrong) => core.sample(5, wrong),
  throttleTime: (wrong) => core.throttleTime(5, wrong),
  idleTimeout: (wrong) => core.idleTimeout(5, wrong),
  initialTimeout: (wrong) => core.initialTimeout(5, wrong),
  backpressureTimeout: (wrong) => core.backpressureTimeout(5, wrong),
  share: core.share,
  publish: (wrong) => core.publish(flow, wrong),
  onBackpressureDrop: core.onBackpressureDrop,
  onBackpressureLatest: core.onBackpressureLatest,
  onBackpressureError: core.onBackpressureError,
  "policy.latest": core.policy.latest,
  "policy.buffer options": (wrong) => core.policy.buffer(1, "error", wrong),
};

/** Calls that take a capacity or a count. */
const capacities: Record<string, Call> = {
  prefetch: core.prefetch,
  "prefetch items": (items) => core.prefetch({ items, bytes: 1 }),
  "prefetch bytes": (bytes) => core.prefetch({ items: 1, bytes }),
  "prefetch max": (max) => core.prefetch({ auto: true, max }),
  limitDemand: core.limitDemand,
  "broadcast capacity": (capacity) => core.broadcast({ capacity }),
  "unicast capacity": (capacity) => core.unicast({ capacity }),
  "replay capacity": (capacity) => core.replay({ capacity, last: 1 }),
  "replay last": (last) => core.replay({ capacity: 1, last }),
  "share prefetch": (prefetch) => core.share({ prefetch }),
  "publish prefetch": (prefetch) => core.publish(flow, { prefetch }),
  "delay capacity": (capacity) => core.delay(1, { capacity }),
  "yieldEvery items": (items) => core.yieldEvery({ items }),
  "mapAsync concurrency": (concurrency) => core.mapAsync((n: number) => n, { concurrency }),
  "mapAsyncKeyed concurrency": (concurrency) =>
    core.mapAsyncKeyed(
      (n: number) => n,
      (n) => n,
      { concurrency },
    ),
  "mapAsyncKeyed capacity": (capacity) =>
    core.mapAsyncKeyed(
      (n: number) => n,
      (n) => n,
      { capacity },
    ),
  buffer: core.buffer,
  "bufferTime size": (size) => core.bufferTime({ size, ms: 1 }),
  "batch max": (max) => core.batch({ seed: (n) => n, merge: (value) => value, max }),
  window: (size) => core.window(size),
  "window prefetch": (prefetch) => core.window(1, { prefetch }),
  "groupBy groups": (groups) => core.groupBy((n) => n, { groups }),
  "groupBy prefetch": (prefetch) => core.groupBy((n) => n, { groups: 1, prefetch }),
  "distinct capacity": (capacity) => core.distinct({ capacity, overflow: "error" }),
  "zip prefetch": (prefetch) => core.zip([flow], { prefetch }),
  "combineLatest prefetch": (prefetch) => core.combineLatest([flow], { prefetch }),
  "onBackpressureBuffer capacity": (capacity) => core.onBackpressureBuffer({ capacity, overflow: "error" }),
  "onBackpressureShed capacity": (capacity) => core.onBackpressureShed({ capacity, priority: () => 1 }),
  "onBackpressureCoDel capacity": (capacity) => core.onBackpressureCoDel({ capacity }),
  "policy.buffer capacity": (capacity) => core.policy.buffer({ capacity, overflow: "error" }),
  "policy.buffer(capacity, ..)": (capacity) => core.policy.buffer(capacity, "error"),
  "policy.shed capacity": (capacity) => core.policy.shed({ capacity, priority: () => 1 }),
  "toWebStream prefetch": (prefetch) => core.toWebStream(flow, { prefetch }),
  "toWritableStream prefetch": (prefetch) =>
    core.toWritableStream(flow, new WritableStream<number>(), { prefetch }),
  PriorityBuffer: (capacity) => new kit.PriorityBuffer(capacity),
  "create capacity": (capacity) => core.create(() => {}, { capacity, overflow: "error" }),
  "forEach prefetch": (prefetch) => flow.forEach(() => {}, { prefetch }),
  "values prefetch": (prefetch) => flow.values({ prefetch }),
  Ring: (capacity) => new kit.Ring(capacity),
};

/** Calls that take something with items. */
const inputs: Record<string, Call> = {
  from: core.from,
  fromIterable: core.fromIterable,
  fromAsyncIterable: core.fromAsyncIterable,
  fromPromise: core.fromPromise,
  fromPublisher: core.fromPublisher,
  zip: core.zip,
  combineLatest: core.combineLatest,
  withLatestFrom: core.withLatestFrom,
  takeUntil: core.takeUntil,
  fromWebStream: core.fromWebStream,
  fromEvent: (wrong) => core.fromEvent(wrong, "job", core.policy.latest()),
  fromObservable: (wrong) => core.fromObservable(wrong, core.policy.latest()),
  "fromEvent policy": (wrong) => core.fromEvent(new EventTarget(), "job", wrong),
  "fromObservable policy": (wrong) => core.fromObservable({ subscribe() {} }, wrong),
  toWebStream: core.toWebStream,
  toWritableStream: (wrong) => core.toWritableStream(wrong, new WritableStream()),
  "toWritableStream stream": (wrong) => core.toWritableStream(flow, wrong),
  subscribe: (wrong) => flow.subscribe(wrong),
  pipe: (wrong) => flow.pipe(wrong),
};

/** Calls that take a policy by name. */
const policies: Record<string, Call> = {
  onBackpressureBuffer: (overflow) => core.onBackpressureBuffer({ capacity: 1, overflow }),
  create: (overflow) => core.create(() => {}, { capacity: 1, overflow }),
  "policy.buffer": (overflow) => core.policy.buffer({ capacity: 1, overflow }),
  "policy.buffer(1, ..)": (overflow) => core.policy.buffer(1, overflow),
};

/** What each call throws for a wrong argument. */
function thrownBy(call: Call, wrong: unknown): Error {
  try {
    call(wrong as never);
  } catch (thrown) {
    return thrown as Error;
  }
  throw new Error(`accepted ${String(wrong)}`);
}

/** Said in one line: what failed, what is wanted, no full stop. */
function checkWords(error: Error): void {
  expect(error.message).toMatch(/^Cannot [^\n]+: [^\n]+[^.\n]$/);
  expect(error.message).not.toMatch(/\b(can't|don't|isn't|won't|doesn't)\b/);
}

for (const [name, call] of Object.entries(functions)) {
  describe(name, () => {
    it("throws a TypeError for what is no function", () => {
      for (const wrong of [undefined, null, 0, "fn", {}, []]) {
        const error = thrownBy(call, wrong);
        expect(error).toBeInstanceOf(TypeError);
        checkWords(error);
      }
      expect(thrownBy(call, null).message).toContain("null");
    });
  });
}

for (const [name, call] of Object.entries(capacities)) {
  describe(name, () => {
    it("throws a RangeError naming the value for what is no integer in range", () => {
      for (const wrong of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 30 + 1, "4"]) {
        const error = thrownBy(call, wrong);
        expect(error).toBeInstanceOf(RangeError);
        expect(error.message).toContain(String(wrong));
        checkWords(error);
      }
    });
  });
}

for (const [name, call] of Object.entries(optional)) {
  describe(`${name} options`, () => {
    it("throws a TypeError for what is no object, which would be ignored without a word", () => {
      expect(() => call(undefined as never)).not.toThrow();
      for (const wrong of [5, "5", true, null, () => 1]) {
        const error = thrownBy(call, wrong);
        expect(error).toBeInstanceOf(TypeError);
        expect(error.message).toContain("the options");
        checkWords(error);
      }
    });
  });
}

for (const [name, call] of Object.entries(inputs)) {
  describe(name, () => {
    it("throws a TypeError for what has no items, or takes none", () => {
      for (const wrong of [undefined, null, 0, true, {}, Symbol("s")]) {
        const error = thrownBy(call, wrong);
        expect(error).toBeInstanceOf(TypeError);
        checkWords(error);
      }
    });
  });
}

for (const [name, call] of Object.entries(policies)) {
  describe(`${name} overflow`, () => {
    it("throws a TypeError naming the value and the choices", () => {
      for (const wrong of [undefined, null, "wait", "", 1n, Symbol("s"), {}]) {
        const error = thrownBy(call, wrong);
        expect(error).toBeInstanceOf(TypeError);
        expect(error.message).toContain('"dropOldest"');
        checkWords(error);
      }
      expect(thrownBy(call, "wait").message).toContain('"wait"');
    });
  });
}

describe("take, skip and range", () => {
  it("throw a RangeError naming the value", () => {
    for (const wrong of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "2"]) {
      for (const call of [core.take, core.skip, (count: never) => core.range(0, count)]) {
        const error = thrownBy(call as Call, wrong);
        expect(error).toBeInstanceOf(RangeError);
        expect(error.message).toContain(String(wrong));
        checkWords(error);
      }
    }
  });
});

describe("operators on what is no flow", () => {
  it("throw a TypeError", () => {
    const operators: Record<string, core.Operator<number, unknown>> = {
      map: core.map((n: number) => n),
      prefetch: core.prefetch(),
      limitDemand: core.limitDemand(1),
      debounce: core.debounce(1),
      sample: core.sample(1),
      throttleTime: core.throttleTime(1),
      delay: core.delay(1, { capacity: 1 }),
      idleTimeout: core.idleTimeout(1),
      yieldEvery: core.yieldEvery({ items: 1 }),
      mapAsync: core.mapAsync((n: number) => n),
      concatMap: core.concatMap((n: number) => [n]),
      switchMap: core.switchMap((n: number) => [n]),
      exhaustMap: core.exhaustMap((n: number) => [n]),
      withLatestFrom: core.withLatestFrom([flow]),
      catchError: core.catchError(() => [0]),
      retry: core.retry(),
      repeat: core.repeat(),
      first: core.first(),
      skip: core.skip(1),
      takeUntil: core.takeUntil([]),
      onBackpressureDrop: core.onBackpressureDrop(),
      onBackpressureShed: core.onBackpressureShed({ capacity: 1, priority: () => 1 }),
      onBackpressureCoDel: core.onBackpressureCoDel({ capacity: 1 }),
    };
    for (const operator of Object.values(operators)) {
      for (const wrong of [undefined, null, 5, [1], {}]) {
        const error = thrownBy(operator as Call, wrong);
        expect(error).toBeInstanceOf(TypeError);
        checkWords(error);
      }
    }
  });
});
