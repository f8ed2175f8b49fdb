// What gathers items into one, or parts them into streams, loses and doubles none: random sends, requests, readers and
// cancels in virtual time, against the list of what was sent. And groupBy ends, whatever its settings.

import { ManualSubscriber, settled, TestPublisher, VirtualClock } from "@sluice/tck";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Flow, Operator } from "../src/flow/flow.js";
import { onDroppedItem } from "../src/kit/dropped.js";
import { GroupError } from "../src/kit/group-error.js";
import { batch } from "../src/operator/batch.js";
import { buffer } from "../src/operator/buffer.js";
import { bufferTime } from "../src/operator/buffer-time.js";
import { conflate } from "../src/operator/conflate.js";
import { groupBy } from "../src/operator/group-by.js";
import { map } from "../src/operator/map.js";
import { mapAsyncKeyed } from "../src/operator/map-async-keyed.js";
import { mergeMap } from "../src/operator/merge-map.js";
import { window } from "../src/operator/window.js";
import { fromPublisher } from "../src/source/from-publisher.js";
import { range } from "../src/source/range.js";

type Act =
  | { readonly kind: "send" | "request" | "advance"; readonly n: number }
  | { readonly kind: "inside" }
  | { readonly kind: "read" | "ask" | "leave"; readonly which: number; readonly n: number };

const amount = fc.integer({ min: 1, max: 6 });
const gatherActs: fc.Arbitrary<Act[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constantFrom("send", "request", "advance"), n: amount }),
    fc.constant<Act>({ kind: "inside" }),
  ),
  { maxLength: 40 },
);
const splitActs: fc.Arbitrary<Act[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom("send", "request"), n: amount }) },
    {
      weight: 5,
      arbitrary: fc.record({ kind: fc.constantFrom("read", "ask", "ask"), which: fc.nat(20), n: amount }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("leave"), which: fc.nat(20), n: amount }) },
  ),
  { maxLength: 60 },
) as fc.Arbitrary<Act[]>;

const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

/** As many as may be sent, up to `n`: the numbers from 0 on. */
function send(upstream: TestPublisher<number>, n: number): void {
  for (let left = n; left > 0 && upstream.demand > 0 && !upstream.cancelled; left--) {
    upstream.next(upstream.emitted);
  }
}

/** Plays a script on an operator that sends lists, and checks `bound` after each step: held and outstanding. */
function playLists(
  script: readonly Act[],
  make: (clock: VirtualClock) => Operator<number, number[]>,
  bound: (held: number[], outstanding: number, lists: readonly number[][]) => void,
): void {
  const clock = new VirtualClock();
  let inside = false;
  const upstream = new TestPublisher<number>();
  const subscriber = new ManualSubscriber<number[]>({
    onNext: (_, self) => {
      if (inside) self.request(1);
      inside = false;
    },
  });
  fromPublisher(upstream).pipe(make(clock)).subscribe(subscriber);
  for (const act of script) {
    if (act.kind === "send") send(upstream, act.n);
    else if (act.kind === "request") subscriber.request(act.n);
    else if (act.kind === "advance") clock.advance(act.n);
    else inside = true;
    const sent = subscriber.items.flat();
    expect(sent).toEqual(upTo(sent.length));
    expect([subscriber.surplus, subscriber.depth <= 1, subscriber.ended]).toEqual([0, true, false]);
    expect(subscriber.items.every((list) => list.length > 0)).toBe(true);
    bound(upTo(upstream.emitted).slice(sent.length), upstream.demand, subscriber.items);
  }
  upstream.complete();
  subscriber.request(Number.POSITIVE_INFINITY);
  expect([subscriber.items.flat(), subscriber.completed]).toEqual([upTo(upstream.emitted), true]);
  expect(clock.pending).toBe(0);
}

describe("lists of items", () => {
  it("buffer: all items in order, less than an array held, nothing asked for beyond whole arrays", () => {
    fc.assert(
      fc.property(gatherActs, fc.integer({ min: 1, max: 5 }), (script, size) => {
        playLists(
          script,
          () => buffer(size),
          (held, _, lists) => {
            expect(held.length).toBeLessThan(size);
            expect(lists.every((list) => list.length === size)).toBe(true);
          },
        );
      }),
      { numRuns: 200 },
    );
  });

  it("bufferTime: all items in order, held and outstanding never more than size", () => {
    fc.assert(
      fc.property(gatherActs, amount, fc.nat(9), (script, size, ms) => {
        playLists(
          script,
          (clock) => bufferTime({ size, ms, clock }),
          (held, outstanding, lists) => {
            expect(held.length + outstanding).toBe(size);
            expect(lists.every((list) => list.length <= size)).toBe(true);
          },
        );
      }),
      { numRuns: 300 },
    );
  });

  it("batch: all items in order, held and outstanding never more than max", () => {
    fc.assert(
      fc.property(gatherActs, amount, (script, max) => {
        playLists(
          script,
          () => batch({ seed: (n: number) => [n], merge: (list, n) => [...list, n], max }),
          (held, outstanding) => expect(held.length + outstanding).toBeLessThanOrEqual(max),
        );
      }),
      { numRuns: 200 },
    );
  });

  it("batch by weight: all items in order, no value heavier than max but of one item, one item beside it", () => {
    fc.assert(
      fc.property(gatherActs, amount, fc.array(fc.nat(8), { minLength: 1 }), (script, max, weights) => {
        const weigh = (n: number): number => weights[n % weights.length] as number;
        const weightOf = (list: readonly number[]): number => list.reduce((sum, n) => sum + weigh(n), 0);
        const fits = (list: readonly number[]): boolean => list.length <= 1 || weightOf(list) <= max;
        playLists(
          script,
          () => batch({ seed: (n: number) => [n], merge: (list, n) => [...list, n], max, weigh }),
          (held, outstanding, lists) => {
            expect(fits(held) || fits(held.slice(0, -1))).toBe(true);
            expect(lists.every(fits)).toBe(true);
            expect(outstanding).toBeLessThanOrEqual(1);
          },
        );
      }),
      { numRuns: 300 },
    );
  });

  it("conflate: all items in order, however many wait", () => {
    const join = (flow: Flow<number>): Flow<number[]> =>
      flow.pipe(
        map((n) => [n]),
        conflate((list, more) => [...list, ...more]),
      );
    fc.assert(
      fc.property(gatherActs, (script) =>
        playLists(
          script,
          () => join,
          () => {},
        ),
      ),
      { numRuns: 100 },
    );
  });
});

/** A stream that was handed out, and what its reader saw. */
interface Seen {
  readonly flow: Flow<number>;
  reader: ManualSubscriber<number> | undefined;
}

/** Plays a script on an operator that sends streams; answers what each of them gave, and what was dropped. */
function playStreams<F extends Flow<number>>(
  script: readonly Act[],
  operator: Operator<number, F>,
  prefetch: number,
): { readonly sent: number; readonly parts: readonly Seen[]; readonly dropped: readonly number[] } {
  const dropped: number[] = [];
  const restore = onDroppedItem((item) => dropped.push(item as number));
  const parts: Seen[] = [];
  const upstream = new TestPublisher<number>();
  const outer = new ManualSubscriber<F>({ onNext: (flow) => void parts.push({ flow, reader: undefined }) });
  const read = (part: Seen | undefined, n: number): void => {
    if (part === undefined || part.reader !== undefined) return;
    part.reader = new ManualSubscriber<number>({ onSubscribe: (self) => self.request(n) });
    part.flow.subscribe(part.reader);
  };
  try {
    fromPublisher(upstream).pipe(operator).subscribe(outer);
    for (const act of script) {
      if (act.kind === "send") send(upstream, act.n);
      else if (act.kind === "request") outer.request(act.n);
      else if ("which" in act) {
        const part = parts[act.which % Math.max(1, parts.length)];
        if (act.kind === "read") read(part, act.n);
        else if (act.kind === "ask") part?.reader?.request(act.n);
        else part?.reader?.cancel();
      }
      const taken = parts.reduce((sum, { reader }) => sum + (reader?.items.length ?? 0), 0);
      const held = upstream.emitted - taken - dropped.length;
      expect(held + upstream.demand).toBeLessThanOrEqual(prefetch);
      for (const { reader } of parts) expect([reader?.surplus ?? 0, reader?.depth ?? 1]).toEqual([0, 1]);
      expect([outer.surplus, outer.ended]).toEqual([0, false]);
    }
    upstream.complete();
    outer.request(Number.POSITIVE_INFINITY);
    for (const part of parts) {
      read(part, 1);
      part.reader?.request(Number.POSITIVE_INFINITY);
    }
    expect(outer.completed).toBe(true);
  } finally {
    restore();
  }
  return { sent: upstream.emitted, parts, dropped };
}

const itemsOf = ({ reader }: Seen): readonly number[] => reader?.items ?? [];
const sorted = (items: readonly number[]): number[] => [...items].sort((a, b) => a - b);

describe("streams of items", () => {
  it("window: each item in one window, in order, or counted as dropped with a window that was left", () => {
    fc.assert(
      fc.property(splitActs, amount, amount, (script, size, prefetch) => {
        const { sent, parts, dropped } = playStreams(script, window<number>(size, { prefetch }), prefetch);
        expect(sorted([...parts.flatMap(itemsOf), ...dropped])).toEqual(upTo(sent));
        parts.forEach((part, index) => {
          const whole = upTo(sent).slice(index * size, (index + 1) * size);
          expect(itemsOf(part)).toEqual(whole.slice(0, itemsOf(part).length));
          if (part.reader?.completed) expect(itemsOf(part)).toEqual(whole);
        });
        expect(parts.length).toBe(Math.ceil(sent / size));
      }),
      { numRuns: 300 },
    );
  });

  it("groupBy: each item in a group of its key, in order, or counted as dropped with a group that was left", () => {
    fc.assert(
      fc.property(splitActs, amount, amount, (script, keys, prefetch) => {
        const operator = groupBy((n: number) => (n * n + n) % keys, { groups: keys, prefetch });
        const { sent, parts, dropped } = playStreams(script, operator, prefetch);
        expect(sorted([...parts.flatMap(itemsOf), ...dropped])).toEqual(upTo(sent));
        for (const key of upTo(keys)) {
          const ofKey = parts.filter(({ flow }) => (flow as Flow<number> & { key: number }).key === key);
          const items = ofKey.flatMap(itemsOf); // groups of one key follow each other
          expect(items).toEqual(sorted(items));
          expect(items.every((n) => (n * n + n) % keys === key)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("do not fail, however slow the readers of all streams are", () => {
    fc.assert(
      fc.property(gatherActs, amount, amount, (script, keys, prefetch) => {
        const clock = new VirtualClock();
        const readers: ManualSubscriber<number>[] = [];
        const outer = new ManualSubscriber<Flow<number>>({
          onNext: (flow) => {
            const reader = new ManualSubscriber<number>();
            readers.push(reader);
            flow.subscribe(reader);
          },
        });
        const upstream = new TestPublisher<number>();
        const operator = groupBy((n: number) => n % keys, {
          groups: keys,
          prefetch,
          clock,
          stallMs: 0,
          blockedMs: 1e9,
        });
        fromPublisher(upstream).pipe(operator).subscribe(outer);
        outer.request(Number.POSITIVE_INFINITY);
        for (const [step, act] of script.entries()) {
          if (act.kind === "send") send(upstream, act.n);
          else readers[step % Math.max(1, readers.length)]?.request(1);
          clock.advance(1e6);
          expect([outer.ended, upstream.cancelled]).toEqual([false, false]);
        }
        outer.cancel();
      }),
      { numRuns: 100 },
    );
  });
});

describe("groupBy behind which mergeMap reads some groups at once", () => {
  const grid = [1, 2, 3, 5];
  const count = 60;
  for (const groups of grid) {
    it(`completes or fails by name, never neither: ${groups} groups`, () => {
      const outcomes = { completed: 0, TOO_MANY_GROUPS: 0, STALLED: 0 };
      for (const concurrency of grid) {
        for (const ahead of grid) {
          for (const prefetch of [1, 2, 4, 8]) {
            for (const keys of [1, 2, 4, 6]) {
              for (const run of [1, 7]) {
                for (const demand of [1, Number.POSITIVE_INFINITY]) {
                  const where = { groups, concurrency, ahead, prefetch, keys, run, demand };
                  const clock = new VirtualClock();
                  const flow = range(0, count).pipe(
                    groupBy((n) => Math.floor(n / run) % keys, { groups, prefetch, clock, stallMs: 50 }),
                    mergeMap((group) => group, { concurrency, prefetch: ahead }),
                  );
                  const subscriber = new ManualSubscriber<number>({ onNext: (_, self) => self.request(1) });
                  flow.subscribe(subscriber);
                  subscriber.request(demand);
                  clock.advance(50);
                  expect(subscriber.ended, JSON.stringify(where)).toBe(true);
                  if (subscriber.completed) {
                    outcomes.completed++;
                    expect(sorted(subscriber.items), JSON.stringify(where)).toEqual(upTo(count));
                  } else {
                    expect(subscriber.error).toBeInstanceOf(GroupError);
                    outcomes[(subscriber.error as GroupError).code as "STALLED"]++;
                    expect(String(subscriber.error)).toContain(`groups: ${groups}, prefetch: ${prefetch}`);
                  }
                  // Where there is room for all keys, nothing may fail.
                  if (keys <= groups && keys <= concurrency) expect(subscriber.completed).toBe(true);
                }
              }
            }
          }
        }
      }
      expect(outcomes.completed * outcomes.TOO_MANY_GROUPS).toBeGreaterThan(0);
      if (groups > 1) expect(outcomes.STALLED).toBeGreaterThan(0);
    });
  }
});

describe("mapAsyncKeyed", () => {
  it("keeps order and one call at a time for each key, within concurrency and capacity, and loses nothing", async () => {
    const script = fc.array(
      fc.oneof(
        fc.record({ kind: fc.constantFrom("send", "request"), n: amount }),
        fc.record({ kind: fc.constant("settle"), n: fc.nat(20) }),
      ),
      { maxLength: 30 },
    );
    await fc.assert(
      fc.asyncProperty(script, amount, amount, amount, async (acts, keys, concurrency, capacity) => {
        const running = new Map<number, () => void>();
        const started: number[] = [];
        const upstream = new TestPublisher<number>();
        const subscriber = new ManualSubscriber<number>();
        const work = (n: number): Promise<number> => {
          started.push(n);
          return new Promise((resolve) => running.set(n, () => resolve(n)));
        };
        const key = (n: number): number => (n * n + n) % keys;
        fromPublisher(upstream)
          .pipe(mapAsyncKeyed(key, work, { concurrency, capacity }))
          .subscribe(subscriber);
        const settle = async (index: number): Promise<void> => {
          const n = [...running.keys()][index % Math.max(1, running.size)];
          if (n === undefined) return;
          running.get(n)?.();
          running.delete(n);
          for (let turn = 0; turn < 5; turn++) await Promise.resolve();
        };
        const check = (): void => {
          const keysRunning = [...running.keys()].map(key);
          expect(running.size).toBeLessThanOrEqual(Math.min(concurrency, capacity));
          expect(new Set(keysRunning).size).toBe(running.size);
          expect(upstream.demand + upstream.emitted - subscriber.items.length).toBe(capacity);
          expect(subscriber.surplus).toBe(0);
        };
        for (const act of acts) {
          if (act.kind === "send") send(upstream, act.n);
          else if (act.kind === "request") subscriber.request(act.n);
          else await settle(act.n);
          check();
        }
        upstream.complete();
        subscriber.request(Number.POSITIVE_INFINITY);
        while (running.size > 0) await settle(0);
        await settled();
        expect([sorted(subscriber.items), subscriber.completed]).toEqual([upTo(upstream.emitted), true]);
        for (const k of upTo(keys)) {
          for (const list of [started, subscriber.items]) {
            const ofKey = list.filter((n) => key(n) === k);
            expect(ofKey).toEqual(sorted(ofKey));
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});
