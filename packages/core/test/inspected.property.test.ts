// Random pipelines with random policies, looked at after each step: every edge and every buffer keeps its account,
// nothing passes that was not asked for, and what an operator took and has not sent is within its contract.

import { ManualSubscriber, TestPublisher } from "@sluice/tck";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { planBound } from "../src/contract/plan-bound.js";
import type { EdgeCounts } from "../src/flow/edge.js";
import type { Flow, Operator } from "../src/flow/flow.js";
import { Inspection } from "../src/flow/inspection.js";
import { onDroppedError } from "../src/kit/dropped.js";
import { concatMap } from "../src/operator/concat-map.js";
import { filter } from "../src/operator/filter.js";
import { limitDemand } from "../src/operator/limit-demand.js";
import { map } from "../src/operator/map.js";
import { mapAsync } from "../src/operator/map-async.js";
import { prefetch } from "../src/operator/prefetch.js";
import { scan } from "../src/operator/scan.js";
import { take } from "../src/operator/take.js";
import { tap } from "../src/operator/tap.js";
import { onBackpressureBuffer } from "../src/overflow/on-backpressure-buffer.js";
import { onBackpressureDrop } from "../src/overflow/on-backpressure-drop.js";
import { onBackpressureError } from "../src/overflow/on-backpressure-error.js";
import { onBackpressureLatest } from "../src/overflow/on-backpressure-latest.js";
import { fromPublisher } from "../src/source/from-publisher.js";
import { type BufferOverflow, OverflowCounters } from "../src/spec/overflow.js";

/** A part of a pipeline; what it drops it counts. */
interface Part {
  readonly name: string;
  /** Each item taken is sent, once: what is between the edges above and below is what it holds. */
  readonly oneToOne?: boolean;
  make(counters: OverflowCounters): Operator<number, number>;
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
  { name: "concatMap", make: () => concatMap((n: number) => (n % 2 === 0 ? [n, n] : [])) },
  ...policies.map(
    (overflow): Part => ({
      name: "onBackpressureBuffer",
      make: (counters) => onBackpressureBuffer({ capacity: 2, overflow, counters }),
    }),
  ),
  { name: "onBackpressureDrop", make: (counters) => onBackpressureDrop({ counters }) },
  { name: "onBackpressureLatest", make: (counters) => onBackpressureLatest({ counters }) },
  { name: "onBackpressureError", make: (counters) => onBackpressureError({ counters }) },
];

type Act =
  | { readonly kind: "send" | "request"; readonly n: number }
  | { readonly kind: "cancel" | "complete" | "error" };

const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 1, max: 6 }).map((n): Act => ({ kind: "send", n })) },
    { weight: 8, arbitrary: fc.integer({ min: 1, max: 4 }).map((n): Act => ({ kind: "request", n })) },
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
          const upstream = new TestPublisher<number>();
          let flow: Flow<number> = fromPublisher(upstream);
          for (const { part, counters } of pipeline) flow = flow.pipe(part.make(counters));
          const plan = planBound(flow);
          const subscriber = new ManualSubscriber<number>();
          using inspection = Inspection.start();
          flow.subscribe(subscriber);
          let ended = false;
          for (const act of script) {
            if (act.kind === "request") subscriber.request(act.n);
            else if (act.kind === "cancel") subscriber.cancel();
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
            for (const { part, counters } of pipeline) {
              expect(counters.offered).toBe(counters.delivered + counters.dropped + counters.held);
              if (pipeline.filter((other) => other.part.name === part.name).length > 1) continue; // edges of one name
              const above = [...edges.values()].find(({ to }) => to === part.name);
              const below = [...edges.values()].find(({ from }) => from === part.name);
              if (above === undefined || below === undefined)
                throw new Error(`${part.name} is not inspected`);
              if (part.name.startsWith("onBackpressure")) {
                expect([above.delivered, below.offered]).toEqual([counters.offered, counters.delivered]);
              }
              if (!part.oneToOne || below.state !== "open") continue;
              const held = above.delivered - below.offered;
              expect(held).toBeGreaterThanOrEqual(0);
              expect(held).toBeLessThanOrEqual(
                plan.parts.find(({ name }) => name === part.name)?.atMost ?? 0,
              );
            }
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});
