// When a client connects again, and when it does not.

import { SluiceError } from "@sluice/core";
import { type Backoff, checkBackoff } from "@sluice/core/kit";
import { LONGEST_TIMER_MS } from "../connection/runtime.js";

/** How a client that lost its connection comes by another one. How often at most is said by `retryBudget`. */
export interface ReconnectOptions {
  /** What the waits between attempts grow from, in ms, with full jitter: each is random, up to twice the last bound. Default 100. */
  readonly baseMs?: number;
  /** No wait is longer, in ms, but for one that the server asks for. Default 10,000. */
  readonly capMs?: number;
  /** Milliseconds without a connection after which the client ends with the last error. Default: never. */
  readonly giveUpMs?: number;
}

/** The same, checked and with its defaults filled in. */
export interface ReconnectPolicy {
  readonly backoff: Backoff;
  readonly giveUpMs: number;
}

/** Undefined: the client ends with its connection. Throws a `RangeError` for options that cannot work. */
export function reconnectPolicy(options: boolean | ReconnectOptions = true): ReconnectPolicy | undefined {
  if (options === false) return undefined;
  const {
    baseMs = 100,
    capMs = 10_000,
    giveUpMs = Number.POSITIVE_INFINITY,
  } = options === true ? {} : options;
  const backoff = checkBackoff("reconnect", { baseMs, capMs });
  if (!(giveUpMs >= 0)) {
    throw new RangeError(
      `Cannot give up reconnecting after ${giveUpMs} ms: it must be >= 0; leave it out for never`,
    );
  }
  return { backoff, giveUpMs };
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
