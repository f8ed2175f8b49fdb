// One producer, many subscribers: what each of them may do to the others, and what a producer is told.

import type { ClockOptions } from "./clock.js";
import type { DropOptions } from "./overflow.js";

/**
 * What an emission came to:
 *
 * - `"ok"`: every subscriber has it, or will have it as it asks
 * - `"overflow"`: there is no room, as a subscriber is waited for; it was given to nobody
 * - `"noSubscriber"`: nobody is there to take it
 * - `"cancelled"`: the only subscriber there can be has left
 * - `"terminated"`: the hub was completed or failed before
 */
export type EmitResult = "ok" | "overflow" | "noSubscriber" | "cancelled" | "terminated";

/** What `complete` and `error` came to: only for `"ok"` subscribers are told of it. */
export type EndResult = "ok" | "cancelled" | "terminated";

/** What a subscriber becomes that was waited for in vain. */
export type AfterPatience = "dropOldest" | "latest" | "disconnect";

/**
 * What becomes of a subscriber that is slower than the producer:
 *
 * - `"wait"`: the producer is slowed, so that it misses nothing; for good, or for `patienceMs`
 * - `"dropOldest"`: loses the oldest of `capacity` items that wait for it
 * - `"latest"`: only the newest item waits for it
 * - `"disconnect"`: fails with an `OverflowError` when `capacity` items wait for it and another one comes
 *
 * An item dropped goes to `onDrop`, and into `counters`.
 */
export type ReaderOptions<T> = DropOptions<T> & (Impatient | Patient);

/** The way that loses nothing, whoever is slow. */
export type LosslessReaderOptions<T> = DropOptions<T> & {
  readonly slow?: "wait" | undefined;
  readonly patienceMs?: undefined;
  readonly otherwise?: undefined;
};

/** Waited for without an end, or not at all. */
interface Impatient {
  /** Default `"wait"`. */
  readonly slow?: "wait" | AfterPatience | undefined;
  readonly patienceMs?: undefined;
}

/** Waited for, up to a time. */
interface Patient extends ClockOptions {
  readonly slow?: "wait" | undefined;
  /** How long it may hold the producer up without taking an item, in milliseconds, >= 0. */
  readonly patienceMs: number;
  /** What it becomes after that. */
  readonly otherwise: AfterPatience;
}

/** The same with the defaults filled in. */
export interface Reader<T> extends DropOptions<T>, ClockOptions {
  readonly slow: "wait" | AfterPatience;
  readonly patienceMs?: number | undefined;
  readonly otherwise?: AfterPatience | undefined;
}
