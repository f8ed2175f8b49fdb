// The one place that counts a dropped item and tells of it. Whoever may drop has an account, so that offered =
// delivered + dropped + held can be read everywhere in the same words.

import { type DropOptions, type DropReason, OverflowCounters } from "../spec/overflow.js";
import { asError } from "./dropped.js";

/**
 * Counts what a place drops, and calls `onDrop`. The other counters are its owner's to keep.
 *
 * @example
 * ```ts
 * import { DropAccount } from "@sluice/core/kit";
 * const account = new DropAccount<string>({ onDrop: console.log }, console.error);
 * account.drop("a", "superseded"); // prints a superseded
 * console.log(account.counters.dropped, account.counters.droppedBy.superseded); // prints 1 1
 * ```
 */
export class DropAccount<T> {
  readonly counters: OverflowCounters;
  private readonly onDrop: ((item: T, reason: DropReason) => void) | undefined;
  private readonly onDropThrew: (error: unknown) => void;

  /**
   * @param options what the user gave, checked by `checkDropOptions`
   * @param onDropThrew is told what `onDrop` threw: ends the stream, or drops the error when that is over
   */
  constructor(options: DropOptions<T> | undefined, onDropThrew: (error: unknown) => void) {
    this.counters = options?.counters ?? new OverflowCounters();
    this.onDrop = options?.onDrop;
    this.onDropThrew = onDropThrew;
  }

  /** To be called when the account is right but for this item, as `onDrop` may look at it, and may call back. */
  drop(item: T, reason: DropReason): void {
    this.counters.dropped++;
    this.counters.droppedBy[reason]++;
    const { onDrop } = this;
    if (onDrop === undefined) return;
    try {
      onDrop(item, reason);
    } catch (thrown) {
      this.onDropThrew(asError(thrown, "onDrop"));
    }
  }
}
