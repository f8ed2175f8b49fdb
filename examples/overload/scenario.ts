// What all processes of this example agree upon.
import type { Criticality } from "@sluice/core";

/** To the database, each with a query at a time that takes 50 to 150 ms: 100 a second, and not one more. */
export const CONNECTIONS = 10;
export const QUERY_MS: readonly [number, number] = [50, 150];
/** A quarter less than the database can do; at ten times that, 7.5 times as much as it can. */
export const REQUESTS_PER_SECOND = 75;
export const OVERLOAD = 10;
/** An attempt that has no answer by then is given up. */
export const PATIENCE_MS = 1000;
/** Attempts of either client. */
export const ATTEMPTS = 3;
/** Heap of the gateway, in either form. */
export const HEAP_MB = 128;

/** What is asked for, how critical it is, and its share of the requests. */
export const KINDS: readonly { path: string; criticality: Criticality; share: number }[] = [
  { path: "/pay", criticality: "criticalPlus", share: 0.05 },
  { path: "/order", criticality: "critical", share: 0.25 },
  { path: "/search", criticality: "sheddablePlus", share: 0.2 },
  { path: "/suggest", criticality: "sheddable", share: 0.5 },
];

/** Seconds at one time the load, at ten times, and at one time again. */
export interface Phases {
  readonly before: number;
  readonly overload: number;
  readonly after: number;
}

/** What came of a request at its last attempt; `gaveUp`: no answer in time, or no gateway. */
export type End = "served" | "refused" | "gaveUp";

/** One request of the load, told when it is over. */
export interface Outcome {
  /** Milliseconds from the beginning at which it was to be sent. */
  readonly at: number;
  /** And at which it was over. */
  readonly overAt: number;
  /** Index into `KINDS`. */
  readonly kind: number;
  readonly end: End;
  /** Of its last attempt. The first counts from `at`, not from when the sender came round to it. */
  readonly ms: number;
  readonly attempts: number;
}

/** All that a run of the load has seen. */
export interface LoadReport {
  readonly outcomes: readonly Outcome[];
  /** Milliseconds from each attempt that was refused to its refusal. */
  readonly refusals: readonly { at: number; ms: number }[];
  /** By how much the load was sent late at most: more than a few milliseconds, and the figures tell of this machine. */
  readonly lateMs: number;
}

/** What the gateway says of itself four times a second. */
export interface GatewaySample {
  /** Milliseconds since the load began. */
  readonly at: number;
  readonly heapMB: number;
  /** Requests that it has taken and not answered. */
  readonly open: number;
  /** How old the request is that it answered last. */
  readonly answerMs: number;
}

/** Numbers from 0 to 1, the same in each run. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
