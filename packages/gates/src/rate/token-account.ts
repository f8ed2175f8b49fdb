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

/** What there is to remember of one bucket: two numbers, which `TokenLaw` alone changes. */
export interface TokenAccount {
  /** Millionths of a token that were owed at `at`. */
  debt: number;
  /** Microseconds. */
  at: number;
}

/** The rules of buckets made alike, which share it. Who calls it has checked his arguments. */
export class TokenLaw {
  /** Tokens. */
  readonly capacity: number;
  private readonly room: number;
  private readonly rate: number;
  /** Microseconds in which an empty bucket becomes full; `Infinity`: never. */
  private readonly fill: number;

  constructor(capacity: number, ratePerSecond: number) {
    this.capacity = capacity;
    this.room = capacity * UNIT;
    this.rate = ratePerSecond;
    this.fill = this.room / ratePerSecond;
  }

  /** `initial`: tokens in the bucket until something was taken and time has passed. */
  open(account: TokenAccount, initial: number, nowMs: number): void {
    account.debt = (this.capacity - initial) * UNIT;
    account.at = microseconds(nowMs);
  }

  /** Milliseconds in which an empty bucket becomes full; `Infinity`: never. */
  get fillMs(): number {
    return this.fill / 1000;
  }

  /** Tokens that could be taken. */
  available(account: TokenAccount, nowMs: number): number {
    return (this.room - this.debtAt(account, microseconds(nowMs))) / UNIT;
  }

  /** Takes `cost` tokens if `left` remain besides; all or nothing. */
  take(account: TokenAccount, nowMs: number, cost: number, left: number): "taken" | "short" {
    const now = microseconds(nowMs);
    const debt = this.debtAt(account, now) + cost * UNIT;
    if (!(debt <= this.room - left * UNIT)) return "short";
    account.debt = debt;
    if (now > account.at) account.at = now;
    return "taken";
  }

  /** Puts tokens back, as far as there is room. */
  deposit(account: TokenAccount, nowMs: number, tokens: number): void {
    const now = microseconds(nowMs);
    account.debt = Math.max(0, this.debtAt(account, now) - tokens * UNIT);
    if (now > account.at) account.at = now;
  }

  /**
   * Milliseconds after which `cost` tokens can be taken and `left` remain, if nobody takes any before: the first whole
   * microsecond at which `take` says so. `cost` may be more than the capacity when several take it, one after the
   * other. `Infinity`: never, for time brings nothing.
   */
  waitMs(account: TokenAccount, nowMs: number, cost: number, left: number): number {
    const now = microseconds(nowMs);
    const limit = this.room - left * UNIT;
    const over = this.debtAt(account, now) + cost * UNIT - limit;
    if (!(over > 0)) return 0;
    const behind = Math.max(0, account.at - now);
    let wait = behind + Math.ceil(over / this.rate);
    if (wait === Number.POSITIVE_INFINITY) return wait;
    // A rate that is no integer may be rounded: whoever comes back when told is not refused by the last bit of a double.
    const debtAfter = (us: number): number =>
      account.debt - (now + us - account.at) * this.rate + cost * UNIT;
    for (let step = 1; debtAfter(wait) > limit; step *= 2) wait += step;
    return wait / 1000;
  }

  private debtAt(account: TokenAccount, now: number): number {
    const elapsed = now - account.at;
    if (elapsed > 0) return Math.max(0, account.debt - elapsed * this.rate);
    // A clock that was set back brings nothing until it has come to where it was: no time counts twice. But one that
    // was set back by more than fills the bucket is taken at its word, or it would close the gate for that long.
    if (elapsed < -this.fill) account.at = now;
    return account.debt;
  }
}

/** Of a token; a token takes as many microseconds as it has parts at a rate of one a second. */
const UNIT = 1_000_000;

// Rounded, not cut: a clock that counts in doubles says 0.30000000000000004, and is meant to come back in time.
function microseconds(ms: number): number {
  return Math.round(ms * 1000);
}
