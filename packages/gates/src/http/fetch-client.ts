// `fetch` for a client that is a good guest: it asks its gate before it sends, comes back when it is told to, and sends
// again only what may be sent again and was paid for.

import {
  type ClockOptions,
  type Criticality,
  type Gate,
  type PermitOutcome,
  systemClock,
} from "@sluice/core";
import { checkClock, checkOptions, requireFunction } from "@sluice/core/kit";
import type { CallParent } from "../call/call-context.js";
import { retry, type RetryPolicy } from "../call/retry.js";
import { checkBudget, type RetryGate } from "../call/retry-gate.js";
import { timeout } from "../call/timeout.js";
import { rankOf } from "../gate/criticality-rank.js";
import { requireGate } from "../gate/require-gate.js";
import { type Fetch, FetchCall, type FetchSettings } from "./fetch-call.js";

/** What `guardedFetch` is told. */
export interface GuardedFetchOptions extends ClockOptions {
  /**
   * Asked for each attempt, with the origin as its key: `keyed(() => circuitBreaker(), { maxKeys: 1000 })` is a breaker for each origin,
   * `all(rate, breaker)` several gates. Default: none.
   */
  readonly gate?: Gate | undefined;
  /** Whether to wait in the gate's line rather than to be refused. Default false: a `GateRejectedError`. */
  readonly wait?: boolean | undefined;
  /** What the gate gets as key; default: the origin, such as `https://shop.test`. */
  readonly key?: ((url: string) => string) | undefined;
  /** What gate and budget are told; default `"critical"`. */
  readonly criticality?: Criticality | undefined;
  /** Who grants retries: best one for all clients of the same servers. Default: one of its own; `false`: nobody is asked. */
  readonly budget?: RetryGate | false | undefined;
  /** As for `retry`, whose defaults these are; `false`: each request is sent once. `retryIf` can only forbid more. */
  readonly retry?: Omit<RetryPolicy, "budget" | "clock" | "criticality"> | false | undefined;
  /** Milliseconds (>= 1) for each attempt until the head of its answer is there. Default: no limit of its own. */
  readonly timeoutMs?: number | undefined;
  /** The same for all attempts and the waits between them. */
  readonly deadlineMs?: number | undefined;
  /**
   * What an answer says of the health of its server, once its body has been read. Default: `"failure"` for 429 and for
   * 500 and more.
   */
  readonly outcomeOf?: ((response: Response) => PermitOutcome) | undefined;
  /** Who sends; default: the global `fetch`. */
  readonly fetch?: Fetch | undefined;
}

/** `fetch`, and a context that the request inherits: its time, its signal, and what was paid for retries. */
export type GuardedFetch = (
  input: string | URL | Request,
  init?: RequestInit,
  context?: CallParent,
) => Promise<Response>;

/**
 * A `fetch` that asks a gate before each attempt, and tries again after a lost connection and after 408, 425, 429, 500,
 * 502, 503 and 504: only a request that is idempotent (by its method, or by an Idempotency-Key) and whose body is text,
 * bytes or a form. The body of a stream or of a `Request` is sent once. Retry-After, and a RateLimit of which nothing is
 * left, are obeyed: it is not sent again before, and not at all when that is too late. What the gate refuses is not
 * tried again.
 *
 * The permit goes back when the body of the answer was read to its end, broke off, was cancelled, or was forgotten. When
 * all attempts have got an answer that says no, the last answer is the result, as with `fetch`.
 *
 * *Buffers:* nothing; of answers that nobody will see, those of at most 16 KiB are read so that their connection can be
 * used again, others cancelled. *Errors:* those of `fetch` when another attempt is of no use, a `RetryError` around
 * them otherwise, a `GateRejectedError`, a `TimeoutError`. *Cancel:* the signal of `init` or of the `Request`, also while
 * the body is read.
 *
 * @example
 * ```ts
 * import { circuitBreaker, retryBudget } from "@sluice/gates";
 * import { guardedFetch } from "@sluice/gates/http";
 * let calls = 0;
 * const shop = guardedFetch({
 *   gate: circuitBreaker(),
 *   budget: retryBudget(),
 *   retry: { backoff: { baseMs: 1 } },
 *   timeoutMs: 2000,
 *   fetch: async () => new Response("", { status: ++calls < 3 ? 503 : 200 }), // a server in trouble
 * });
 * console.log((await shop("http://shop.test/")).status, calls); // prints 200 3
 * ```
 */
export function guardedFetch(options?: GuardedFetchOptions): GuardedFetch {
  const settings = settingsOf(options ?? {});
  return async (input, init, context) => new FetchCall(settings, input, init, context).run();
}

function settingsOf(options: GuardedFetchOptions): FetchSettings {
  checkOptions(PLACE, options);
  const { gate, wait = false, criticality, timeoutMs, deadlineMs, retry: policy } = options;
  const { key = originOf, outcomeOf = outcomeOfStatus, fetch: send = fetchNow } = options;
  if (gate !== undefined) requireGate(PLACE, gate);
  if (typeof wait !== "boolean")
    throw new TypeError(`Cannot give ${PLACE} wait: ${String(wait)}: choose true, false`);
  for (const callback of [key, outcomeOf, send]) requireFunction(PLACE, callback);
  rankOf({ criticality });
  const clock = checkClock(PLACE, options.clock ?? systemClock);
  const budget = checkBudget(PLACE, options.budget, clock) ?? (false as const);
  const retries = { ...(policy === false ? { attempts: 1 } : policy), budget, clock, criticality };
  // Their checks, once and now.
  retry(nothing, retries);
  for (const ms of [timeoutMs, deadlineMs]) if (ms !== undefined) timeout(nothing, ms);
  return { gate, wait, key, criticality, retries, timeoutMs, deadlineMs, outcomeOf, send, clock };
}

function originOf(url: string): string {
  return new URL(url).origin;
}

function outcomeOfStatus({ status }: Response): PermitOutcome {
  return status >= 500 || status === 429 ? "failure" : "success";
}

/** As it is now: it may have been replaced since. */
const fetchNow: Fetch = (input, init) => fetch(input, init);

function nothing(): void {}

const PLACE = "guardedFetch";
