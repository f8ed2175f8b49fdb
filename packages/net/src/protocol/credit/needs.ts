// Who waits to be lent the bytes of one large item, first come first served. The first in line is lent its whole
// need as soon as the pool has it, or nothing; nobody behind overtakes, and while anybody waits nothing is lent
// for throughput. So nobody waits for somebody's partial loan, and the line moves (docs/protocol.md §4.12).
//
// Bound: the running streams, each once.

import type { Pool } from "./pool.js";

/** Somebody with a need, as far as the line is concerned. */
export interface Needy {
  /** Takes the loan that its need wants now, whole. "moot": there is no need any more. */
  meetNeed(): "met" | "refused" | "moot";
}

/** The line of needs in front of one pool. */
export class Needs<T extends Needy> {
  private readonly line = new Set<T>();
  private readonly pool: Pool;

  constructor(pool: Pool) {
    this.pool = pool;
  }

  /** Who is next; undefined when nobody waits. */
  get first(): T | undefined {
    const first = this.line.values().next();
    return first.done === true ? undefined : first.value;
  }

  /** Takes a place at the end, or keeps the one it has. */
  join(who: T): void {
    this.line.add(who);
    this.pool.isClaimed = true;
  }

  /** Has no need any more. */
  leave(who: T): void {
    if (!this.line.delete(who)) return;
    this.pool.isClaimed = this.line.size > 0;
  }

  /** Lends to the first ones while it goes; answers who was lent to last, to be called until undefined. */
  serveNext(): T | undefined {
    for (let { first } = this; first !== undefined; { first } = this) {
      const answer = first.meetNeed();
      if (answer === "refused") return undefined;
      this.leave(first);
      if (answer === "met") return first;
    }
    return undefined;
  }
}
