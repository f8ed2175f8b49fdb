// Random pipelines with random policies, looked at after each step: every edge and every buffer keeps its account,
// nothing passes that was not asked for, and what an operator took and has not sent is within its contract.

import { ManualSubscriber, TestPublisher, VirtualClock } from "@sluice/tck";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { planBound } from "../src/contract/plan-bound.js";
import type { EdgeCounts } from "../src/flow/edge.js";
import type { Flow, Operator } from "../src/flow/flow.js";
import { Inspection } from "../src/flow/inspection.js";
import { onDroppedError } from "../src/kit/dropped.js";
import { concatMap } from "../src/operator/concat-map.js";
import { delay } from "../src/operator/delay.js";
import { filter } from "../src/operator/filter.js";
import { limitDemand } from "../src/operator/limit-demand.js";
import { map } from "../src/operator/map.js";
import { mapAsync } from "../src/operator/map-async.js";
import { mapAsyncKeyed } from "../src/operator/map-async-keyed.js";
import { mergeMap } from "../src/operator/merge-map.js";
import { prefetch } from "../src/operator/prefetch.js";
import { scan } from "../src/operator/scan.js";
import { take } from "../src/operator/take.js";
import { tap } from "../src/operator/tap.js";
import { yieldEvery } from "../src/operator/yield-every.js";
import { onBackpressureBuffer } from "../src/overflow/on-backpressure-buffer.js";
import { onBackpressureCoDel } from "../src/overflow/on-backpressure-codel.js";
import { onBackpressureDrop } from "../src/overflow/on-backpressure-drop.js";
import { onBackpressureError } from "../src/overflow/on-backpressure-error.js";
import { onBackpressureLatest } from "../src/overflow/on-backpressure-latest.js";
import { onBackpressureShed } from "../src/overflow/on-backpressure-shed.js";
import { fromPublisher } from "../src/source/from-publisher.js";
import type { Clock } from "../src/spec/clock.js";
import { type BufferOverflow, OverflowCounters } from "../src/spec/overflow.js";

/** A part of a pipeline; what it drops it counts. */
interface Part {
  readonly name: string;
  /** Each item taken is sent, once: what is between the edges above and below is what it holds. */
  readonly oneToOne?: boolean;
  make(counters: OverflowCounters, clock: Clock): Operator<number, number>;
}

const policies: readonly BufferOverflow[] = ["error", "dropOldest", "dropNewest"];
const parts: readonly Part[] = [
  { name: "map", oneToOne: true, make: () => map((n) => n + 1) },
  { name: "tap", oneToOne: true, make: () => tap(() => {}) },
  { name: "scan", oneToOne: true, make: () => scan((sum: number, n: number) => sum + n, 0) },
  { name: "filter", make: () => filter((n) => n % 3 !== 0) },
  { name: "take", make: () => take(7) },
  { name: "prefetch", oneToOne: true, make: () => prefetch(4) },
  { name: "limitDemand", oneToOne: true, make: () => limitDemand(3) },
  { name: "mapAsync", oneToOne: true, make: () => mapAsync(async (n) => n, { concurrency: 3 }) },
  {
    name: "mapAsyncKeyed",
    oneToOne: true,
    make: () =>
      mapAsyncKeyed(
        (n) => n % 2,
        async (n) => n,
        { concurrency: 2, capacity: 5 },
      ),
  },
  {
    name: "mergeMap",
    oneToOne: true,
    make: () => mergeMap((n: number) => [n], { concurrency: 2, prefetch: 1 }),
  },
  { name: "delay", oneToOne: true, make: (_, clock) => delay(5, { capacity: 3, clock }) },
  { name: "yieldEvery", oneToOne: true, make: (_, clock) => yieldEvery({ items: 2, clock }) },
  { name: "concatMap", make: () => concatMap((n: number) => (n % 2 === 0 ? [n, n] : [])) },
  ...policies.flatMap((overflow): Part[] => [
    {
      name: "onBackpressureBuffer",
      make: (counters) => onBackpressureBuffer({ capacity: 2, overflow, counters }),
    },
    {
      name: "onBackpressureBuffer",
      make: (counters, clock) =>
        onBackpressureBuffer({
          capacity: { items: 3, weight: 4 },
          weigh: (n: number) => Math.abs(n) % 6,
          overflow,
          ttlMs: 10,
          clock,
          counters,
        }),
    },
  ]),
  {
    name: "onBackpressureShed",
    make: (counters) =>
      onBackpressureShed({ capacity: 3, priority: (n: number) => Math.abs(n) % 3, counters }),
  },
  {
    name: "onBackpressureCoDel",
    make: (counters, clock) =>
      onBackpressureCoDel({ capacity: 4, targetMs: 2, intervalMs: 10, clock, counters }),
  },
  { name: "onBackpressureDrop", make: (counters) => onBackpressureDrop({ counters }) },
  { name: "onBackpressureLatest", make: (counters) => onBackpressureLatest({ counters }) },
  { name: "onBackpressureError", make: (counters) => onBackpressureError({ counters }) },
];

type Act =
  | { readonly kind: "send" | "request" | "advance"; readonly n: number }
  | { readonly kind: "cancel" | "complete" | "error" };

const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 1, max: 6 }).map((n): Act => ({ kind: "send", n })) },
    { weight: 8, arbitrary: fc.integer({ min: 1, max: 4 }).map((n): Act => ({ kind: "request", n })) },
    { weight: 4, arbitrary: fc.integer({ min: 1, max: 20 }).map((n): Act => ({ kind: "advance", n })) },
    {
      weight: 1,
      arbitrary: fc.constantFrom<Act>(
        { kind: "cancel" },
        { kind: "complete" },
        { kind: "error" },
        { kind: "request", n: Number.POSITIVE_INFINITY },
      ),
    },
  ),
  { minLength: 1, maxLength: 15 },
);

let restore = (): void => {};
beforeAll(() => {
  restore = onDroppedError(() => {});
});
afterAll(() => restore());
afterEach(() => Inspection.current?.stop());

describe("a pipeline that is looked at", () => {
  it("keeps the account of every edge and every buffer after each step, whatever it is made of", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: parts.length - 1 }), { minLength: 1, maxLength: 5 }),
        acts,
        async (chosen, script) => {
          const pipeline = chosen.map((index) => ({
            part: parts[index] as Part,
            counters: new OverflowCounters(),
          }));
          const clock = new VirtualClock();
          const upstream = new TestPublisher<number>();
          let flow: Flow<number> = fromPublisher(upstream);
          for (const { part, counters } of pipeline) flow = flow.pipe(part.make(counters, clock));
          const plan = planBound(flow);
          const subscriber = new ManualSubscriber<number>();
          using inspection = Inspection.start();
          flow.subscribe(subscriber);
          let ended = false;
          for (const act of script) {
            if (act.kind === "request") subscriber.request(act.n);
            else if (act.kind === "cancel") subscriber.cancel();
            else if (act.kind === "advance") clock.advance(act.n);
            else if (!ended && !upstream.cancelled) {
              if (act.kind === "send") {
                for (let n = 0; n < act.n && upstream.demand > 0 && !upstream.cancelled; n++) {
                  upstream.next(upstream.emitted);
                }
              } else {
                ended = true;
                if (act.kind === "complete") upstream.complete();
                else upstream.error(new Error("ended by the script"));
              }
            }
            look();
            await new Promise((resolve) => setImmediate(resolve));
            look();
          }
          expect(subscriber.surplus).toBe(0);

          function look(): void {
            const edges = new Map<string, EdgeCounts>();
            for (const edge of inspection.edges()) {
              expect(edge.offered).toBe(edge.delivered + edge.dropped + edge.held);
              expect(edge.offered - edge.unused).toBeLessThanOrEqual(edge.requested);
              edges.set(`${edge.from} > ${edge.to}`, edge);
            }
            for (const [index, { part, counters }] of pipeline.entries()) {
              expect(counters.offered).toBe(counters.delivered + counters.dropped + counters.held);
              if (pipeline.filter((other) => other.part.name === part.name).length > 1) continue; // edges of one name
              // By both names: the sources inside mergeMap lead to it as well.
              const above = edges.get(`${pipeline[index - 1]?.part.name ?? "fromPublisher"} > ${part.name}`);
              const below = edges.get(`${part.name} > ${pipeline[index + 1]?.part.name}`);
              const most = plan.parts.find(({ name }) => name === part.name)?.atMost ?? 0;
              if (above === undefined || below === undefined)
                throw new Error(`${part.name} is not inspected`);
              if (part.name.startsWith("onBackpressure")) {
                expect([above.delivered, below.offered]).toEqual([counters.offered, counters.delivered]);
                expect(counters.held).toBeLessThanOrEqual(most);
              }
              if (!part.oneToOne || below.state !== "open") continue;
              const held = above.delivered - below.offered;
              expect(held).toBeGreaterThanOrEqual(0);
              expect(held).toBeLessThanOrEqual(most);
            }
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});
