// When a client connects again, and when it does not.

import { SluiceError } from "@sluice/core";
import { type Backoff, checkBackoff } from "@sluice/core/kit";
import { LONGEST_TIMER_MS } from "../connection/runtime.js";

/** How a client that lost its connection comes by another one. */
export interface ReconnectOptions {
  /** What the waits between attempts grow from, in ms, with full jitter: each is random, up to twice the last bound. Default 100. */
  readonly baseMs?: number;
  /** No wait is longer, in ms, but for one that the server asks for. Default 10,000. */
  readonly capMs?: number;
  /** Attempts within `windowMs`, whether they succeed or not; more of them wait. Default 30. */
  readonly attempts?: number;
  /** In ms. Default 60,000. */
  readonly windowMs?: number;
  /** Milliseconds without a connection after which the client ends with the last error. Default: never. */
  readonly giveUpMs?: number;
}

/** The same, checked and with its defaults filled in. */
export interface ReconnectPolicy {
  readonly backoff: Backoff;
  readonly attempts: number;
  readonly windowMs: number;
  readonly giveUpMs: number;
}

/** Undefined: the client ends with its connection. Throws a `RangeError` for options that cannot work. */
export function reconnectPolicy(options: boolean | ReconnectOptions = true): ReconnectPolicy | undefined {
  if (options === false) return undefined;
  const {
    baseMs = 100,
    capMs = 10_000,
    attempts = 30,
    windowMs = 60_000,
    giveUpMs = Number.POSITIVE_INFINITY,
  } = options === true ? {} : options;
  const backoff = checkBackoff("reconnect", { baseMs, capMs });
  if (!Number.isInteger(attempts) || attempts < 1 || attempts > 10_000) {
    throw new RangeError(
      `Cannot reconnect with ${attempts} attempts a window: it must be an integer from 1 to 10,000`,
    );
  }
  if (!(windowMs >= 0 && windowMs <= LONGEST_TIMER_MS)) {
    throw new RangeError(
      `Cannot reconnect with a window of ${windowMs} ms: it must be from 0 to ${LONGEST_TIMER_MS}`,
    );
  }
  if (!(giveUpMs >= 0)) {
    throw new RangeError(
      `Cannot give up reconnecting after ${giveUpMs} ms: it must be >= 0; leave it out for never`,
    );
  }
  return { backoff, attempts, windowMs, giveUpMs };
}

/** Whether another attempt would meet the same answer: who connects is told, not the network. */
export function isFinal(error: unknown): boolean {
  if (error instanceof TypeError || error instanceof RangeError) return true;
  const status = (error as { status?: unknown } | null)?.status;
  return status === 401 || status === 403 || (error instanceof SluiceError && FINAL.has(error.code));
}

/** Milliseconds that whoever refused the connection asked for; 0: it said nothing. */
export function askedToWaitMs(error: unknown): number {
  const asked = (error as { retryAfterMs?: unknown } | null)?.retryAfterMs;
  return typeof asked === "number" && asked >= 0 ? Math.min(asked, LONGEST_TIMER_MS) : 0;
}

const FINAL: ReadonlySet<string> = new Set([
  "UNAUTHENTICATED",
  "FORBIDDEN",
  "VERSION_UNSUPPORTED",
  "SETTINGS_REFUSED",
  "SUBPROTOCOL_MISMATCH",
]);
