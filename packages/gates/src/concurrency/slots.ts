// Places for work under way: taken all or nothing, given back, and never fewer than none.

/** Pure; how many there may be is an argument, for an adaptive limit moves. */
export class Slots {
  /** What the permits out cost together. */
  used = 0;
  /** Permits that are out. */
  held = 0;

  /** Takes `cost` if no more than `most` are used then, but for what sums are rounded by. */
  take(cost: number, most: number): "taken" | "short" {
    if (this.used + cost > most + most * ROUNDING) return "short";
    this.used += cost;
    this.held += 1;
    return "taken";
  }

  /** Work that had taken `cost` is over. */
  give(cost: number): void {
    this.held -= 1;
    // Anew from nothing, so that what costs like 0.1 lose in sums is not kept.
    this.used = this.held === 0 ? 0 : Math.max(0, this.used - cost);
  }
}

/**
 * What costs like 0.1 may be off by when they are added and taken away again while one permit is never back: without it
 * whoever needs all the rest would wait for that one.
 */
const ROUNDING = 1e-10;
