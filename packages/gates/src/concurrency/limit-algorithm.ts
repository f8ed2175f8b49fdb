// How a limit on concurrency is told from what comes of the work: the seam between a rule and the gate that keeps it.
// A rule is pure: round-trip times come in, a limit comes out.

/** What a window of finished work has shown. */
export interface LimitSample {
  /** How long the work took, in ms, > 0. */
  readonly rttMs: number;
  /** The most that was under way at once. */
  readonly inFlight: number;
  /** Some of it failed. */
  readonly dropped: boolean;
  /** Nothing has ever succeeded: `rttMs` is how long failures took, and says nothing of the service. */
  readonly failedSoFar?: boolean;
}

/** Between what a limit may move, and where it begins. */
export interface LimitBounds {
  readonly initial: number;
  readonly min: number;
  readonly max: number;
}

/** A limit that learns. */
export interface LimitEstimate {
  /** Work that may be under way at once, an integer from `min` to `max`. */
  readonly limit: number;
  /** A window has closed. */
  update(sample: LimitSample): void;
}

/** A rule by which limits move; each gate begins an estimate of its own. */
export interface LimitAlgorithm {
  readonly name: string;
  begin(bounds: LimitBounds): LimitEstimate;
}
