// Each operator is held to its contract (<name>.contract.ts), fused and unfused, over a foreign upstream that only
// sends what it was asked for: what it has asked for at rest, how much it holds, what becomes of an error and of a
// cancel. What is held is measured by what a garbage collection leaves alive, not by what the operator says.

import { existsSync, readdirSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { ManualSubscriber, TestPublisher } from "@sluice/tck";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { contracts } from "../src/contract/contracts.js";
import { aboutOf } from "../src/flow/about-of.js";
import { setFusion } from "../src/flow/unfused.js";
import { onDroppedError } from "../src/kit/dropped.js";
import { fromPublisher } from "../src/source/from-publisher.js";
import { range } from "../src/source/range.js";
import type { Asked, Contract, Ledger } from "../src/spec/contract.js";
import type { Subscriber, Subscription } from "../src/spec/publisher.js";
import { rows } from "./subjects.js";
import type { OperatorRow } from "./subjects/row.js";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

/** A row of the conformance table, with the contract of its file. */
interface Bound {
  readonly file: string;
  readonly name: string;
  readonly operator: OperatorRow;
  readonly contract: Contract<object>;
  /** As the row says, or the flow itself. */
  readonly settings: object;
}

const bound: Bound[] = [];
const missing = new Set<string>();
for (const row of rows) {
  if (!("operator" in row)) continue;
  const url = new URL(`../src/${row.file}.contract.ts`, import.meta.url);
  if (!existsSync(url)) {
    missing.add(row.file);
    continue;
  }
  const module = (await import(/* @vite-ignore */ url.pathname)) as Record<string, Contract<object>>;
  const [contract] = Object.values(module);
  if (contract === undefined) throw new Error(`${row.file}.contract.ts exports no contract`);
  const about = aboutOf(row.operator.apply(range(1, 1)));
  const settings = row.operator.settings ?? (about?.name === contract.name ? about.settings : {});
  bound.push({ file: row.file, name: row.name, operator: row.operator, contract, settings });
}

/** More than any row of the table holds, where it holds a bounded number. */
const MORE_THAN_HELD = 300;

type Act = { readonly kind: "request"; readonly n: number } | { readonly kind: "send"; readonly n: number };

const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.oneof(
    fc.integer({ min: 1, max: 9 }).map((n): Act => ({ kind: "request", n })),
    fc.integer({ min: 1, max: 40 }).map((n): Act => ({ kind: "send", n })),
    { weight: 1, arbitrary: fc.constant<Act>({ kind: "request", n: Number.POSITIVE_INFINITY }) },
  ),
  { minLength: 1, maxLength: 10 },
);

/** Until nothing moves: two turns, for what was scheduled in the first. */
async function rest(operator: OperatorRow): Promise<void> {
  await operator.rest?.();
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
  await operator.rest?.();
}

const modes = ["fused", "unfused"] as const;
type ModeName = (typeof modes)[number];

async function inMode(mode: ModeName, run: () => Promise<void>): Promise<void> {
  setFusion(mode === "fused");
  try {
    await run();
  } finally {
    setFusion(true);
  }
}

// Errors that come after an end are reported, as they should be, but not here.
let restore = (): void => {};
beforeAll(() => {
  restore = onDroppedError(() => {});
});
afterAll(() => restore());

function start(operator: OperatorRow): {
  upstream: TestPublisher<number>;
  subscriber: ManualSubscriber<unknown>;
} {
  const upstream = new TestPublisher<number>();
  const subscriber = new ManualSubscriber<unknown>();
  fromPublisher(upstream).pipe(operator.apply).subscribe(subscriber);
  return { upstream, subscriber };
}

function send(upstream: TestPublisher<number>, n: number): void {
  for (let left = n; left > 0 && upstream.demand > 0 && !upstream.cancelled; left--) {
    upstream.next(upstream.emitted);
  }
}

async function askAsSaid(
  operator: OperatorRow,
  { demand }: Contract<object>,
  settings: object,
): Promise<void> {
  const property = fc.asyncProperty(acts, async (script) => {
    const { upstream, subscriber } = start(operator);
    await rest(operator);
    for (const act of [undefined, ...script]) {
      if (subscriber.ended || upstream.cancelled) return;
      if (act?.kind === "request") subscriber.request(act.n);
      if (act?.kind === "send") send(upstream, act.n);
      await rest(operator);
      if (subscriber.ended || upstream.cancelled) return;
      const { requested, items } = subscriber;
      const ledger: Ledger = { requested, received: upstream.emitted, emitted: items.length };
      const asked = demand?.asked(ledger, settings) as Asked;
      const seen = `${upstream.requested} of ${JSON.stringify(asked)} for ${JSON.stringify(ledger)}`;
      expect(upstream.requested, seen).toBeGreaterThanOrEqual(asked.atLeast);
      expect(upstream.requested, seen).toBeLessThanOrEqual(asked.atMost);
    }
  });
  await fc.assert(property, { numRuns: 12 });
}

/** What was measured of a row: of `sent` items, `held` survived a collection, with `asked` requested. */
interface Measured {
  readonly asked: number;
  readonly sent: number;
  readonly held: number;
}

const measured = new Map<ModeName, Promise<Map<string, Measured[]>>>();

/** All rows at once, so that one collection serves them all: it costs more than the rest of these tests together. */
function heldIn(mode: ModeName): Promise<Map<string, Measured[]>> {
  let all = measured.get(mode);
  if (all === undefined) {
    all = measureHeld(mode);
    measured.set(mode, all);
  }
  return all;
}

async function measureHeld(mode: ModeName): Promise<Map<string, Measured[]>> {
  const found = new Map<string, Measured[]>(bound.map(({ name }) => [name, []]));
  await inMode(mode, async () => {
    for (const asked of [0, 3]) {
      const probes = bound.map(({ name, operator }) => ({ name, ...probe(operator, asked) }));
      for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
      for (const { upstream } of probes) upstream.send(MORE_THAN_HELD);
      await new Promise((resolve) => setImmediate(resolve)); // a WeakRef that was made holds on for its turn
      gc();
      for (const { name, upstream, items } of probes) {
        const held = items.filter((item) => item.deref() !== undefined).length;
        found.get(name)?.push({ asked, sent: items.length, held });
        upstream.cancel();
      }
    }
  });
  return found;
}

describe("the contract", () => {
  for (const { name, operator, contract, settings } of bound) {
    for (const mode of modes) {
      // A source that is tried over a foreign publisher, such as `using`, asks nothing of an upstream.
      if (contract.demand !== undefined) {
        it(`of ${contract.name} says what it asks upstream for: ${name}, ${mode}`, () =>
          inMode(mode, () => askAsSaid(operator, contract, settings)));
      }

      it(`of ${contract.name} says how much it holds: ${name}, ${mode}`, async () => {
        const most = contract.holds.atMost(settings);
        for (const { asked, sent, held } of (await heldIn(mode)).get(name) ?? []) {
          expect(held, `items alive of ${sent} sent, ${asked} requested`).toBeLessThanOrEqual(most);
        }
      });

      it(`of ${contract.name} says what becomes of a failed upstream: ${name}, ${mode}`, () =>
        inMode(mode, async () => {
          const { upstream, subscriber } = start(operator);
          await rest(operator);
          send(upstream, 3);
          await new Promise((resolve) => setImmediate(resolve));
          if (subscriber.ended || upstream.cancelled) return;
          const failure = new Error("upstream failed");
          const held = upstream.emitted;
          upstream.error(failure);
          await rest(operator);
          if (contract.errors.upstreamFails === "replaced") {
            expect(subscriber.error === failure).toBe(operator.passesErrorOn === true);
            return;
          }
          if (contract.errors.upstreamFails === "at once" || held === 0) {
            expect([subscriber.failed, subscriber.items.length]).toEqual([true, 0]);
          } else {
            subscriber.request(Number.POSITIVE_INFINITY);
            await rest(operator);
            expect(subscriber.failed).toBe(true);
          }
          expect([subscriber.error, upstream.cancels]).toEqual([failure, 0]);
        }));

      it(`of ${contract.name} lets a cancel reach upstream, once: ${name}, ${mode}`, () =>
        inMode(mode, async () => {
          const { upstream, subscriber } = start(operator);
          await rest(operator);
          subscriber.request(1);
          send(upstream, 1);
          if (subscriber.ended) return;
          const before = upstream.requested;
          subscriber.cancel();
          subscriber.cancel();
          await rest(operator);
          expect([upstream.cancels, upstream.requested]).toEqual([1, before]);
        }));
    }
  }

  it("is measured: what holds many items is seen to hold them, and what holds none is seen to hold none", async () => {
    const held = async (name: string): Promise<number[] | undefined> =>
      (await heldIn("fused")).get(name)?.map((found) => found.held);
    expect(await held("onBackpressureBuffer, error, with room")).toEqual([
      MORE_THAN_HELD,
      MORE_THAN_HELD - 3,
    ]);
    expect(await held("map")).toEqual([0, 0]);
  });

  it("is listed under the name of its function, for every one that there is", () => {
    const files = ["source", "operator", "overflow", "hub"].flatMap((room) =>
      readdirSync(new URL(`../src/${room}`, import.meta.url)).filter((file) => file.endsWith(".contract.ts")),
    );
    expect([...missing]).toEqual([]);
    expect(contracts.size).toBe(files.length);
    for (const [name, contract] of contracts) expect(contract.name).toBe(name);
    const silent = bound.filter(
      ({ file, contract }) => !file.startsWith("source/") && contract.demand === undefined,
    );
    expect(silent.map(({ name }) => name)).toEqual([]);
  });
});

/** A foreign upstream of objects, which keeps none of them, and a subscriber that forgets them. */
function probe(operator: OperatorRow, requested: number): { upstream: Forgetful; items: WeakRef<object>[] } {
  const upstream = new Forgetful();
  const flow = fromPublisher<number>(upstream as never).pipe(operator.apply);
  flow.subscribe({
    onSubscribe: (subscription) => {
      upstream.below = subscription; // it keeps the pipeline alive until it is cancelled
      if (requested > 0) subscription.request(requested);
    },
    onNext: () => {},
    onError: () => {},
    onComplete: () => {},
  });
  return { upstream, items: upstream.items };
}

class Forgetful {
  readonly items: WeakRef<object>[] = [];
  below: Subscription | undefined;
  private subscriber: Subscriber<object> | undefined;
  private demand = 0;

  subscribe(subscriber: Subscriber<object>): void {
    this.subscriber = subscriber;
    subscriber.onSubscribe({
      request: (n) => {
        this.demand += n;
      },
      cancel: () => {
        this.demand = 0;
        this.subscriber = undefined;
      },
    });
  }

  send(n: number): void {
    for (let left = n; left > 0 && this.demand > 0; left--) {
      this.demand--;
      this.sendOne(this.items.length);
    }
  }

  cancel(): void {
    this.below?.cancel();
    this.below = undefined;
  }

  /** A number in a box: it can be reckoned with, and followed. */
  private sendOne(n: number): void {
    const item = Object(n) as object;
    this.items.push(new WeakRef(item));
    this.subscriber?.onNext(item);
  }
}
