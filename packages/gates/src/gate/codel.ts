// Controlled delay for those who wait for a permit: told by how long they have waited, not by how many there are.
//
//                  nobody served had waited < target, for a whole interval
//   patient: all --------------------------------------------------------> standing: who has waited for the target
//      wait      <--------------------------------------------------------           is refused, but the last one
//                                     nobody waits
//
// When a line stands is told as in RFC 8289 §5.3. What is done then is not: its rate of drops grows by a root, because
// senders of packets slow down when one is lost, and need be told gently. Callers of a service do not (decision 081).
// And as all who are served then have not waited for long, only an empty line tells that it stands no more.

import { checkMilliseconds, checkOptions } from "@sluice/core/kit";
import type { Discipline, Patience } from "./discipline.js";

/** How long a line may stand. */
export interface CodelOptions {
  /** How long one may wait when the line stands, in ms >= 1. Default 5; best some times what the work takes. */
  readonly targetMs?: number;
  /** How long everybody has to have waited for longer before it stands, in ms >= 1. Default 100. */
  readonly intervalMs?: number;
}

/**
 * A discipline that lets a burst wait, and refuses those who have waited for `targetMs` when the line stands: whoever
 * is served then has not waited for long, instead of all waiting for as long as the line is.
 *
 * @example
 * ```ts
 * import { bulkhead, codel } from "@sluice/gates";
 * const gate = bulkhead({ capacity: 10, discipline: codel({ targetMs: 20, intervalMs: 200 }) });
 * console.log((await gate.acquire()).granted); // prints true
 * ```
 */
export function codel(options: CodelOptions = {}): Discipline {
  checkOptions("codel", options);
  const targetMs = checkMilliseconds("codel a targetMs of", options.targetMs ?? 5, 1);
  const intervalMs = checkMilliseconds("codel an intervalMs of", options.intervalMs ?? 100, 1);
  return { name: "codel", newestFirst: false, patience: () => new CodelPatience(targetMs, intervalMs) };
}

class CodelPatience implements Patience {
  private readonly targetMs: number;
  private readonly intervalMs: number;
  /** Since when everybody who was served had waited for the target; `Infinity`: the last one had not. */
  private aboveSince: number = Number.POSITIVE_INFINITY;
  private standing = false;

  constructor(targetMs: number, intervalMs: number) {
    this.targetMs = targetMs;
    this.intervalMs = intervalMs;
  }

  served(waitedMs: number, nowMs: number): void {
    if (waitedMs < this.targetMs) this.aboveSince = Number.POSITIVE_INFINITY;
    // `>`: a clock that was set back begins the interval anew.
    else if (this.aboveSince > nowMs) this.aboveSince = nowMs;
  }

  drained(): void {
    this.aboveSince = Number.POSITIVE_INFINITY;
    this.standing = false;
  }

  limitMs(nowMs: number): number {
    if (nowMs - this.aboveSince >= this.intervalMs) this.standing = true;
    return this.standing ? this.targetMs : Number.POSITIVE_INFINITY;
  }
}
