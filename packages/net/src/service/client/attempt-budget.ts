// How often a client may try to connect: so many attempts in a window of time, whatever their success. Back-off alone
// begins anew with every connection that opens, and one that opens and breaks at once would be tried without end
// (gRPC A6 and "Addressing Cascading Failures", SRE book, have a budget beside the back-off for the same reason).

/** Counts attempts. *Buffers:* `attempts` numbers. */
export class AttemptBudget {
  private readonly windowMs: number;
  /** When the last so many attempts were made, a ring; `next` is the place of the oldest one. */
  private readonly times: number[];
  private next = 0;

  constructor(attempts: number, windowMs: number) {
    this.windowMs = windowMs;
    this.times = new Array<number>(attempts).fill(Number.NEGATIVE_INFINITY);
  }

  /** Milliseconds until another attempt is within the budget; 0: now. */
  waitMs(now: number): number {
    return Math.max(0, (this.times[this.next] as number) + this.windowMs - now);
  }

  /** An attempt is made. */
  spend(now: number): void {
    this.times[this.next] = now;
    this.next = (this.next + 1) % this.times.length;
  }
}
