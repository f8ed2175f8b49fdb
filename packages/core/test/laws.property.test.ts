// Random pipelines under random demand, against a model that is only arrays. Each source and operator has its
// naive twin here; what is compared is what a subscriber sees.

import { TestPublisher } from "@sluice/tck";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Flow } from "../src/flow/flow.js";
import { onDroppedError } from "../src/kit/dropped.js";
import { setFusion } from "../src/flow/unfused.js";
import { concatMap } from "../src/operator/concat-map.js";
import { concat } from "../src/operator/concat.js";
import { expand } from "../src/operator/expand.js";
import { filter } from "../src/operator/filter.js";
import { defaultIfEmpty } from "../src/operator/default-if-empty.js";
import { distinct } from "../src/operator/distinct.js";
import { distinctUntilChanged } from "../src/operator/distinct-until-changed.js";
import { first } from "../src/operator/first.js";
import { last } from "../src/operator/last.js";
import { pairwise } from "../src/operator/pairwise.js";
import { reduce } from "../src/operator/reduce.js";
import { skip } from "../src/operator/skip.js";
import { skipWhile } from "../src/operator/skip-while.js";
import { takeWhile } from "../src/operator/take-while.js";
import { limitDemand } from "../src/operator/limit-demand.js";
import { map } from "../src/operator/map.js";
import { mapAsync } from "../src/operator/map-async.js";
import { merge } from "../src/operator/merge.js";
import { mergeMap } from "../src/operator/merge-map.js";
import { prefetch } from "../src/operator/prefetch.js";
import { scan } from "../src/operator/scan.js";
import { take } from "../src/operator/take.js";
import { tap } from "../src/operator/tap.js";
import { onBackpressureBuffer } from "../src/overflow/on-backpressure-buffer.js";
import { empty } from "../src/source/empty.js";
import { fromAsyncIterable } from "../src/source/from-async-iterable.js";
import { fromIterable } from "../src/source/from-iterable.js";
import { fromPublisher } from "../src/source/from-publisher.js";
import { of } from "../src/source/of.js";
import { range } from "../src/source/range.js";
import { Script, type Step, steps } from "./script.js";

/**
 * What a pipeline sends and then fails with. `early` are failures that may also come before some of the items:
 * mapAsync and concatMap pass on an error of upstream at once.
 */
interface Items {
  readonly items: unknown[];
  readonly failure: string | undefined;
  readonly early: readonly string[];
}

/** A source or an operator, and its naive twin. */
type Source = { readonly name: string; readonly make: () => Flow<unknown>; readonly model: () => Items };
type Stage = {
  readonly name: string;
  readonly apply: (flow: Flow<unknown>) => Flow<unknown>;
  readonly model: (so: Items) => Items;
};

const most = 60;
const failure = "the source failed";
const hash = (item: unknown): number => (typeof item === "number" ? Math.abs(item) : String(item).length);

/** Answers each request on the stack of the request, as the specification allows a publisher to. */
function onStack(count: number, fails: boolean): Flow<unknown> {
  const upstream = new TestPublisher<unknown>({
    onRequest: (n, self) => {
      for (let k = 0; k < n && self.emitted < count && !self.cancelled; k++) self.next(self.emitted);
      if (self.emitted < count || self.cancelled || ended) return;
      ended = true;
      if (fails) self.error(failure);
      else self.complete();
    },
  });
  let ended = false;
  return fromPublisher(upstream);
}

function* generate(count: number, fails: boolean): Generator<unknown> {
  for (let n = 0; n < count; n++) yield n;
  if (fails) throw new Error(failure);
}

async function* generateAsync(count: number, fails: boolean): AsyncGenerator<unknown> {
  yield* generate(count, fails);
}

const upTo = (count: number, fails: boolean): Items => ({
  items: Array.from({ length: count }, (_, n) => n),
  failure: fails ? failure : undefined,
  early: [],
});

const hasty = (so: Items): Items =>
  so.failure === undefined ? so : { ...so, early: [...so.early, so.failure] };

const sources: fc.Arbitrary<Source> = fc
  .tuple(fc.nat(most), fc.boolean(), fc.nat(5))
  .map(([count, fails, kind]): Source => {
    const named = (name: string, willFail: boolean, make: () => Flow<unknown>): Source => ({
      name: `${name}(${count}${willFail ? ", fails" : ""})`,
      make,
      model: () => upTo(count, willFail),
    });
    switch (kind) {
      case 0:
        return named("range", false, () => range(0, count));
      case 1:
        return named("of", false, () => of(...upTo(count, false).items));
      case 2:
        return named("generator", fails, () =>
          fromIterable({ [Symbol.iterator]: () => generate(count, fails) }),
        );
      case 3:
        return named("async generator", fails, () =>
          fromAsyncIterable({ [Symbol.asyncIterator]: () => generateAsync(count, fails) }),
        );
      case 4:
        return named("foreign, on the stack", fails, () => onStack(count, fails));
      default:
        return {
          name: `of null and undefined`,
          make: () => of<unknown>(null, undefined, "", Number.NaN),
          model: () => ({ items: [null, undefined, "", Number.NaN], failure: undefined, early: [] }),
        };
    }
  });

/** Applies to the items that come before a failure; a stage that throws puts its own failure in its place. */
function through(so: Items, each: (item: unknown) => unknown[] | "fail"): Items {
  const items: unknown[] = [];
  for (const item of so.items) {
    const result = each(item);
    if (result === "fail") return { ...so, items, failure: "the stage failed" };
    items.push(...result);
  }
  return { ...so, items };
}

const throwing = (item: unknown): unknown => {
  if (hash(item) === 17) throw new Error("the stage failed");
  return item;
};

function inner(item: unknown, kind: number): unknown[] {
  const n = hash(item) % 4;
  return kind === 0 ? [] : Array.from({ length: kind === 1 ? 1 : n }, (_, k) => k);
}

const stages: fc.Arbitrary<Stage> = fc
  .tuple(fc.nat(26), fc.integer({ min: 1, max: 12 }))
  .map(([kind, n]): Stage => {
    const same = (so: Items): Items => so;
    switch (kind) {
      case 0:
        return {
          name: "map",
          apply: (flow) => flow.pipe(map((item) => hash(item) + n)),
          model: (so) => through(so, (item) => [hash(item) + n]),
        };
      case 1:
        return {
          name: `filter(% ${n})`,
          apply: (flow) => flow.pipe(filter((item) => hash(item) % n !== 0)),
          model: (so) => through(so, (item) => (hash(item) % n !== 0 ? [item] : [])),
        };
      case 2:
        return {
          name: `take(${n - 1})`,
          apply: (flow) => flow.pipe(take(n - 1)),
          // At the count it ends: a failure behind the last item is never seen.
          model: (so) =>
            so.items.length >= n - 1 ? { ...so, items: so.items.slice(0, n - 1), failure: undefined } : so,
        };
      case 3:
        return {
          name: "scan",
          apply: (flow) => flow.pipe(scan((sum: number, item) => sum + hash(item), n)),
          model: (so) => {
            let sum = n;
            return through(so, (item) => {
              sum += hash(item);
              return [sum];
            });
          },
        };
      case 4:
        return { name: "tap", apply: (flow) => flow.pipe(tap(() => {})), model: same };
      case 5:
        return {
          name: "map that throws at 17",
          apply: (flow) => flow.pipe(map(throwing)),
          model: (so) => through(so, (item) => (hash(item) === 17 ? "fail" : [item])),
        };
      case 6:
        return { name: `prefetch(${n})`, apply: (flow) => flow.pipe(prefetch(n)), model: same };
      case 7:
        return { name: `limitDemand(${n})`, apply: (flow) => flow.pipe(limitDemand(n)), model: same };
      case 8:
        return {
          name: `mapAsync(${n}) of plain values`,
          apply: (flow) => flow.pipe(mapAsync((item) => [item, n], { concurrency: n })),
          model: (so) => hasty(through(so, (item) => [[item, n]])),
        };
      case 9:
        return {
          name: "concatMap to arrays",
          apply: (flow) => flow.pipe(concatMap((item) => inner(item, n % 3))),
          model: (so) => hasty(through(so, (item) => inner(item, n % 3))),
        };
      case 10:
        return {
          name: "concatMap to foreign publishers",
          apply: (flow) => flow.pipe(concatMap((item) => onStack(hash(item) % 4, false))),
          // A foreign publisher learns of its end by a request: this one ends with its last item, or at the first.
          model: (so) => hasty(through(so, (item) => upTo(hash(item) % 4, false).items)),
        };
      case 11:
        return {
          name: "concatMap to generators",
          apply: (flow) =>
            flow.pipe(concatMap((item) => generate(hash(item) % 4, false) as Iterable<unknown>)),
          model: (so) => hasty(through(so, (item) => upTo(hash(item) % 4, false).items)),
        };
      case 12:
        return {
          name: "onBackpressureBuffer with room",
          apply: (flow) => flow.pipe(onBackpressureBuffer({ capacity: 100_000, overflow: "error" })),
          model: same,
        };
      case 13:
        return {
          name: "mergeMap to arrays, one at a time",
          apply: (flow) => flow.pipe(mergeMap((item) => inner(item, n % 3), { concurrency: 1, prefetch: n })),
          model: (so) => hasty(through(so, (item) => inner(item, n % 3))),
        };
      case 14:
        return {
          name: `mergeMap(${n}) to one`,
          apply: (flow) => flow.pipe(mergeMap((item) => [item], { concurrency: n })),
          model: hasty,
        };
      case 15:
        return {
          name: "merge with nothing",
          apply: (flow) => merge([empty(), flow, empty()], { prefetch: n }),
          model: hasty,
        };
      case 16:
        return {
          name: `expand(${n}) to nothing`,
          apply: (flow) => flow.pipe(expand(() => empty(), { capacity: 1, concurrency: n })),
          model: hasty,
        };
      case 17:
        return {
          name: "concat with nothing",
          apply: (flow) => concat([empty(), flow, empty()]),
          model: same,
        };
      case 18:
        return {
          name: `skip(${n - 1})`,
          apply: (flow) => flow.pipe(skip(n - 1)),
          model: (so) => ({ ...so, items: so.items.slice(n - 1) }),
        };
      case 19:
        return {
          name: `skipWhile(< ${n})`,
          apply: (flow) => flow.pipe(skipWhile((item) => hash(item) < n)),
          model: (so) => {
            const from = so.items.findIndex((item) => !(hash(item) < n));
            return { ...so, items: from < 0 ? [] : so.items.slice(from) };
          },
        };
      case 20:
        return {
          name: `takeWhile(< ${n * 3})`,
          apply: (flow) => flow.pipe(takeWhile((item) => hash(item) < n * 3, { inclusive: n % 2 === 0 })),
          model: (so) => {
            const at = so.items.findIndex((item) => !(hash(item) < n * 3));
            if (at < 0) return so;
            return { ...so, items: so.items.slice(0, n % 2 === 0 ? at + 1 : at), failure: undefined };
          },
        };
      case 21:
        return {
          name: "pairwise",
          apply: (flow) => flow.pipe(pairwise()),
          model: (so) => ({ ...so, items: so.items.slice(1).map((item, k) => [so.items[k], item]) }),
        };
      case 22:
        return {
          name: `distinctUntilChanged(% ${n})`,
          apply: (flow) => flow.pipe(distinctUntilChanged({ key: (item) => hash(item) % n })),
          model: (so) => {
            let previous = -1;
            return through(so, (item) => {
              const isSame = Object.is(previous, hash(item) % n);
              previous = hash(item) % n;
              return isSame ? [] : [item];
            });
          },
        };
      case 23:
        return {
          name: `distinct(% ${n})`,
          apply: (flow) =>
            flow.pipe(distinct({ capacity: 12, overflow: "error", key: (item) => String(hash(item) % n) })),
          model: (so) => {
            const seen = new Set<string>();
            return through(so, (item) => {
              const key = String(hash(item) % n);
              const isNew = !seen.has(key);
              seen.add(key);
              return isNew ? [item] : [];
            });
          },
        };
      case 24:
        return {
          name: `first(> ${n})`,
          apply: (flow) => flow.pipe(first((item) => hash(item) > n)),
          model: (so) => {
            const found = so.items.filter((item) => hash(item) > n).slice(0, 1);
            return { ...so, items: found, failure: found.length > 0 ? undefined : so.failure };
          },
        };
      case 25:
        return {
          name: n % 2 === 0 ? "reduce" : "last, or a default",
          apply: (flow) =>
            n % 2 === 0
              ? flow.pipe(reduce((sum: number, item) => sum + hash(item), n))
              : flow.pipe(last(), defaultIfEmpty(n)),
          model: (so) => {
            if (so.failure !== undefined) return { ...so, items: [] };
            const sum = so.items.reduce((total: number, item) => total + hash(item), n);
            if (n % 2 === 0) return { ...so, items: [sum] };
            return { ...so, items: so.items.length > 0 ? so.items.slice(-1) : [n] };
          },
        };
      default:
        return {
          name: "concatMap to promises",
          apply: (flow) => flow.pipe(concatMap((item) => Promise.resolve(item))),
          model: hasty,
        };
    }
  });

const pipelines = fc.record({ source: sources, chain: fc.array(stages, { maxLength: 6 }), script: steps });

interface Pipeline {
  readonly source: Source;
  readonly chain: Stage[];
  readonly script: Step[];
}

function build({ source, chain }: Pipeline): Flow<unknown> {
  return chain.reduce((flow, stage) => stage.apply(flow), source.make());
}

function modelOf({ source, chain }: Pipeline): Items {
  return chain.reduce((so, stage) => stage.model(so), source.model());
}

const nameOf = ({ source, chain }: Pipeline): string =>
  [source.name, ...chain.map((stage) => stage.name)].join(" | ");

/** Errors compared by what they say. */
const message = (error: unknown): string => (error instanceof Error ? error.message : String(error));

// A source that fails after a cancel has nobody to tell; that it is reported is tested beside each source.
let restore = (): void => {};
beforeEach(() => {
  restore = onDroppedError(() => {});
});
afterEach(() => {
  restore();
  setFusion(true);
});

describe("any pipeline", () => {
  it("§1.1 §1.3 §1.7 sends what the model says, never more than requested, serially, with one end", async () => {
    await fc.assert(
      fc.asyncProperty(pipelines, async (pipeline) => {
        const wanted = modelOf(pipeline);
        for (const fused of [true, false]) {
          setFusion(fused);
          const seen = await new Script(pipeline.script).play(build(pipeline), "to the end");
          setFusion(true);
          const where = `${nameOf(pipeline)}, ${fused ? "fused" : "unfused"}`;
          const failed = seen.failed ? message(seen.error) : undefined;
          const isEarly = failed !== undefined && wanted.early.includes(failed);
          expect(seen.items, where).toEqual(
            isEarly ? wanted.items.slice(0, seen.items.length) : wanted.items,
          );
          if (!isEarly) expect(failed, where).toBe(wanted.failure);
          expect(seen.ends, where).toBe(1);
          expect([seen.surplus, seen.depth, seen.late], where).toEqual([0, 1, 0]);
        }
      }),
      { numRuns: 250 },
    );
  });

  it("§3.5 sends a beginning of what the model says, and nothing once it was cancelled", async () => {
    await fc.assert(
      fc.asyncProperty(pipelines, fc.nat(20), fc.boolean(), async (pipeline, cancelAt, inside) => {
        const wanted = modelOf(pipeline);
        for (const fused of [true, false]) {
          setFusion(fused);
          const script = new Script(pipeline.script, { cancelAt, inside });
          const seen = await script.play(build(pipeline), "as far as it goes");
          setFusion(true);
          const where = `${nameOf(pipeline)}, ${fused ? "fused" : "unfused"}`;
          expect(seen.items, where).toEqual(wanted.items.slice(0, seen.items.length));
          expect([seen.surplus, seen.late], where).toEqual([0, 0]);
          expect(seen.ends, where).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("asks a foreign upstream only for what is legal, and cancels it at most once and never after its end", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(stages, { maxLength: 6 }),
        steps,
        fc.nat(40),
        async (chain, script, count) => {
          for (const fused of [true, false]) {
            setFusion(fused);
            const upstream = new TestPublisher<unknown>({
              onRequest: (_, self) => {
                // One item a request: the rest of the demand stays open until the next one.
                if (self.emitted < count && self.demand > 0 && !self.cancelled) self.next(self.emitted);
              },
            });
            const flow = chain.reduce(
              (so, stage) => stage.apply(so),
              fromPublisher(upstream) as Flow<unknown>,
            );
            const seen = await new Script(script).play(flow, "as far as it goes");
            setFusion(true);
            for (const { call, n } of upstream.calls) {
              if (call === "request")
                expect(n).toSatisfy((k: number) => k >= 1 && (Number.isInteger(k) || k === Infinity));
            }
            expect(upstream.cancels).toBeLessThanOrEqual(1);
            expect([seen.surplus, seen.late]).toEqual([0, 0]);
          }
        },
      ),
      { numRuns: 80 },
    );
  });
});
