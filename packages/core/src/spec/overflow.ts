// What a bounded place does with an item for which there is no room, and how it keeps account of it.

import type { Clock } from "./clock.js";
import type { MemoryAccount } from "./memory-account.js";

/** The choices of a buffer in front of a producer that cannot be slowed. */
export type BufferOverflow = "error" | "dropOldest" | "dropNewest";

/**
 * Why an item was dropped:
 *
 * - `"overflow"`: there was no room for it
 * - `"ended"`: it waited, or came, when the stream had ended
 * - `"expired"`: it waited for longer than its time to live
 * - `"delayed"`: the delay of the queue stood too high for too long (CoDel)
 * - `"shed"`: something of more priority took its place
 * - `"superseded"`: a later item took its place (debounce, sample, throttle)
 * - `"ignored"`: it came while another was being worked on (exhaustMap)
 */
export type DropReason = "overflow" | "ended" | "expired" | "delayed" | "shed" | "superseded" | "ignored";

/**
 * Counts what went through a place that may drop. After each step: offered = delivered + dropped + held.
 *
 * @example
 * ```ts
 * import { onBackpressureDrop, OverflowCounters, range } from "@sluice/core";
 * const counters = new OverflowCounters();
 * await range(1, 3).pipe(onBackpressureDrop({ counters })).toArray();
 * console.log(counters.offered, counters.delivered, counters.dropped, counters.held); // prints 3 3 0 0
 * ```
 */
export class OverflowCounters {
  /** Items that came from upstream. */
  offered = 0;
  /** Items sent on. */
  delivered = 0;
  /** Items that wait now. */
  held = 0;
  /** Items given up, whatever the reason. */
  dropped = 0;
  /** The same items by reason. */
  readonly droppedBy: Record<DropReason, number> = {
    overflow: 0,
    ended: 0,
    expired: 0,
    delayed: 0,
    shed: 0,
    superseded: 0,
    ignored: 0,
  };
}

/** What every overflow operator takes. */
export interface DropOptions<T> {
  /**
   * Called with each item dropped, and why. What it throws ends the stream; after the end it goes to
   * `onDroppedError`.
   */
  readonly onDrop?: ((item: T, reason: DropReason) => void) | undefined;
  /** Counted into; one object may serve several subscriptions, which it then sums up. */
  readonly counters?: OverflowCounters | undefined;
}

/** How a buffer that sheds chooses what to give up. */
export interface ShedOptions<T> extends DropOptions<T> {
  /** The most items held ahead of demand, an integer >= 1. */
  readonly capacity: number;
  /** The higher, the longer it is kept; any number. Called once for each item that has to wait. */
  readonly priority: (item: T) => number;
}

/** What bounded buffers in front of a producer have in common. */
interface WaitingOptions<T> extends DropOptions<T> {
  /**
   * What happens when another one comes: `"error"` sends what is held, then fails with an `OverflowError`;
   * `"dropOldest"` gives up those that waited longest; `"dropNewest"` the one that came.
   */
  readonly overflow: BufferOverflow;
  /**
   * An item that has waited for so long is dropped, reason "expired", in milliseconds >= 1; default: never. No timer
   * runs: it is noticed when the item is taken, or when room is needed.
   */
  readonly ttlMs?: number | undefined;
  /** Tells `ttlMs` the time; default `systemClock`. */
  readonly clock?: Clock | undefined;
}

/** What a bounded buffer in front of a producer takes. */
export interface BufferOptions<T> extends WaitingOptions<T> {
  /** The most items held ahead of demand, an integer >= 1. */
  readonly capacity: number;
  readonly weigh?: undefined;
  readonly memory?: undefined;
}

/** A buffer that is bounded by weight as well: bytes, for example. */
export interface WeighedBufferOptions<T> extends WaitingOptions<T> {
  /** The most held ahead of demand: items, an integer >= 1, and the sum of their weights, a number > 0. */
  readonly capacity: { readonly items: number; readonly weight: number };
  /** What an item weighs, a finite number >= 0; called once for each that has to wait. What it throws ends the stream. */
  readonly weigh: (item: T) => number;
  /**
   * Charged with the weight of what waits, besides `capacity`: an item that it has no room for finds none here, and
   * `overflow` says what happens. Shared with others it bounds them together. Default: none.
   */
  readonly memory?: MemoryAccount | undefined;
}
