// What a gate by rate can tell of itself to whoever asks over the network: the numbers of RateLimit headers.

import type { Gate } from "@sluice/core";

/** How much of a rate is left. */
export interface Quota {
  /** Cost that may be asked for in a window, after a quiet time. */
  readonly limit: number;
  /** Milliseconds in which all of the limit comes back. */
  readonly windowMs: number;
  /** Cost that would be granted now; whole or not, >= 0. */
  readonly remaining: number;
  /** Milliseconds after which all of the limit is there, if nobody asks for any before. */
  readonly resetMs: number;
}

/** A gate that has a quota, or one for each key. */
export interface QuotaGate extends Gate {
  /** `undefined`: there is none, or none for this key. */
  quota(key?: string): Quota | undefined;
}
