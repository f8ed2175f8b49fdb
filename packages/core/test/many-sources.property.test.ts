// Operators of many sources under random sources, demand and cancels, against a model that is only arrays: nothing is
// lost, nothing doubled, each source keeps its order, and what is held stays within its bound.

import { ManualSubscriber, settled, TestPublisher } from "@sluice/tck";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Flow } from "../src/flow/flow.js";
import { setFusion } from "../src/flow/unfused.js";
import { onDroppedError } from "../src/kit/dropped.js";
import { concat } from "../src/operator/concat.js";
import { concatMap } from "../src/operator/concat-map.js";
import { expand } from "../src/operator/expand.js";
import { filter } from "../src/operator/filter.js";
import { map } from "../src/operator/map.js";
import { merge } from "../src/operator/merge.js";
import { mergeMap } from "../src/operator/merge-map.js";
import { mergePrioritized } from "../src/operator/merge-prioritized.js";
import { prefetch } from "../src/operator/prefetch.js";
import { fail } from "../src/source/fail.js";
import { type FlowInput, from } from "../src/source/from.js";
import { fromPublisher } from "../src/source/from-publisher.js";
import { of } from "../src/source/of.js";
import { range } from "../src/source/range.js";
import { Script, type Seen, steps } from "./script.js";

/** Numbers of one source start at a multiple of this: an item tells where it came from. */
const STRIDE = 1000;
const failure = "the source failed";

/** One of the sources: its items are `first .. first + count - 1`. */
interface Source {
  readonly kind: keyof typeof kinds;
  readonly count: number;
  readonly fails: boolean;
}

/** Answers each request on its stack, as a publisher may. */
function onStack(first: number, count: number): TestPublisher<number> {
  let ended = false;
  return new TestPublisher<number>({
    onRequest: (n, self) => {
      for (let k = 0; k < n && self.emitted < count && !self.cancelled; k++) self.next(first + self.emitted);
      if (self.emitted < count || self.cancelled || ended) return;
      ended = true;
      self.complete();
    },
  });
}

/** One item a microtask. */
function drop(first: number, count: number): TestPublisher<number> {
  let isOver = false;
  const tick = (self: TestPublisher<number>): void => {
    if (self.cancelled || isOver) return;
    if (self.emitted < count && self.demand > 0) self.next(first + self.emitted);
    if (self.emitted === count && !self.cancelled) {
      isOver = true;
      self.complete();
    } else if (self.demand > 0) queueMicrotask(() => tick(self));
  };
  return new TestPublisher<number>({ onRequest: (_, self) => queueMicrotask(() => tick(self)) });
}

function* generate(first: number, count: number): Generator<number> {
  for (let n = first; n < first + count; n++) yield n;
}

async function* generateAsync(first: number, count: number): AsyncGenerator<number> {
  yield* generate(first, count);
}

const kinds = {
  range,
  array: (first: number, count: number) => [...generate(first, count)],
  generator: (first: number, count: number) => generate(first, count) as Iterable<number>,
  "async generator": generateAsync,
  "on the stack": onStack,
  "one a microtask": drop,
  "mapped range": (first: number, count: number) => range(0, count).pipe(map((n) => n + first)),
  "filtered range": (first: number, count: number) =>
    range(0, 2 * count).pipe(
      filter((n) => n % 2 === 1),
      map((n) => first + (n - 1) / 2),
    ),
  prefetched: (first: number, count: number) => range(first, count).pipe(prefetch(3)),
} satisfies Record<string, (first: number, count: number) => FlowInput<number>>;

const sourceOf = (fails: fc.Arbitrary<boolean>): fc.Arbitrary<Source> =>
  fc.record({
    kind: fc.constantFrom(...(Object.keys(kinds) as (keyof typeof kinds)[])),
    count: fc.oneof(fc.constantFrom(0, 1), fc.nat(40)),
    fails,
  });

function open({ kind, count, fails }: Source, index: number): FlowInput<number> {
  const items = kinds[kind](index * STRIDE, count);
  return fails ? concat([items, fail<number>(new Error(failure))]) : items;
}

const itemsOf = ({ count }: Source, index: number): number[] => [...generate(index * STRIDE, count)];

const options = fc.record({
  concurrency: fc.integer({ min: 1, max: 6 }),
  prefetch: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constant(64)),
});
type Options = typeof options extends fc.Arbitrary<infer T> ? T : never;

/** Ways to read many sources; `inOrder` where the items of one come before those of the next. */
const readers: { name: string; inOrder: boolean; read(all: Source[], options: Options): Flow<unknown> }[] = [
  { name: "merge", inOrder: false, read: (all, o) => merge(all.map(open), o) },
  {
    name: "mergePrioritized",
    inOrder: false,
    read: (all, o) =>
      mergePrioritized(all.map(open), { weights: all.map((_, n) => n + 1), prefetch: o.prefetch }),
  },
  {
    name: "mergePrioritized, strict",
    inOrder: false,
    read: (all, o) => mergePrioritized(all.map(open), { weights: "strict", prefetch: o.prefetch }),
  },
  { name: "concat", inOrder: true, read: (all) => concat(all.map(open)) },
  ...[range, drop, onStack, generateAsync].flatMap((outer) => {
    const made = (all: Source[]) => from<number>(outer(0, all.length));
    const make = (all: Source[]) => (n: number) => open(all[n] as Source, n);
    return [
      {
        name: `mergeMap of ${outer.name}`,
        inOrder: false,
        read: (all: Source[], o: Options) => made(all).pipe(mergeMap(make(all), o)),
      },
      {
        name: `concatMap of ${outer.name}`,
        inOrder: true,
        read: (all: Source[]) => made(all).pipe(concatMap(make(all))),
      },
    ];
  }),
];

/** Items by their source. */
function bySource(items: readonly unknown[], count: number): number[][] {
  const parts: number[][] = Array.from({ length: count }, () => []);
  for (const item of items as number[]) parts[Math.floor(item / STRIDE)]?.push(item);
  return parts;
}

const modes = [true, false];

async function inMode<T>(fused: boolean, run: () => Promise<T>): Promise<T> {
  setFusion(fused);
  try {
    return await run();
  } finally {
    setFusion(true);
  }
}

const legal = (seen: Seen): unknown[] => [seen.surplus, seen.depth, seen.late];

let restore = (): void => {};
beforeEach(() => {
  restore = onDroppedError(() => {});
});
afterEach(() => restore());

describe("operators of many sources", () => {
  for (const { name, inOrder, read } of readers) {
    it(`lose nothing, double nothing and keep the order of each source: ${name}`, async () => {
      const all = fc.array(sourceOf(fc.constant(false)), { maxLength: 8 });
      await fc.assert(
        fc.asyncProperty(all, options, steps, async (sources, o, script) => {
          for (const fused of modes) {
            await inMode(fused, async () => {
              const seen = await new Script(script).play(read(sources, o), "to the end");
              const wanted = sources.map(itemsOf);
              if (inOrder) expect(seen.items).toEqual(wanted.flat());
              else expect(bySource(seen.items, sources.length)).toEqual(wanted);
              expect([seen.failed, seen.ends]).toEqual([false, 1]);
              expect(legal(seen)).toEqual([0, 1, 0]);
              // Unbounded, into an end that takes slices: the other way through.
              const sum = await read(sources, o).reduce((total, n) => total + (n as number), 0);
              expect(sum).toBe(wanted.flat().reduce((total, n) => total + n, 0));
            });
          }
        }),
        { numRuns: 40 },
      );
    });

    it(`send a beginning of each source before an error or a cancel: ${name}`, async () => {
      const all = fc.array(sourceOf(fc.boolean()), { minLength: 1, maxLength: 6 });
      const cancel = fc.option(fc.record({ cancelAt: fc.nat(30), inside: fc.boolean() }), { nil: undefined });
      await fc.assert(
        fc.asyncProperty(all, options, steps, cancel, async (sources, o, script, stop) => {
          for (const fused of modes) {
            await inMode(fused, async () => {
              const how = stop === undefined ? "to the end" : "as far as it goes";
              const seen = await new Script(script, stop).play(read(sources, o), how);
              bySource(seen.items, sources.length).forEach((items, n) => {
                expect(items).toEqual(itemsOf(sources[n] as Source, n).slice(0, items.length));
              });
              expect([seen.surplus, seen.late]).toEqual([0, 0]);
              if (stop !== undefined) return;
              expect([seen.failed, seen.ends]).toEqual([sources.some((source) => source.fails), 1]);
              if (seen.failed) expect(seen.error).toEqual(new Error(failure));
            });
          }
        }),
        { numRuns: 30 },
      );
    });
  }
});

describe("expand", () => {
  /** The sources below the node `n`: a random tree, numbered by its levels. */
  const trees = fc.record({
    below: fc.array(fc.nat(3), { minLength: 1, maxLength: 30 }),
    kind: fc.constantFrom(...(Object.keys(kinds) as (keyof typeof kinds)[])),
    roots: fc.integer({ min: 1, max: 3 }),
  });

  it("finds each node once, after the one that it was found below", async () => {
    await fc.assert(
      fc.asyncProperty(trees, options, steps, async ({ below, kind, roots }, o, script) => {
        const children: number[][] = [];
        let count = roots;
        for (let n = 0; n < count; n++) {
          const found = below[n] ?? 0;
          children[n] = [...generate(count, found)];
          count += found;
        }
        const make = (n: number): FlowInput<number> =>
          kinds[kind](children[n]?.[0] ?? 0, children[n]?.length ?? 0);
        for (const fused of modes) {
          await inMode(fused, async () => {
            const flow = range(0, roots).pipe(expand(make, { ...o, capacity: count }));
            const seen = await new Script(script).play(flow, "to the end");
            const items = seen.items as number[];
            expect([...items].sort((a, b) => a - b)).toEqual([...generate(0, count)]);
            children.forEach((found, n) => {
              for (const child of found) expect(items.indexOf(child)).toBeGreaterThan(items.indexOf(n));
            });
            expect([seen.failed, seen.ends]).toEqual([false, 1]);
            expect(legal(seen)).toEqual([0, 1, 0]);
            if (o.concurrency === 1 && roots === 1) expect(items).toEqual([...generate(0, count)]);
          });
        }
      }),
      { numRuns: 100 },
    );
  });

  it("ends, whatever its capacity: with all nodes, or with an error that names it", async () => {
    await fc.assert(
      fc.asyncProperty(trees, options, fc.integer({ min: 1, max: 4 }), async (tree, o, capacity) => {
        let made = 0;
        const make = (): FlowInput<number> => {
          const found = tree.below[made++] ?? 0;
          return kinds[tree.kind](0, found);
        };
        const flow = range(0, tree.roots).pipe(expand(make, { ...o, capacity }));
        const outcome = await flow.reduce((count) => count + 1, 0).catch((error: unknown) => error);
        if (typeof outcome === "number") expect(outcome).toBeGreaterThanOrEqual(tree.roots);
        else expect(outcome).toMatchObject({ code: "OVERFLOW", capacity });
      }),
      { numRuns: 100 },
    );
  });
});

describe("what mergeMap holds", () => {
  it("is within `prefetch` of each source and `concurrency` of them, after every step", async () => {
    const acts = fc.array(
      fc.oneof(
        fc.record({ kind: fc.constant("request" as const), n: fc.integer({ min: 1, max: 9 }) }),
        fc.record({ kind: fc.constant("send" as const), n: fc.nat(5) }),
        fc.record({ kind: fc.constant("complete" as const), n: fc.nat(5) }),
      ),
      { maxLength: 60 },
    );
    await fc.assert(
      fc.asyncProperty(acts, options, async (script, o) => {
        const sources: TestPublisher<number>[] = [];
        const ended = new Set<TestPublisher<number>>();
        const subscriber = new ManualSubscriber<number>();
        range(0, 1000)
          .pipe(
            mergeMap((n) => {
              sources[n] = new TestPublisher<number>();
              return fromPublisher(sources[n] as TestPublisher<number>);
            }, o),
          )
          .subscribe(subscriber);
        for (const { kind, n } of script) {
          const running = sources.filter((source) => !ended.has(source));
          const source = running[n % Math.max(1, running.length)];
          if (kind === "request") subscriber.request(n);
          else if (source === undefined) continue;
          else if (kind === "complete") {
            ended.add(source);
            source.complete();
          } else if (source.demand > 0) source.next(sources.indexOf(source) * STRIDE + source.emitted);

          const delivered = bySource(subscriber.items, sources.length);
          let holding = 0;
          sources.forEach((each, k) => {
            const out = delivered[k] as number[];
            expect(out).toEqual([...generate(k * STRIDE, out.length)]);
            const held = each.emitted - out.length;
            expect(held).toBeGreaterThanOrEqual(0);
            expect(held).toBeLessThanOrEqual(o.prefetch);
            expect(each.requested - out.length).toBeLessThanOrEqual(o.prefetch);
            if (held > 0 || !ended.has(each)) holding++;
          });
          expect(holding).toBeLessThanOrEqual(o.concurrency);
          const sent = sources.reduce((sum, each) => sum + each.emitted, 0);
          expect(subscriber.items.length).toBe(Math.min(sent, subscriber.requested));
        }
        subscriber.cancel();
        await settled();
        for (const source of sources) expect(source.cancels).toBe(ended.has(source) ? 0 : 1);
      }),
      { numRuns: 150 },
    );
  });
});

describe("mergePrioritized", () => {
  it("keeps each source's share within one of its weight's, while all have items waiting", () => {
    const weights = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 60 }), (all, count) => {
        const subscriber = new ManualSubscriber<number>();
        mergePrioritized(
          all.map((_, n) => range(0, 1e9).pipe(map(() => n))),
          { weights: all },
        ).subscribe(subscriber);
        for (let n = 0; n < count; n++) subscriber.request(1);
        subscriber.cancel();
        const total = all.reduce((sum, weight) => sum + weight, 0);
        all.forEach((weight, n) => {
          const sent = subscriber.items.filter((item) => item === n).length;
          expect(Math.abs(sent - (count * weight) / total)).toBeLessThan(1 + 1e-9);
        });
      }),
      { numRuns: 100 },
    );
  });

  it("is a plain merge in turns when all weights are equal", () => {
    const sources = () => [of(0, 1, 2), of(10, 11), of(20)];
    const equal = oneByOne(mergePrioritized(sources(), { weights: [1, 1, 1] }));
    expect(equal).toEqual([0, 10, 20, 1, 11, 2]);
    expect(equal).toEqual(oneByOne(merge(sources())));
  });
});

function oneByOne(flow: Flow<number>): number[] {
  const subscriber = new ManualSubscriber<number>();
  flow.subscribe(subscriber);
  while (!subscriber.ended) subscriber.request(1);
  return subscriber.items;
}
