// Those who would rather wait than be refused: a line of bounded length with a lane for each criticality, the most
// critical first, and within one in the order that its discipline says. It knows nothing of what it waits for.
//
//   waiting --(its turn: the permit)--------------------------> gone
//      +------(signal: its reason)----------------------------> gone, and whoever stood behind may be next
//      +------(too late, or somebody goes first: the error)---> gone

import type { Permit } from "@sluice/core";
import type { ClaimingWait } from "./claim.js";
import { CRITICALITIES } from "./criticality-rank.js";
import type { Discipline, Patience } from "./discipline.js";

/** Somebody in the line. */
export interface Waiter {
  readonly cost: number;
  readonly rank: number;
  /** When it came. */
  readonly since: number;
  readonly claim: ClaimingWait["claim"];
}

/** What a line is told. */
export interface LineOptions {
  readonly capacity: number;
  readonly discipline: Discipline;
  /** Nobody waits for longer; `Infinity`: for as long as it takes. */
  readonly maxWaitMs: number;
}

/** Who waits. *Buffers:* at most `capacity` waiters. *Cancel:* a signal takes its waiter out at once. */
export class WaitingLine {
  private readonly options: LineOptions;
  private readonly patience: Patience | undefined;
  private readonly onLeft: () => void;
  private readonly lanes: readonly Lane[] = CRITICALITIES.map(() => new Lane());
  private count = 0;
  private readonly isTimed: boolean;

  /** `onLeft`: a waiter has given up; the one behind it may need less. */
  constructor(options: LineOptions, onLeft: () => void) {
    this.options = options;
    this.patience = options.discipline.patience?.();
    this.isTimed = this.patience !== undefined || options.maxWaitMs < Number.POSITIVE_INFINITY;
    this.onLeft = onLeft;
  }

  get length(): number {
    return this.count;
  }

  /** There is no room for another one. */
  get isFull(): boolean {
    return this.count >= this.options.capacity;
  }

  /** What those want together who go before a newcomer of this rank. */
  costBefore(rank: number): number {
    let cost = 0;
    for (let i = rank; i < this.lanes.length; i += 1) cost += (this.lanes[i] as Lane).cost;
    return cost;
  }

  /** Who is next. */
  first(): Waiter | undefined {
    for (let i = this.lanes.length - 1; i >= 0 && this.count > 0; i -= 1) {
      const { newest, oldest } = this.lanes[i] as Lane;
      const entry = this.options.discipline.newestFirst ? newest : oldest;
      if (entry !== undefined) return entry;
    }
    return undefined;
  }

  /** Who would be served last, if a newcomer of this rank goes before him: gives way when the line is full. */
  lastBehind(rank: number): Waiter | undefined {
    const { newestFirst } = this.options.discipline;
    for (let i = 0; i < rank || (newestFirst && i === rank); i += 1) {
      const { newest, oldest } = this.lanes[i] as Lane;
      const entry = newestFirst ? oldest : newest;
      if (entry !== undefined) return entry;
    }
    return undefined;
  }

  /** Who has waited for too long. */
  late(now: number): Waiter | undefined {
    if (!this.isTimed) return undefined;
    for (let i = 0; i < this.lanes.length && this.count > 0; i += 1) {
      const { oldest } = this.lanes[i] as Lane;
      if (oldest === undefined) continue;
      // A clock that was set back does not let it wait for that much longer.
      if (oldest.since > now) setBack(oldest, now);
      if (now - oldest.since >= this.limitMs(now)) return oldest;
    }
    return undefined;
  }

  /** Milliseconds until somebody has waited for `maxWaitMs`; `Infinity`: never. */
  untilLateMs(now: number): number {
    const { maxWaitMs } = this.options;
    let least = Number.POSITIVE_INFINITY;
    if (maxWaitMs === Number.POSITIVE_INFINITY) return least;
    for (const { oldest } of this.lanes) {
      if (oldest !== undefined) least = Math.min(least, oldest.since + maxWaitMs - now);
    }
    return Math.max(LEAST_MS, least);
  }

  /** Lets somebody wait, if the line is not full. */
  join(
    cost: number,
    rank: number,
    since: number,
    signal: AbortSignal | undefined,
    claim: Waiter["claim"],
  ): Promise<Permit> {
    if (this.count === 0) this.patience?.drained();
    return new Promise((resolve, reject) => {
      const entry = new Entry(cost, rank, since, claim, resolve, reject);
      if (signal !== undefined) this.listen(signal, entry);
      (this.lanes[rank] as Lane).push(entry);
      this.count += 1;
    });
  }

  /** This one has its permit, if it waits still. */
  admit(waiter: Waiter, permit: Permit, now: number): void {
    if (this.leave(waiter as Entry) === "gone before") return;
    this.patience?.served(now - waiter.since, now);
    (waiter as Entry).resolve(permit);
  }

  /** This one will not be served. */
  drop(waiter: Waiter, error: unknown): void {
    if (this.leave(waiter as Entry) === "left") (waiter as Entry).reject(error);
  }

  /** Nobody will be served: the clock has failed. */
  fail(error: unknown): void {
    for (let entry = this.first(); entry !== undefined; entry = this.first()) this.drop(entry, error);
  }

  /** The last one in the line is never too late for its discipline: it would only leave a place empty. */
  private limitMs(now: number): number {
    const { maxWaitMs } = this.options;
    if (this.patience === undefined || this.count === 1) return maxWaitMs;
    return Math.min(maxWaitMs, this.patience.limitMs(now));
  }

  private listen(signal: AbortSignal, entry: Entry): void {
    const onAbort = (): void => {
      if (this.leave(entry) === "gone before") return;
      entry.reject(signal.reason);
      this.onLeft();
    };
    entry.forget = () => signal.removeEventListener("abort", onAbort);
    signal.addEventListener("abort", onAbort, { once: true });
  }

  private leave(entry: Entry): "left" | "gone before" {
    if (entry.isGone) return "gone before";
    entry.isGone = true;
    (this.lanes[entry.rank] as Lane).remove(entry);
    this.count -= 1;
    entry.forget?.();
    return "left";
  }
}

/** One small object and one promise for each who waits. */
class Entry implements Waiter {
  readonly cost: number;
  readonly rank: number;
  since: number;
  readonly claim: Waiter["claim"];
  readonly resolve: (permit: Permit) => void;
  readonly reject: (error: unknown) => void;
  forget: (() => void) | undefined = undefined;
  isGone = false;
  older: Entry | undefined = undefined;
  newer: Entry | undefined = undefined;

  constructor(
    cost: number,
    rank: number,
    since: number,
    claim: Waiter["claim"],
    resolve: (permit: Permit) => void,
    reject: (error: unknown) => void,
  ) {
    this.cost = cost;
    this.rank = rank;
    this.since = since;
    this.claim = claim;
    this.resolve = resolve;
    this.reject = reject;
  }
}

/** All at once: those who came before the clock was set back must not wait for so long one after the other. */
function setBack(oldest: Entry, now: number): void {
  for (let entry: Entry | undefined = oldest; entry !== undefined; entry = entry.newer) {
    if (entry.since > now) entry.since = now;
  }
}

/** Times that are no integers are rounded: who is not late yet by less than that would be looked at for ever. */
const LEAST_MS = 0.001;

/** Those of one criticality in the order of coming: taken from both ends, and out of the middle. */
class Lane {
  oldest: Entry | undefined = undefined;
  newest: Entry | undefined = undefined;
  cost = 0;

  push(entry: Entry): void {
    entry.older = this.newest;
    if (this.newest === undefined) this.oldest = entry;
    else this.newest.newer = entry;
    this.newest = entry;
    this.cost += entry.cost;
  }

  remove(entry: Entry): void {
    const { older, newer } = entry;
    if (older === undefined) this.oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.newest = older;
    else newer.older = older;
    // Anew from nothing, so that what costs like 0.1 lose in sums is not kept.
    this.cost = this.oldest === undefined ? 0 : this.cost - entry.cost;
  }
}
