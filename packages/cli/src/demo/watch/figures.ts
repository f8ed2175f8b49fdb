// What the demo claims, judged on what was seen. A claim that could not be judged (too short a run, a pass
// that was not run) says so instead of passing.

import type { MemorySample, PassRecord } from "./pass-record.js";
import { count, megabytes } from "../words.js";

/** One claim and what came of it. */
export interface Figure {
  readonly name: "lead" | "memory with credit" | "memory without credit" | "same answer";
  /** null when this run cannot tell. */
  readonly holds: boolean | null;
  /** One line for a reader. */
  readonly text: string;
}

/** Memory of one process over a pass, in bytes. */
export interface Growth {
  /** Before the stream was opened, with both processes connected. */
  readonly base: number;
  /** The most that was measured while it ran. */
  readonly peak: number;
  readonly growth: number;
}

/** With credit each process grows by less than this, in bytes. */
export const GROWTH_WITH_CREDIT = 10_000_000;
/** Without credit one process grows by at least this many times as much. */
export const TIMES_WITHOUT_CREDIT = 4;

/** Judges what was seen. `full` is false for a run too short to say anything of memory. */
export function judge(credit: PassRecord, plain: PassRecord | null, full: boolean): readonly Figure[] {
  return [
    lead(credit),
    memoryWithCredit(credit, full),
    memoryWithoutCredit(plain, full),
    sameAnswer(credit, plain),
  ];
}

/**
 * Whether the demo failed by this figure. The pass without credit promises nothing: where it grew by less, as on
 * a machine too busy to produce faster than it consumes, that is shown and is no failure.
 */
export function breaksPromise({ name, holds }: Figure): boolean {
  return holds === false && name !== "memory without credit";
}

/**
 * How much a process grew over a pass; null where it was not measured. Warming up counts as growth too, which
 * is hard on the pass with credit; counting from second 1 would leave out most of what grows without.
 */
export function growthOf(samples: readonly MemorySample[], side: "server" | "client"): Growth | null {
  const known = samples.map((sample) => sample[side]).filter((bytes) => bytes !== null);
  const [base] = known;
  if (base === undefined) return null;
  const peak = Math.max(...known);
  return { base, peak, growth: peak - base };
}

function lead({ server, client, looks, looksOverCredit, produced }: PassRecord): Figure {
  const { largestLead, largestCredit, granted } = client;
  if (granted === null || largestCredit === null) {
    return { name: "lead", holds: null, text: "nothing was granted: this is no pass with credit" };
  }
  const overdraft = server?.overdraft ?? 0;
  const holds = looksOverCredit === 0 && overdraft <= 0 && largestLead <= largestCredit;
  if (!holds) {
    const text = `the producer led by ${count(overdraft)} more than was granted (at ${looksOverCredit} of ${looks} looks)`;
    return { name: "lead", holds, text };
  }
  const checked = server === null ? `${looks} looks` : `${count(produced)} checked`;
  const text = `produced only on credit: at most ${count(largestLead)} of ${count(largestCredit)} ahead (${checked})`;
  return { name: "lead", holds, text };
}

function memoryWithCredit(credit: PassRecord, full: boolean): Figure {
  const name = "memory with credit";
  const grown = [growthOf(credit.samples, "server"), growthOf(credit.samples, "client")]
    .filter((growth) => growth !== null)
    .map(({ growth }) => growth);
  const most = Math.max(...grown);
  const text = `with credit no process grew by more than ${megabytes(most)} (bar: ${megabytes(GROWTH_WITH_CREDIT)})`;
  return { name, holds: full ? most < GROWTH_WITH_CREDIT : null, text };
}

function memoryWithoutCredit(plain: PassRecord | null, full: boolean): Figure {
  const name = "memory without credit";
  if (plain === null)
    return { name, holds: null, text: "without credit: not run, as the server is not ours" };
  const server = growthOf(plain.samples, "server")?.growth ?? 0;
  const client = growthOf(plain.samples, "client")?.growth ?? 0;
  const most = Math.max(server, client);
  const least = TIMES_WITHOUT_CREDIT * GROWTH_WITH_CREDIT;
  const text = `without credit the ${client > server ? "client" : "server"} grew by ${megabytes(most)} (bar: ${megabytes(least)})`;
  return { name, holds: full ? most >= least : null, text };
}

function sameAnswer(credit: PassRecord, plain: PassRecord | null): Figure {
  const name = "same answer";
  if (credit.state !== "complete" || plain?.state !== "complete") {
    return { name, holds: null, text: "both answers cannot be compared: not both came to an end" };
  }
  const holds = JSON.stringify(credit.hours) === JSON.stringify(plain.hours);
  return { name, holds, text: `both passes work out ${holds ? "the same" : "different"} delays by hour` };
}
