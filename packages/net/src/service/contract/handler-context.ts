// What a handler is told besides its input.

import type { Criticality } from "@sluice/core";

/** Names and values that travel with a request beside its input, such as the id of a trace. */
export type Metadata = Readonly<Record<string, string>>;

/** What a handler can know of the one who asked. */
export interface HandlerContext {
  /**
   * Aborts when nobody wants the result any more: cancelled, deadline over, connection gone. Its reason is named
   * `AbortError`, as everywhere, with the `code` of what happened.
   */
  readonly signal: AbortSignal;
  /** Milliseconds that were left when the request arrived; undefined: no deadline. */
  readonly deadlineMs: number | undefined;
  /** Milliseconds that are left now, never below 0; undefined: no deadline. */
  remainingMs(): number | undefined;
  /** How soon the client wants it, 0 (first) to 7 (last), as it says now; it orders what is sent by itself. */
  readonly urgency: number;
  /** What the work is worth to the client when there is not enough for all, as it says now. */
  readonly criticality: Criticality;
  /**
   * Items of a restartable stream that the client has already had: begin with the one behind them. 0 at first, and
   * always for other routes.
   */
  readonly offset: number;
  /** What the client says of the request besides its input: `options.metadata`; empty when it says nothing. */
  readonly metadata: Metadata;
  /** Who asks, as the server's `authenticate` says; "" without it. */
  readonly principal: string;
}
