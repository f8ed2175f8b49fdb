// What a breaker is told, checked, and with its defaults filled in.

import { type BackoffOptions, type Clock, systemClock } from "@sluice/core";
import {
  checkBackoff,
  checkClock,
  checkMilliseconds,
  checkOptions,
  describe,
  requireFunction,
} from "@sluice/core/kit";
import { checkAmount, checkMaxWaiting } from "../gate/check-gate.js";
import type { GateSettings } from "../gate/policy-gate.js";
import type { BreakerPolicy } from "./breaker-state.js";
import { CountWindow, type OutcomeWindow, TimeWindow } from "./outcome-window.js";

/** What a circuit breaker is told; without any it opens when half of the last 100 calls failed. */
export interface CircuitBreakerOptions {
  /**
   * Opens when at least this share of the window's calls failed, a number > 0 and <= 1. Default 0.5, unless
   * `consecutiveFailures` is given: then only that counts.
   */
  readonly failureRate?: number | undefined;
  /** Opens after so many failures one after the other, an integer >= 1. Default: not looked at. */
  readonly consecutiveFailures?: number | undefined;
  /** A call that takes so long is slow, in ms, >= 1. Default: none is. */
  readonly slowMs?: number | undefined;
  /** Opens when at least this share of the window's calls were slow, failed or not. Default 0.5 with `slowMs`. */
  readonly slowRate?: number | undefined;
  /**
   * Which calls the rates are of: the last so many (at most 1,000,000), or those of the last `ms` milliseconds, which
   * are forgotten a bucket at a time (default 10 buckets, at most 1,000). Default: the last 100.
   */
  readonly window?:
    | { readonly calls: number }
    | { readonly ms: number; readonly buckets?: number }
    | undefined;
  /** The rates say nothing of fewer calls, an integer >= 1. Default 10, or all calls of a smaller window. */
  readonly minimumCalls?: number | undefined;
  /**
   * How long it stays open, and how that grows while it opens again and again. Default `{ baseMs: 5_000, capMs: 60_000,
   * jitter: "equal" }`: 2.5 to 5 seconds, and twice that each time, up to a minute.
   */
  readonly openFor?: BackoffOptions | undefined;
  /** Closed for so long it is well again, and the open time begins anew, in ms. Default: `capMs` of `openFor`. */
  readonly healthyMs?: number | undefined;
  /** How many calls are let through to try, once the open time is over, an integer >= 1. Default 1. */
  readonly probes?: number | undefined;
  /** How many of them must succeed for it to close. Default: all. */
  readonly probesNeeded?: number | undefined;
  /** A probe that is not over by then has failed, in ms, >= 1. Default 30,000. */
  readonly probeTimeoutMs?: number | undefined;
  /** Those who may wait in `acquire` at once. Default 1,000. */
  readonly maxWaiting?: number | undefined;
  /** For messages and for those who look. Default `"the circuit breaker"`. */
  readonly name?: string | undefined;
  /** Default: `systemClock`. */
  readonly clock?: Clock | undefined;
  /** From 0 to 1, for the jitter of `openFor`. Default: `Math.random`. */
  readonly random?: (() => number) | undefined;
}

/** The same, checked. */
export interface BreakerSettings extends GateSettings, BreakerPolicy {
  /** `Infinity`: no call is slow. */
  readonly slowMs: number;
}

/** Fills in the defaults; throws a `TypeError` or `RangeError` that names the option. */
export function checkBreaker(options: CircuitBreakerOptions | undefined): BreakerSettings {
  checkOptions(PLACE, options);
  const given = options ?? {};
  const { consecutiveFailures = NEVER, slowMs = NEVER, probes = 1, random = Math.random } = given;
  const { failureRate = consecutiveFailures === NEVER ? 0.5 : NEVER } = given;
  const {
    slowRate = slowMs === NEVER ? NEVER : 0.5,
    probesNeeded = probes,
    probeTimeoutMs = 30_000,
    name = `the ${PLACE}`,
  } = given;
  const { baseMs = 5000, capMs = 60_000, jitter = "equal" } = given.openFor ?? {};
  checkOptions(`the openFor of a ${PLACE}`, given.openFor);
  const openFor = checkBackoff(`the openFor of a ${PLACE}`, { baseMs, capMs, jitter });
  requireFunction(`draw the jitter of a ${PLACE}`, random);
  if (typeof name !== "string")
    throw new TypeError(`Cannot name a ${PLACE} ${describe(name)}: give it a string`);
  if (slowMs === NEVER && slowRate !== NEVER) {
    throw new TypeError(`Cannot give a ${PLACE} a slowRate without slowMs: say what is slow`);
  }
  const size = sizeOf(given.window);
  return {
    name,
    failureRate: checkRate("failureRate", failureRate),
    slowRate: checkRate("slowRate", slowRate),
    slowMs: slowMs === NEVER ? NEVER : checkMilliseconds(`a ${PLACE} a slowMs of`, slowMs, 1),
    minimumCalls: checkCount("minimumCalls", given.minimumCalls ?? Math.min(10, size), size),
    consecutiveFailures:
      consecutiveFailures === NEVER ? NEVER : checkCount("consecutiveFailures", consecutiveFailures),
    openFor,
    healthyMs: checkMilliseconds(`a ${PLACE} a healthyMs of`, given.healthyMs ?? openFor.capMs, 0),
    probes: checkCount("probes", probes),
    needed: checkCount("probesNeeded", probesNeeded, probes),
    probeTimeoutMs: checkMilliseconds(`a ${PLACE} a probeTimeoutMs of`, probeTimeoutMs, 1),
    maxWaiting: checkMaxWaiting(PLACE, given.maxWaiting ?? 1000),
    clock: checkClock(PLACE, given.clock ?? systemClock),
    random,
  };
}

/** None, where no rate is looked at. */
export function windowOf(
  { failureRate, slowRate }: BreakerPolicy,
  window: CircuitBreakerOptions["window"],
): OutcomeWindow | undefined {
  if (failureRate === NEVER && slowRate === NEVER) return undefined;
  if (window === undefined) return new CountWindow(100);
  return "ms" in window ? new TimeWindow(window.ms, window.buckets ?? 10) : new CountWindow(window.calls);
}

/** How many calls the window can hold. */
function sizeOf(window: CircuitBreakerOptions["window"]): number {
  if (window === undefined) return 100;
  if (typeof window !== "object" || window === null || "ms" in window === "calls" in window) {
    throw new TypeError(
      `Cannot give a ${PLACE} the window ${describe(window)}: it takes { calls } or { ms, buckets }`,
    );
  }
  if ("calls" in window) return checkCount("window of calls", window.calls, 1e6);
  checkMilliseconds(`a ${PLACE} a window of`, window.ms, 1);
  checkCount("window of buckets", window.buckets ?? 10, 1000);
  return MOST;
}

function checkRate(option: string, rate: number): number {
  if (rate === NEVER) return rate;
  return checkAmount(`${PLACE} with a ${option}`, rate, { least: 0, most: 1, above: true });
}

function checkCount(option: string, count: number, most = MOST): number {
  if (Number.isSafeInteger(count) && count >= 1 && count <= most) return count;
  const bound = most === MOST ? "" : ` and <= ${most}`;
  throw new RangeError(
    `Cannot make a ${PLACE} with ${option} ${describe(count)}: it must be an integer >= 1${bound}`,
  );
}

const PLACE = "circuit breaker";
const NEVER: number = Number.POSITIVE_INFINITY;
const MOST: number = Number.MAX_SAFE_INTEGER;
