// What a request says of itself besides its input, and what it has from another one on whose behalf it is made: a
// handler that is a client itself. Whoever gave up on the first must not leave the second at work, and the second has
// no more time than is left of the first (gRPC's deadline propagation).

import type { Criticality } from "@sluice/core";
import type { HandlerContext, Metadata } from "../contract/handler-context.js";

/** What every call and stream can be told. */
export interface RequestOptions {
  /** Ends it, here and at the server; it then fails with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until it fails with a `TimeoutError`; the time left travels to the server. Default: none. */
  readonly deadlineMs?: number | undefined;
  /** Which of several streams that could be sent goes first: 0 (first) to 7 (last). Default 3. */
  readonly urgency?: number | undefined;
  /**
   * What the work is worth when there is not enough for all. The server ends a `"sheddable"` stream whose client
   * takes nothing for a minute, a `"sheddablePlus"` one after five, the others never. Default `"critical"`.
   */
  readonly criticality?: Criticality | undefined;
  /**
   * How often it is tried again at most, when it was surely not begun, or its route is idempotent: an integer >= 0.
   * Each try waits with full jitter, and as long as the server asks for; the client's `retryBudget` and the deadline
   * may allow fewer. Default 4; 0 for none. A restartable stream has `restarts` instead.
   */
  readonly retries?: number | undefined;
  /**
   * The handler's context, for a request made on behalf of another one: its signal ends this one too, the time that is
   * left of its deadline is the most that this one has, and urgency and criticality are as there unless said here.
   * Default: the request that is being handled, where the runtime can tell, as Node's door can; `false`: none.
   */
  readonly inherit?: HandlerContext | false | undefined;
  /**
   * What the handler gets as `context.metadata`: names and values, texts both, of at most the server's
   * `limits.metadataBytes` together (16 KiB by default). They are not inherited.
   */
  readonly metadata?: Metadata | undefined;
}

/** Options, and the request that was being handled when they were given. */
export interface PlacedOptions extends RequestOptions {
  readonly context?: HandlerContext | undefined;
}

/** `options` with what they inherit, as it is now: from `context`, unless they say otherwise. */
export function inherited(options: RequestOptions, context: HandlerContext | undefined): PlacedOptions {
  const { inherit = context, signal, deadlineMs, urgency, criticality } = options;
  if (inherit === undefined) return options;
  if (inherit === false) return { ...options, context };
  const left = inherit.remainingMs();
  return {
    ...options,
    context,
    signal: signal === undefined ? inherit.signal : AbortSignal.any([signal, inherit.signal]),
    deadlineMs: left === undefined ? deadlineMs : Math.min(left, deadlineMs ?? left),
    urgency: urgency ?? inherit.urgency,
    criticality: criticality ?? inherit.criticality,
  };
}
