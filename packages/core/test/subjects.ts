// THE table of what the conformance kit judges: every file of source/, operator/, overflow/, hub/ and sink/ has a
// row in one of the files of subjects/, and a file without one fails the checks (scripts/check-conformance-table.mjs).
// vitest (conformance.test.ts) and `pnpm tck` (run-tck.ts) both read it.

import type { Check, PublisherSubject } from "@sluice/tck";
import { operatorChecks, publisherChecks, subscriberChecks } from "@sluice/tck";
import type { Flow } from "../src/flow/flow.js";
import { setFusion } from "../src/flow/unfused.js";
import { map } from "../src/operator/map.js";
import { tap } from "../src/operator/tap.js";
import { fail } from "../src/source/fail.js";
import { fromIterable } from "../src/source/from-iterable.js";
import { fromPublisher } from "../src/source/from-publisher.js";
import { range } from "../src/source/range.js";
import type { Publisher } from "../src/spec/publisher.js";
import { asynchronous } from "./subjects/async.js";
import { gather } from "./subjects/gather.js";
import { hubs } from "./subjects/hubs.js";
import { manySources } from "./subjects/many-sources.js";
import { overflow } from "./subjects/overflow.js";
import { perItem } from "./subjects/per-item.js";
import { recover } from "./subjects/recover.js";
import { shapeDemand } from "./subjects/shape-demand.js";
import { sinks } from "./subjects/sinks.js";
import { sources } from "./subjects/sources.js";
import { time } from "./subjects/time.js";
import { failure, item, type OperatorRow, type Row } from "./subjects/row.js";

/** The table. */
export const rows: readonly Row[] = [
  ...sources,
  ...perItem,
  ...asynchronous,
  ...manySources,
  ...gather,
  ...time,
  ...recover,
  ...shapeDemand,
  ...overflow,
  ...hubs,
  ...sinks,
];

/** Whether per-item stages are collapsed; it must never show except in time. */
export type Mode = "fused" | "unfused";

/** All that is asked of a row in one mode, each with the circumstances it is asked in. */
export function checksOf(row: Row, mode: Mode): { readonly among: string; readonly checks: Check[] }[] {
  // What a row's own capabilities rule out is no test that was forgotten; the kit's tests look at the reasons.
  const inMode = (checks: Check[]): Check[] =>
    checks
      .filter(({ skipped }) => skipped === undefined)
      .map((check) => ({ ...check, run: () => runIn(mode, check) }));
  if ("sink" in row) {
    const sink = { ...row.sink, timers: false };
    return [{ among: "over a foreign publisher", checks: inMode(subscriberChecks(sink)) }];
  }
  if ("source" in row) {
    const source = { ...row.source, timers: false };
    return [
      { among: "alone", checks: inMode(publisherChecks(source)) },
      { among: "before stages", checks: inMode(publisherChecks(beforeStages(source))) },
    ];
  }
  return [
    {
      among: "over a foreign publisher",
      checks: inMode(
        operatorChecks<number, unknown>({
          ...row.operator,
          timers: false,
          ...(isOneToOne(row.operator) && { stacked: STOREYS }),
          apply: (upstream) => fromPublisher(upstream).pipe(row.operator.apply),
          item,
        }),
      ),
    },
    { among: "over range", checks: inMode(publisherChecks(over(row.operator, row.operator.apply))) },
    {
      among: "between stages",
      checks: inMode(
        publisherChecks(
          over(row.operator, (upstream) => within(upstream.pipe(map(same), row.operator.apply))),
        ),
      ),
    },
  ];
}

/** What comes out of it may go into it again, as often as one likes, and comes at once. */
function isOneToOne({ needs, stopsAfter, sends, publisher, rest }: OperatorRow): boolean {
  const each = needs === undefined && stopsAfter === undefined && sends !== "atTheEnd";
  return each && publisher?.lossy !== true && rest === undefined;
}

/** How many of an operator are put one on another (§3.3). */
const STOREYS = 20;

const same = <T>(value: T): T => value;
const within = (upstream: Publisher<unknown>): Publisher<unknown> =>
  fromPublisher(upstream).pipe(
    map(same),
    tap(() => {}),
  );

/** The same source with stages behind it that change nothing. */
function beforeStages(source: PublisherSubject): PublisherSubject {
  const { create: make, createFailed, createOf } = source;
  return {
    ...source,
    create: (count) => within(make(count)),
    ...(createFailed && { createFailed: () => within(createFailed()) }),
    ...(createOf && { createOf: (items: readonly unknown[]) => within(createOf(items)) }),
  };
}

/** The operator as a publisher, over a source of ours. */
function over(row: OperatorRow, apply: (upstream: Flow<number>) => Publisher<unknown>): PublisherSubject {
  return {
    ...row.publisher,
    timers: false,
    ...(row.yields && { item: row.yields }),
    ...(row.rest && { rest: () => row.rest?.() }),
    create: (count) => apply(range(0, row.needs?.(count) ?? count)),
    createFailed: () => apply(fail<number>(failure)),
    ...(row.passesAny === true && {
      createOf: (items: readonly unknown[]) => apply(fromIterable(items as readonly number[])),
    }),
  };
}

/** Read when something is subscribed, also within the check, so it holds for as long as the check runs. */
export async function runIn(mode: Mode, check: Check): Promise<void> {
  setFusion(mode === "fused");
  try {
    await check.run();
  } finally {
    setFusion(true);
  }
}
