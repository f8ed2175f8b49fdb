// How often something may happen: a bucket that holds so many tokens and is filled again at a steady rate. Pure:
// the time is passed in, and nothing runs while nobody asks.
//
//   tokens
//   burst ┤▔▔╲              ╱▔▔▔▔     each event takes one; what is missing comes back at perSecond,
//         │    ╲          ╱           never above burst, so that a long silence saves nothing up
//       0 ┼──────╲──────╱──────► time

/** A token bucket. Times are milliseconds of any clock that does not go backwards. */
export class TokenBucket {
  readonly burst: number;
  private readonly perSecond: number;
  private tokens: number;
  private filledAt: number;

  /** Full at `now`; `burst` tokens at most, `perSecond` of them come back each second. */
  constructor(burst: number, perSecond: number, now: number) {
    this.burst = burst;
    this.perSecond = perSecond;
    this.tokens = burst;
    this.filledAt = now;
  }

  /** Takes a token if there is a whole one. */
  take(now: number): "taken" | "empty" {
    if (now > this.filledAt) {
      this.tokens = Math.min(this.burst, this.tokens + ((now - this.filledAt) * this.perSecond) / 1000);
      this.filledAt = now;
    }
    if (this.tokens < 1) return "empty";
    this.tokens -= 1;
    return "taken";
  }

  /** Fills it with `tokens`, which may be more than `burst`, until they are used. */
  refill(tokens: number, now: number): void {
    this.tokens = tokens;
    this.filledAt = now;
  }
}
