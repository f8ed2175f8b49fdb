// The arithmetic of a bucket of tokens, as GCRA does it (ITU-T I.371, virtual scheduling): one number, the debt, that
// time pays off. Pure: time is an argument, nothing is scheduled, nothing is counted down.
//
//   capacity ┬──────────────┐ nothing more is lent above this line
//            │   room       │
//       debt ┼──────────────┤ what was taken and is not paid off; falls by `ratePerSecond`
//          0 ┴──────────────┘ the bucket is full
//
// A take of c tokens at time t is within the law when, for every earlier moment s, what was taken from s to t is at
// most capacity + rate * (t - s). The debt says so at once: it is the greatest excess over all s.
//
// All is counted in millionths of a token, and time in whole microseconds: whole rates and costs stay integers, which
// a double holds exactly (capacity is checked to be <= 1e9). With the classic unit, time per token, a rate of 3 a
// second is rounded at every step.

/** Tokens that are owed. Who calls it has checked its arguments. */
export class TokenAccount {
  private readonly capacity: number;
  private readonly rate: number;
  /** Millionths of a token that were owed at `at`. */
  private debt: number;
  /** Microseconds. */
  private at = Number.NEGATIVE_INFINITY;

  /** `initial`: tokens in the bucket until something was taken and time has passed. */
  constructor(capacity: number, ratePerSecond: number, initial: number, nowMs: number) {
    this.capacity = capacity * UNIT;
    this.rate = ratePerSecond;
    this.debt = (capacity - initial) * UNIT;
    this.at = microseconds(nowMs);
  }

  /** Tokens that could be taken. */
  available(nowMs: number): number {
    return (this.capacity - this.debtAt(microseconds(nowMs))) / UNIT;
  }

  /** Takes `cost` tokens if `left` remain besides; all or nothing. */
  take(nowMs: number, cost: number, left: number): "taken" | "short" {
    const now = microseconds(nowMs);
    const debt = this.debtAt(now) + cost * UNIT;
    if (!(debt <= this.capacity - left * UNIT)) return "short";
    this.debt = debt;
    this.at = Math.max(this.at, now);
    return "taken";
  }

  /** Puts tokens back, as far as there is room. */
  deposit(nowMs: number, tokens: number): void {
    const now = microseconds(nowMs);
    this.debt = Math.max(0, this.debtAt(now) - tokens * UNIT);
    this.at = Math.max(this.at, now);
  }

  /**
   * Milliseconds after which `cost` tokens can be taken and `left` remain, if nobody takes any before: the first whole
   * microsecond at which `take` says so. `cost` may be more than the capacity when several take it, one after the
   * other. `Infinity`: never, for time brings nothing.
   */
  waitMs(nowMs: number, cost: number, left: number): number {
    const now = microseconds(nowMs);
    const limit = this.capacity - left * UNIT;
    const over = this.debtAt(now) + cost * UNIT - limit;
    if (over <= 0) return 0;
    let wait = Math.ceil(over / this.rate);
    if (wait === Number.POSITIVE_INFINITY) return wait;
    // A rate that is no integer may be rounded: whoever comes back when told is not refused by the last bit of a double.
    const debtAfter = (us: number): number => this.debt - (now + us - this.at) * this.rate + cost * UNIT;
    for (let step = 1; debtAfter(wait) > limit; step *= 2) wait += step;
    return wait / 1000;
  }

  private debtAt(now: number): number {
    return now > this.at ? Math.max(0, this.debt - (now - this.at) * this.rate) : this.debt;
  }
}

/** Of a token; a token takes as many microseconds as it has parts at a rate of one a second. */
const UNIT = 1_000_000;

// Rounded, not cut: a clock that counts in doubles says 0.30000000000000004, and is meant to come back in time.
function microseconds(ms: number): number {
  return Math.round(ms * 1000);
}
