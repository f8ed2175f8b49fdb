// The checks of what every place in front of a producer takes. A buffer has no default: overflow is a choice that
// the caller makes by name.

import { checkOptions } from "./check-options.js";
import { checkCapacity } from "../buffer/ring.js";
import { UNBOUNDED } from "../spec/demand.js";
import { describe } from "../spec/describe.js";
import type { MemoryAccount } from "../spec/memory-account.js";
import type { BufferOptions, DropOptions, WeighedBufferOptions } from "../spec/overflow.js";
import { checkChoice } from "./check-choice.js";
import { checkClock } from "./check-clock.js";
import { checkMilliseconds } from "./check-milliseconds.js";
import { requireFunction } from "./require-function.js";

/** The options of a buffer whose capacity counts items, or items and weight. */
export type AnyBufferOptions<T> = BufferOptions<T> | WeighedBufferOptions<T>;

/**
 * Throws the `RangeError` or `TypeError` of a `place` that was given no bound or no choice; returns how many items it
 * may hold.
 */
export function checkBufferOptions(place: string, options: AnyBufferOptions<never>): number {
  const items = checkBounds(place, options);
  checkDropOptions(place, options);
  const { overflow, ttlMs, clock } = options;
  if (ttlMs !== undefined) checkMilliseconds(place, ttlMs, 1);
  if (clock !== undefined) checkClock(place, clock);
  checkChoice(place, "overflow", overflow, ["error", "dropOldest", "dropNewest"]);
  return items;
}

function checkBounds(place: string, options: AnyBufferOptions<never>): number {
  const { capacity, weigh, memory } = options ?? {};
  if (memory !== undefined) checkMemory(place, memory, weigh);
  if (weigh === undefined) return checkCapacity(place, capacity as number, 1);
  requireFunction("weigh", weigh);
  if (typeof capacity !== "object") {
    throw new RangeError(
      `Cannot give ${place} the capacity ${describe(capacity)}: with weigh it is { items, weight }`,
    );
  }
  const items = checkCapacity(place, capacity?.items, 1);
  const { weight } = capacity;
  if (typeof weight === "number" && weight > 0 && weight < UNBOUNDED) return items;
  throw new RangeError(`Cannot give ${place} the weight ${describe(weight)}: it must be a finite number > 0`);
}

/** By shape, as with counters. Without `weigh` there is nothing to charge, and it would be ignored in silence. */
function checkMemory(place: string, memory: MemoryAccount, weigh: unknown): void {
  if (
    weigh === undefined ||
    typeof memory?.tryCharge !== "function" ||
    typeof memory.release !== "function"
  ) {
    throw new TypeError(
      `Cannot give ${place} the memory ${describe(memory)}: it takes a MemoryAccount, with weigh beside it`,
    );
  }
}

/** Throws the `TypeError` of a `place` that was given something else than a function or counters. */
export function checkDropOptions(place: string, options: DropOptions<never> | undefined): void {
  checkOptions(place, options);
  const { onDrop, counters } = options ?? {};
  if (onDrop !== undefined) requireFunction("tell of drops", onDrop);
  // By shape and not by class: counters may come from another copy of this library.
  if (counters !== undefined && typeof counters?.droppedBy !== "object") {
    throw new TypeError(
      `Cannot give ${place} the counters ${describe(counters)}: make a new OverflowCounters()`,
    );
  }
}
