// What a source, an operator, an overflow choice or a hub promises about credit, as data: the documentation's
// tables, the bound of a pipeline and the property test that holds each to its word are all made of it.

/** What has passed an operator so far, in totals. */
export interface Ledger {
  /** Requested by downstream; `Infinity` once unbounded. */
  readonly requested: number;
  /** Items that came from upstream. */
  readonly received: number;
  /** Items sent downstream. */
  readonly emitted: number;
}

/** A total as a range; both ends equal where it is exact. `Infinity` means unbounded demand. */
export interface Asked {
  readonly atLeast: number;
  readonly atMost: number;
}

/** What is promised about one function; `S` is what it was configured with. */
export interface Contract<S = never> {
  /** The function's name, such as `mapAsync`. */
  readonly name: string;
  /** What it does, in half a line. */
  readonly does: string;
  /** What it asks of an upstream; a source has none. */
  readonly demand?: {
    /** For a request of n, in words and formulas: `n`, or `n, and 1 for each item dropped`. */
    readonly says: string;
    /** What it has requested in all when nothing moves any more, for what has passed. */
    asked(ledger: Ledger, settings: S): Asked;
  };
  /** Items held between upstream and downstream: those for which neither has to answer. */
  readonly holds: {
    /** In words: `nothing`, `concurrency items`. */
    readonly says: string;
    /** The most items of its upstreams (or of its producer) that it ever holds. */
    atMost(settings: S): number;
  };
  /** What it does when upstream or a function of the user fails. */
  readonly errors: {
    readonly says: string;
    /**
     * When downstream hears of a failed upstream: before items that are held, after them, or not at all, because
     * something takes its place. Absent for a source.
     */
    readonly upstreamFails?: "at once" | "after what is held" | "replaced";
  };
  /** What a cancel stops and releases. */
  readonly cancel: { readonly says: string };
}
