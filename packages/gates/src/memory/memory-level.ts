// How full a budget of bytes is, and what follows: pure arithmetic.
//
//   0 ───────────────── refuse ───── shrink ───── end ───── bytes
//     everything granted   │ nothing new │ nothing ahead │ the largest holders are ended
//
// A threshold that was reached stays so until use has fallen `gap` below it: else the first release would let in what
// brings it back at once.

import type { MemoryUse } from "@sluice/core";

/** Bytes at which something changes. */
export interface MemoryLevels {
  readonly bytes: number;
  readonly refuse: number;
  readonly shrink: number;
  readonly end: number;
  readonly gap: number;
}

/** *Invariant:* 0 <= used <= bytes. */
export class MemoryLevel {
  readonly levels: MemoryLevels;
  used = 0;
  /** The most that was used at once. */
  peak = 0;
  isRefusing = false;
  isShrinking = false;
  /** The largest need that found no room since `excess` was last settled. */
  private unmet = 0;
  /** A need was refused, and something has come back since. */
  hasRoom = false;
  private isOwed = false;

  constructor(levels: MemoryLevels) {
    this.levels = levels;
  }

  /** Takes all of `bytes` or nothing. */
  charge(bytes: number, use: MemoryUse): "charged" | "refused" {
    const after = this.used + bytes;
    const { levels } = this;
    if (use === "begin" ? this.refuses(after) : use === "ahead" && this.shrinks(after)) return "refused";
    if (after > levels.bytes) {
      // More than there is in all would not fit if everybody ended.
      if (bytes <= levels.bytes) this.unmet = Math.max(this.unmet, bytes);
      this.isOwed = true;
      this.shrinks(after);
      return "refused";
    }
    this.used = after;
    this.peak = Math.max(this.peak, after);
    this.refuses(after);
    this.shrinks(after);
    return "charged";
  }

  /** Gives back what was charged. */
  release(bytes: number): "released" | "too-much" {
    // Weights may be fractions: what 0.1 and 0.7 leave when 0.7 has come back is less than 0.1 by a rounding error.
    if (bytes > this.used + ROUNDING * this.levels.bytes) return "too-much";
    this.used = Math.max(0, this.used - bytes);
    if (bytes > 0) this.hasRoom = this.isOwed;
    this.refuses(this.used);
    this.shrinks(this.used);
    return "released";
  }

  /** Holders are to be ended: use is beyond the last threshold, or a need has found no room. */
  get isOver(): boolean {
    return this.unmet > 0 || this.used > this.levels.end;
  }

  /** Bytes that are to come back by ends, when `going` come back anyway. */
  excess(going: number): number {
    const { bytes, end, gap } = this.levels;
    return this.isOver ? Math.max(0, this.used - going - Math.min(end - gap, bytes - this.unmet)) : 0;
  }

  /** What there was to be done about needs without room is done. */
  settle(): void {
    this.unmet = 0;
  }

  /** Whether who was refused may ask again; says it once. */
  takeRoom(): boolean {
    const { hasRoom } = this;
    if (hasRoom) {
      this.hasRoom = false;
      this.isOwed = false;
    }
    return hasRoom;
  }

  private refuses(after: number): boolean {
    const { refuse, gap } = this.levels;
    this.isRefusing = after > refuse || (this.isRefusing && this.used >= refuse - gap);
    return this.isRefusing;
  }

  private shrinks(after: number): boolean {
    const { shrink, gap } = this.levels;
    this.isShrinking = after > shrink || (this.isShrinking && this.used >= shrink - gap);
    return this.isShrinking;
  }
}

/** Of a budget: more than all its charges together are rounded by, and less than anybody weighs. */
const ROUNDING = 1e-12;
