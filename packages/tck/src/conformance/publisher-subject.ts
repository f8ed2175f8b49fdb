// What the judge is told about a publisher: how to make one, and in which of the ways that the specification
// leaves open it differs from the usual. A capability that is declared wrongly shows as a failed check.

import type { Publisher } from "@sluice/core";
import type { Resting } from "./resting.js";

/** A publisher to be judged. Everything but `create` has a default, which is the usual case. */
export interface PublisherSubject<T = unknown> extends Resting {
  /** Makes a fresh publisher of `count` items, with `minCount` <= count <= `maxCount`, ending as `ends` says. */
  create(count: number): Publisher<T>;
  /** Makes a fresh publisher that fails without an item. Without it the rules of failure are not put. */
  createFailed?(): Publisher<T>;
  /** Makes a fresh publisher of just these items, for the check that any value may be one. */
  createOf?(items: readonly unknown[]): Publisher<unknown>;
  /** The item with this index of a publisher of `create`, or one like it; without it, items are not compared. */
  item?(index: number): unknown;
  /** The fewest items `create` can be asked for; default 0. */
  readonly minCount?: number;
  /** The most items `create` can be asked for; default 200,000. */
  readonly maxCount?: number;
  /** How a publisher of `create` ends after its items; default `"complete"`. */
  readonly ends?: "complete" | "error" | "never";
  /** Whether an end that needs no item comes without a request; default true. */
  readonly endsWithoutDemand?: boolean;
  /** Whether items are lost that come without demand, as with a dropping operator; default false. */
  readonly lossy?: boolean;
  /**
   * Whether each subscriber has the whole stream (`"each"`), all share one, so that who comes late misses what was
   * before (`"shared"`), or only the first one is served (`"one"`). Default `"each"`.
   */
  readonly subscribers?: "each" | "shared" | "one";
  /** Whether cancel is obeyed before it returns; `"eventually"` where a wire lies between. Default `"atOnce"`. */
  readonly stops?: "atOnce" | "eventually";
  /**
   * How many items the check of §3.3 runs over, each requested within the last one; default 300, and where the host
   * does not tell the depth of the stack 100,000. `create` must make so many.
   */
  readonly longRun?: number;
  /** Whether the error of a subscriber that throws goes to `globalThis.reportError` (§2.13); default true. */
  readonly reports?: boolean;
}

/** Whether `create` can be asked for some number between the two. */
export function canCount(subject: PublisherSubject, from: number, to: number = from): boolean {
  return fewest(subject) <= to && most(subject) >= from;
}

/** Why not, if `create` cannot be asked for at least `from` items, and no more than `to`. */
export function lacksItems(subject: PublisherSubject, from: number, to: number = 1000): string | undefined {
  if (canCount(subject, from, to)) return undefined;
  return most(subject) < from
    ? `needs ${from} items, and there are at most ${most(subject)} (maxCount)`
    : `needs a stream of ${from} to ${to} items, and there are at least ${fewest(subject)} (minCount)`;
}

/** The number nearest to `wanted` that `create` can be asked for. */
export function nearestCount(subject: PublisherSubject, wanted: number): number {
  return Math.max(fewest(subject), Math.min(most(subject), wanted));
}

/** Why not, if the subject loses items. */
export function losesItems(subject: PublisherSubject): string | undefined {
  return subject.lossy === true ? "items may be lost (lossy), so none can be missed" : undefined;
}

/** Why not, if the subject's streams go on for ever. */
export function neverEnds(subject: PublisherSubject): string | undefined {
  return subject.ends === "never" ? 'the stream has no end (ends: "never")' : undefined;
}

/** Why not, if its streams do not end well. */
export function neverCompletes(subject: PublisherSubject): string | undefined {
  const { ends = "complete" } = subject;
  return ends === "complete" ? undefined : `the stream does not end well (ends: "${ends}")`;
}

/** Why not, if no failed publisher can be made. */
export function neverFails(subject: PublisherSubject): string | undefined {
  return subject.createFailed === undefined ? "no failed publisher can be made (createFailed)" : undefined;
}

/** Why not, if cancel needs its time. */
export function stopsLater(subject: PublisherSubject): string | undefined {
  return subject.stops === "eventually" ? 'cancel needs its time (stops: "eventually")' : undefined;
}

/** Why not, if the subject serves its subscribers in another way. */
export function unlessServing(
  subject: PublisherSubject,
  ...ways: readonly ("each" | "shared" | "one")[]
): string | undefined {
  const { subscribers = "each" } = subject;
  return ways.includes(subscribers)
    ? undefined
    : `it serves its subscribers in another way (subscribers: "${subscribers}")`;
}

function fewest(subject: PublisherSubject): number {
  return subject.minCount ?? 0;
}

function most(subject: PublisherSubject): number {
  return subject.maxCount ?? DEFAULT_MAX;
}

const DEFAULT_MAX = 200_000;
