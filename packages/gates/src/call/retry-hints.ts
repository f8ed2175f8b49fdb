// What an error says of trying again, whoever made it: a gate that refused, a peer of @sluice/net, a server that sent
// Retry-After. Told by their fields, not by their class: it may be that of another copy or another library.

/** What an error asks of whoever would try again. */
export interface RetryHints {
  /** No other attempt would do better, or others have tried enough. */
  readonly doNotRetry: boolean;
  /** Milliseconds to wait at least; 0 when it does not say. */
  readonly retryAfterMs: number;
}

/** Reads `doNotRetry`, `retryable`, `retryAfterMs`, and the cause of a gate's refusal. */
export function retryHints(error: unknown): RetryHints {
  const hints = Object(error) as Readonly<Record<string, unknown>>;
  const { doNotRetry, retryable, retryAfterMs: asked, code, cause } = hints;
  const isHopeless = code === "GATE_REJECTED" && (cause === "cost" || cause === "budget");
  return {
    doNotRetry: doNotRetry === true || retryable === false || isHopeless,
    retryAfterMs: typeof asked === "number" && asked > 0 ? asked : 0,
  };
}
