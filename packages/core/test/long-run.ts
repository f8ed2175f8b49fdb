// Ten million items, each requested from within the one before (§3.3): what the table proves of a few hundred by the
// depth of the stack, shown in full for sources and for twenty operators one on another. For `npm run tck`, as each
// takes seconds.

import type { Check, PublisherSubject } from "@sluice/tck";
import { publisherChecks } from "@sluice/tck";
import type { Flow } from "../src/flow/flow.js";
import { concatMap } from "../src/operator/concat-map.js";
import { filter } from "../src/operator/filter.js";
import { limitDemand } from "../src/operator/limit-demand.js";
import { map } from "../src/operator/map.js";
import { scan } from "../src/operator/scan.js";
import { take } from "../src/operator/take.js";
import { tap } from "../src/operator/tap.js";
import { fromIterable } from "../src/source/from-iterable.js";
import { fromPublisher } from "../src/source/from-publisher.js";
import { of } from "../src/source/of.js";
import { range } from "../src/source/range.js";

const ITEMS = 10_000_000;
const STOREYS = 20;

/** The check of §3.3 of each subject, over ten million items. */
export const longRuns: readonly { readonly name: string; readonly check: Check }[] = [
  longRun("range", (count) => range(0, count)),
  longRun("fromIterable of a generator", (count) => fromIterable(numbersBelow(count))),
  longRun("20 per-item operators over range", (count) =>
    stacked(range(0, count), (flow, storey) => {
      if (storey % 5 === 0) return flow.pipe(map((n) => n));
      if (storey % 5 === 1) return flow.pipe(filter(() => true));
      if (storey % 5 === 2) return flow.pipe(tap(() => {}));
      if (storey % 5 === 3) return flow.pipe(scan((_, n) => n, 0));
      return flow.pipe(take(count));
    }),
  ),
  longRun("20 times limitDemand over range", (count) =>
    stacked(range(0, count), (flow) => flow.pipe(limitDemand(64))),
  ),
  longRun("20 borders to foreign publishers over range", (count) =>
    stacked(range(0, count), (flow) => fromPublisher({ subscribe: (one) => flow.subscribe(one) })),
  ),
  longRun("concatMap to single items over range", (count) =>
    range(0, count).pipe(concatMap((n: number) => of(n))),
  ),
];

function stacked(
  source: Flow<number>,
  put: (flow: Flow<number>, storey: number) => Flow<number>,
): Flow<number> {
  let top = source;
  for (let storey = 0; storey < STOREYS; storey++) top = put(top, storey);
  return top;
}

function longRun(name: string, create: (count: number) => Flow<number>): { name: string; check: Check } {
  const subject: PublisherSubject<number> = { create, maxCount: ITEMS, longRun: ITEMS, timers: false };
  const check = publisherChecks(subject).find(({ rule }) => rule === "§3.3");
  if (check === undefined) throw new Error("The judge has no check of §3.3");
  return { name, check };
}

function* numbersBelow(count: number): Generator<number> {
  for (let n = 0; n < count; n++) yield n;
}
