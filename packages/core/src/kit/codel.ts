// Controlled Delay: when to drop from a queue, told by how long its items have waited and not by how many there are.
// RFC 8289 §5: bursts pass, a queue that stands is thinned out, faster the longer it stands.
//
//                 sojourn >= target for a whole interval: drop one
//   not dropping --------------------------------------------------> dropping: one at `dropNext`,
//        ^                                                               which comes sooner each time
//        |        an item that waited for less than the target             |
//        +-----------------------------------------------------------------+
//
// Pure: time is an argument. The names are those of the RFC's pseudo-code, its two functions are `isOkToDrop`
// (dodequeue) and `drops` (dequeue), turned inside out: it is asked for each item, because what is called for an item
// that was dropped is foreign code, and must find a queue that is in order.

/** Below this many cycles since the last drop, the former rate is taken up again. */
const MEMORY_IN_INTERVALS = 16;

/** The control law of one queue. */
export class CoDel {
  private readonly targetMs: number;
  private readonly intervalMs: number;
  /** When the sojourn time will have been above the target for an interval; `Infinity`: it is below. */
  private firstAboveTime: number = Number.POSITIVE_INFINITY;
  private dropNext = 0;
  /** Drops since this dropping state was entered, and what that count began with. */
  private count = 0;
  private lastCount = 0;
  private dropping = false;
  /** The former answer was a drop because `dropNext` had come: the next drop is to be scheduled. */
  private isDue = false;

  constructor(targetMs: number, intervalMs: number) {
    this.targetMs = targetMs;
    this.intervalMs = intervalMs;
  }

  /**
   * Whether to drop the item that was just taken. After a drop it is to be asked for the next item, with the same
   * `now`, until it says no: that item is to be sent.
   *
   * @param sojournMs how long the item has waited
   * @param behind how many items wait behind it
   */
  drops(sojournMs: number, behind: number, now: number): boolean {
    const okToDrop = this.isOkToDrop(sojournMs, behind, now);
    const { isDue } = this;
    this.isDue = false;
    if (this.dropping) {
      if (!okToDrop) this.dropping = false;
      else if (isDue) this.dropNext = this.controlLaw(this.dropNext);
      if (!this.dropping || now < this.dropNext) return false;
      this.count++;
      this.isDue = true;
      return true;
    }
    if (!okToDrop) return false;
    this.dropping = true;
    // Back soon after the last time: the rate that controlled the queue then is a good one to begin with.
    const delta = this.count - this.lastCount;
    const isRecent = now - this.dropNext < MEMORY_IN_INTERVALS * this.intervalMs;
    this.count = delta > 1 && isRecent ? delta : 1;
    this.dropNext = this.controlLaw(now);
    this.lastCount = this.count;
    return true;
  }

  private isOkToDrop(sojournMs: number, behind: number, now: number): boolean {
    // The RFC's "no more than one packet": the last item is never dropped, a queue of one does not stand.
    if (sojournMs < this.targetMs || behind <= 1) this.firstAboveTime = Number.POSITIVE_INFINITY;
    else if (this.firstAboveTime === Number.POSITIVE_INFINITY) this.firstAboveTime = now + this.intervalMs;
    else return now >= this.firstAboveTime;
    return false;
  }

  /** The throughput of what slows down at drops falls with the root of their rate: each comes sooner by a root. */
  private controlLaw(from: number): number {
    return from + this.intervalMs / Math.sqrt(this.count);
  }
}
