// Those who would rather wait than be refused: a line of bounded length for each criticality, the most critical first,
// and within one in the order of coming. It knows nothing of what it waits for.
//
//   waiting --(its turn: the permit)--> gone
//      +------(signal: its reason)----> gone, and whoever stood behind may be next

import type { GateWait, Permit } from "@sluice/core";
import { CRITICALITIES, rankOf } from "./criticality-rank.js";

/** Somebody in the line. */
export interface Waiter {
  readonly cost: number;
  readonly rank: number;
}

interface Entry extends Waiter {
  readonly resolve: (permit: Permit) => void;
  readonly reject: (error: unknown) => void;
  readonly forget: () => void;
}

/** Who waits. *Buffers:* at most `capacity` waiters. *Cancel:* a signal takes its waiter out at once. */
export class WaitingLine {
  private readonly capacity: number;
  private readonly onLeft: () => void;
  private readonly lanes: readonly Lane[] = CRITICALITIES.map(() => ({ entries: new Set(), cost: 0 }));
  private count = 0;

  /** `onLeft`: a waiter has given up; the one behind it may need less. */
  constructor(capacity: number, onLeft: () => void) {
    this.capacity = capacity;
    this.onLeft = onLeft;
  }

  get length(): number {
    return this.count;
  }

  /** What those want together who go before a newcomer of this rank. */
  costBefore(rank: number): number {
    let cost = 0;
    for (let i = rank; i < this.lanes.length; i += 1) cost += (this.lanes[i] as Lane).cost;
    return cost;
  }

  /** Who is next. */
  first(): Waiter | undefined {
    if (this.count === 0) return undefined;
    for (let i = this.lanes.length - 1; i >= 0; i -= 1) {
      for (const entry of (this.lanes[i] as Lane).entries) return entry;
    }
    return undefined;
  }

  /** There is no room for another one. */
  get isFull(): boolean {
    return this.count >= this.capacity;
  }

  /** Lets somebody wait, if the line is not full. */
  join(cost: number, request: GateWait | undefined): Promise<Permit> {
    const signal = request?.signal;
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.leave(entry);
        reject(signal?.reason);
        this.onLeft();
      };
      const forget = (): void => signal?.removeEventListener("abort", onAbort);
      const entry: Entry = { cost, rank: rankOf(request), resolve, reject, forget };
      signal?.addEventListener("abort", onAbort, { once: true });
      const lane = this.lanes[entry.rank] as Lane;
      lane.entries.add(entry);
      lane.cost += cost;
      this.count += 1;
    });
  }

  /** The first one has its permit. */
  admit(permit: Permit): void {
    const entry = this.first() as Entry | undefined;
    if (entry === undefined) return;
    this.leave(entry);
    entry.forget();
    entry.resolve(permit);
  }

  /** Nobody will be served: the clock has failed. */
  fail(error: unknown): void {
    for (let entry = this.first(); entry !== undefined; entry = this.first()) {
      this.leave(entry as Entry);
      (entry as Entry).forget();
      (entry as Entry).reject(error);
    }
  }

  private leave(entry: Entry): void {
    const lane = this.lanes[entry.rank] as Lane;
    if (!lane.entries.delete(entry)) return;
    this.count -= 1;
    // Anew from nothing, so that what costs like 0.1 lose in sums is not kept.
    lane.cost = lane.entries.size === 0 ? 0 : lane.cost - entry.cost;
  }
}

interface Lane {
  /** A set keeps the order of coming and forgets from its middle in one step. */
  readonly entries: Set<Entry>;
  cost: number;
}
