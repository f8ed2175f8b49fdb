// Operators that join, switch or start over, under random scripts of what their sources send and their subscriber
// asks for, against naive models: arrays, replayed after every step. Sources are foreign and driven by hand.

import { ManualSubscriber, TestPublisher, VirtualClock } from "@sluice/tck";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Flow } from "../src/flow/flow.js";
import { onDroppedError } from "../src/kit/dropped.js";
import { catchError } from "../src/operator/catch-error.js";
import { combineLatest } from "../src/operator/combine-latest.js";
import { exhaustMap } from "../src/operator/exhaust-map.js";
import { repeat } from "../src/operator/repeat.js";
import { retry } from "../src/operator/retry.js";
import { switchMap } from "../src/operator/switch-map.js";
import { withLatestFrom } from "../src/operator/with-latest-from.js";
import { zip } from "../src/operator/zip.js";
import { defer } from "../src/source/defer.js";
import { fromPublisher } from "../src/source/from-publisher.js";
import { OverflowCounters } from "../src/spec/overflow.js";

/** One step of a script; `source` is taken modulo how many there are. */
type Act =
  | { readonly kind: "send" | "complete" | "error"; readonly source: number }
  | { readonly kind: "request"; readonly n: number }
  | { readonly kind: "cancel" };

/** A script, and acts that are to be done inside the onNext calls that come first. */
interface Play {
  readonly acts: readonly Act[];
  readonly inside: readonly (Act | undefined)[];
}

const sourceNumber = fc.nat(2);
const request: fc.Arbitrary<Act> = fc.record({
  kind: fc.constant("request" as const),
  n: fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 1, max: 4 }) },
    fc.constant(Number.POSITIVE_INFINITY),
  ),
});
const send: fc.Arbitrary<Act> = fc.record({ kind: fc.constant("send" as const), source: sourceNumber });
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 14, arbitrary: send },
  { weight: 6, arbitrary: request },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom("complete" as const, "error" as const),
      source: sourceNumber,
    }),
  },
);
const plays: fc.Arbitrary<Play> = fc.record({
  acts: fc
    .array(act, { maxLength: 50 })
    .chain((acts) =>
      fc.boolean().map((cancels) => (cancels ? [...acts, { kind: "cancel" as const }] : acts)),
    ),
  inside: fc.array(
    fc.option(fc.oneof(send, request, fc.constant<Act>({ kind: "cancel" })), { nil: undefined }),
    {
      maxLength: 4,
    },
  ),
});

/** A source driven by hand that keeps the rules: it sends only what was asked for, and nothing after its end. */
class Source {
  readonly publisher: TestPublisher<string>;
  readonly sent: string[] = [];
  ended: "complete" | "error" | undefined;
  private readonly name: number;
  private readonly arrivals: [number, string][];
  private isSending = false;

  constructor(name: number, arrivals: [number, string][]) {
    this.name = name;
    this.arrivals = arrivals;
    this.publisher = new TestPublisher<string>();
  }

  /** Answers whether it was possible: not within its own onNext (§1.3), nor without demand or after an end. */
  do(kind: "send" | "complete" | "error"): boolean {
    const { publisher } = this;
    if (publisher.subscribers === 0 || this.ended !== undefined || publisher.cancelled || this.isSending)
      return false;
    if (kind === "send") {
      if (publisher.demand < 1) return false;
      const item = `${this.name}.${this.sent.length}`;
      this.sent.push(item);
      this.arrivals.push([this.name, item]);
      this.isSending = true;
      publisher.next(item);
      this.isSending = false;
      return true;
    }
    this.ended = kind;
    if (kind === "complete") publisher.complete();
    else publisher.error(`error of ${this.name}`);
    return true;
  }

  /** §3.12: cancelled once if it had not ended by itself, else never. */
  expectCancelled(): void {
    if (this.publisher.subscribers > 0) expect(this.publisher.cancels).toBe(this.ended === undefined ? 1 : 0);
  }
}

/** Plays a script on `flow`; `check` is called after every step, also after one that was cut short by a cancel. */
function perform<T>(
  flow: Flow<T>,
  { acts, inside }: Play,
  sourceOf: (n: number) => Source | undefined,
  check: (subscriber: ManualSubscriber<T>, isCancelled: boolean) => void,
): ManualSubscriber<T> {
  const left = [...inside];
  let isCancelled = false;
  const apply = (step: Act): void => {
    if (subscriber.ended || isCancelled) return;
    if (step.kind === "request") subscriber.request(step.n);
    else if (step.kind === "cancel") {
      isCancelled = true;
      subscriber.cancel();
    } else sourceOf(step.source)?.do(step.kind);
  };
  const subscriber = new ManualSubscriber<T>({
    onNext: () => {
      const [step] = left.splice(0, 1);
      if (step !== undefined) apply(step);
    },
  });
  flow.subscribe(subscriber);
  check(subscriber, isCancelled);
  for (const step of acts) {
    apply(step);
    expect([subscriber.surplus, subscriber.depth <= 1]).toEqual([0, true]);
    if (isCancelled) expect(subscriber.ended).toBe(false);
    check(subscriber, isCancelled);
  }
  return subscriber;
}

let restore = (): void => {};
beforeAll(() => {
  restore = onDroppedError(() => {}); // errors after the end are reported, as they should be, but not here
});
afterAll(() => restore());

const runs = { numRuns: 400 };

describe("zip", () => {
  it("is the zip of arrays, within demand and prefetch, with every source cancelled that had not ended", () => {
    fc.assert(
      fc.property(
        plays,
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 5 }),
        (play, count, prefetch) => {
          const sources = Array.from({ length: count }, (_, name) => new Source(name, []));
          const flow = zip(
            sources.map(({ publisher }) => publisher),
            { prefetch },
          );
          perform<string[]>(
            flow,
            play,
            (n) => sources[n % count],
            (subscriber, isCancelled) => {
              const { items } = subscriber;
              expect(items).toEqual(items.map((_, row) => sources.map(({ sent }) => sent[row])));
              const failed = sources.some(({ ended }) => ended === "error");
              expect(subscriber.failed).toBe(failed && !isCancelled);
              const over = sources.some(
                ({ ended, sent }) => ended === "complete" && sent.length === items.length,
              );
              if (!failed && !isCancelled) {
                expect(items.length).toBe(
                  Math.min(subscriber.requested, ...sources.map(({ sent }) => sent.length)),
                );
                expect(subscriber.completed).toBe(over);
              }
              for (const source of sources) {
                expect(source.sent.length - items.length + source.publisher.demand).toBeLessThanOrEqual(
                  prefetch,
                );
                if (subscriber.ended || isCancelled) source.expectCancelled();
                else expect(source.publisher.cancels).toBe(0);
              }
            },
          );
        },
      ),
      runs,
    );
  });
});

describe("combineLatest", () => {
  /** Every combination there would be without backpressure. */
  function replay(arrivals: readonly [number, string][], count: number): string[][] {
    const latest = new Map<number, string>();
    const combinations: string[][] = [];
    for (const [source, item] of arrivals) {
      latest.set(source, item);
      if (latest.size === count)
        combinations.push(Array.from({ length: count }, (_, n) => latest.get(n) as string));
    }
    return combinations;
  }

  it("is a replay of what arrived, within demand and prefetch, with every source cancelled that had not ended", () => {
    fc.assert(
      fc.property(
        plays,
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 5 }),
        (play, count, prefetch) => {
          const arrivals: [number, string][] = [];
          const sources = Array.from({ length: count }, (_, name) => new Source(name, arrivals));
          const flow = combineLatest(
            sources.map(({ publisher }) => publisher),
            { prefetch },
          );
          perform<string[]>(
            flow,
            play,
            (n) => sources[n % count],
            (subscriber, isCancelled) => {
              const { items } = subscriber;
              const wanted = replay(arrivals, count);
              expect(items).toEqual(wanted.slice(0, items.length));
              const failed = sources.some(({ ended }) => ended === "error");
              expect(subscriber.failed).toBe(failed && !isCancelled);
              if (!failed && !isCancelled) {
                expect(items.length).toBe(Math.min(subscriber.requested, wanted.length));
                expect(subscriber.completed).toBe(
                  sources.some(({ ended, sent }) => ended === "complete" && sent.length === 0) ||
                    (items.length === wanted.length && sources.every(({ ended }) => ended === "complete")),
                );
              }
              for (const source of sources) {
                expect(source.publisher.demand).toBeLessThanOrEqual(prefetch);
                if (subscriber.ended || isCancelled) source.expectCancelled();
                else expect(source.publisher.cancels).toBe(0);
              }
            },
          );
        },
      ),
      runs,
    );
  });
});

describe("withLatestFrom", () => {
  it("is a replay of what arrived, and asks upstream for one more for each item dropped", () => {
    fc.assert(
      fc.property(plays, (play) => {
        const arrivals: [number, string][] = [];
        const sources = [0, 1, 2].map((name) => new Source(name, arrivals));
        const [main, ...others] = sources as [Source, Source, Source];
        const flow = fromPublisher(main.publisher).pipe(
          withLatestFrom(others.map(({ publisher }) => publisher)),
        );
        perform<string[]>(
          flow,
          play,
          (n) => sources[n % 3],
          (subscriber, isCancelled) => {
            const latest = new Map<number, string>();
            const wanted: string[][] = [];
            for (const [source, item] of arrivals) {
              if (source > 0) latest.set(source, item);
              else if (latest.size === 2)
                wanted.push([item, latest.get(1) as string, latest.get(2) as string]);
            }
            expect(subscriber.items).toEqual(wanted);
            expect(subscriber.failed).toBe(sources.some(({ ended }) => ended === "error") && !isCancelled);
            const over =
              main.ended === "complete" || others.some(({ ended, sent }) => ended && sent.length === 0);
            if (!subscriber.failed && !isCancelled) expect(subscriber.completed).toBe(over);
            if (!subscriber.ended && !isCancelled) {
              const dropped = main.sent.length - wanted.length;
              expect(main.publisher.requested).toBe(subscriber.requested + dropped);
            }
            for (const source of sources) {
              if (subscriber.ended || isCancelled) source.expectCancelled();
              else expect(source.publisher.cancels).toBe(0);
            }
          },
        );
      }),
      runs,
    );
  });
});

/** What is requested and not yet sent, which is what the source that runs must be asked for. */
const outstanding = (subscriber: ManualSubscriber<unknown>): number =>
  subscriber.requested === Number.POSITIVE_INFINITY
    ? subscriber.requested
    : subscriber.requested - subscriber.items.length;

describe("switchMap and exhaustMap", () => {
  for (const name of ["switchMap", "exhaustMap"] as const) {
    it(`${name} sends the items of the one source that runs, which is asked for all that is outstanding`, () => {
      fc.assert(
        fc.property(plays, (play) => {
          const outer = new Source(0, []);
          const arrivals: [number, string][] = [];
          const inners: Source[] = [];
          /** Items of the source that ran when they were sent. */
          const wanted: string[] = [];
          const counters = new OverflowCounters();
          const make = (): TestPublisher<string> => {
            const inner = new Source(inners.length + 1, arrivals);
            inners.push(inner);
            return inner.publisher;
          };
          const operator = name === "switchMap" ? switchMap(make) : exhaustMap(make, { counters });
          const connected = (): Source | undefined =>
            inners.findLast(({ publisher }) => publisher.subscribers > 0);
          perform<string>(
            fromPublisher(outer.publisher).pipe(operator),
            play,
            (n) => (n === 0 ? outer : inners.at(-1)),
            (subscriber, isCancelled) => {
              const isOver = subscriber.ended || isCancelled;
              wanted.splice(0, wanted.length, ...arrivals.map(([, item]) => item));
              expect(subscriber.items).toEqual(wanted);
              const newest = connected();
              const isRunning =
                newest !== undefined && newest.ended === undefined && !newest.publisher.cancelled;
              if (!isOver && isRunning) expect(newest.publisher.demand).toBe(outstanding(subscriber));
              for (const inner of inners) {
                if (inner !== newest || isOver) inner.expectCancelled();
              }
              if (isOver) outer.expectCancelled();
              else expect(outer.publisher.cancels).toBe(0);
              const failed = outer.ended === "error" || inners.some(({ ended }) => ended === "error");
              expect(subscriber.failed).toBe(failed && !isCancelled);
              if (!failed && !isCancelled)
                expect(subscriber.completed).toBe(outer.ended === "complete" && !isRunning);
              if (name === "exhaustMap") {
                expect(counters.offered).toBe(counters.delivered + counters.dropped + counters.held);
                expect([counters.offered, counters.delivered]).toEqual([outer.sent.length, inners.length]);
              }
            },
          );
        }),
        runs,
      );
    });
  }
});

describe("retry, repeat and catchError", () => {
  /** Each with an upstream that is made anew for each subscription, and when it goes on after an end. */
  const recovering = {
    retry: {
      again: "error",
      most: 4,
      over: (upstream: Flow<string>, _: () => TestPublisher<string>, clock: VirtualClock) =>
        upstream.pipe(retry({ times: 3, clock, random: () => 0.5 })),
    },
    "retry without a wait": {
      again: "error",
      most: 4,
      over: (upstream: Flow<string>) => upstream.pipe(retry({ times: 3, backoff: { baseMs: 0 } })),
    },
    repeat: {
      again: "complete",
      most: 4,
      over: (upstream: Flow<string>) => upstream.pipe(repeat({ times: 3 })),
    },
    "repeat with a wait": {
      again: "complete",
      most: 4,
      over: (upstream: Flow<string>, _: () => TestPublisher<string>, clock: VirtualClock) =>
        upstream.pipe(repeat({ times: 3, delayMs: 10, clock })),
    },
    catchError: {
      again: "error",
      most: 2,
      over: (upstream: Flow<string>, make: () => TestPublisher<string>) => upstream.pipe(catchError(make)),
    },
  } as const;

  for (const [name, { again, most, over }] of Object.entries(recovering)) {
    it(`${name} moves what is outstanding on to the next source, and runs one at a time`, () => {
      fc.assert(
        fc.property(plays, (play) => {
          const clock = new VirtualClock();
          const arrivals: [number, string][] = [];
          const made: Source[] = [];
          const make = (): TestPublisher<string> => {
            const source = new Source(made.length, arrivals);
            made.push(source);
            return source.publisher;
          };
          perform<string>(
            over(defer(make), make, clock),
            play,
            () => made.at(-1),
            (subscriber, isCancelled) => {
              const isOver = subscriber.ended || isCancelled;
              if (isOver) expect(clock.pending).toBe(0);
              clock.advance(100_000);
              expect(subscriber.items).toEqual(arrivals.map(([, item]) => item));
              const last = made.at(-1) as Source;
              expect(made.length).toBeLessThanOrEqual(most);
              for (const source of made.slice(0, -1))
                expect([source.ended, source.publisher.cancels]).toEqual([again, 0]);
              if (last.ended === undefined && !isOver) {
                expect(last.publisher.demand).toBe(outstanding(subscriber));
                expect(last.publisher.cancels).toBe(0);
              }
              if (isOver) last.expectCancelled();
              const waits = name.startsWith("repeat") && outstanding(subscriber) === 0;
              const isLast = made.length === most || last.ended !== again;
              if (!isCancelled) expect(subscriber.ended).toBe(last.ended !== undefined && isLast);
              if (!isCancelled && last.ended === again && !isLast) expect(waits).toBe(true);
              if (subscriber.ended) expect(subscriber.failed).toBe(last.ended === "error");
            },
          );
        }),
        runs,
      );
    });
  }
});
