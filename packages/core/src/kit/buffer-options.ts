// The checks of what every place in front of a producer takes. A buffer has no default: overflow is a choice that
// the caller makes by name.

import { checkCapacity } from "../buffer/ring.js";
import { describe } from "../spec/describe.js";
import type { BufferOptions, DropOptions } from "../spec/overflow.js";

/** Throws the `RangeError` or `TypeError` of a `place` that was given no bound or no choice. */
export function checkBufferOptions(place: string, options: BufferOptions<never>): void {
  checkCapacity(place, options?.capacity, 1);
  checkDropOptions(place, options);
  const { overflow } = options;
  if (overflow === "error" || overflow === "dropOldest" || overflow === "dropNewest") return;
  throw new TypeError(
    `Cannot give ${place} the overflow ${describe(overflow)}: choose "error", "dropOldest" or "dropNewest"`,
  );
}

/** Throws the `TypeError` of a `place` that was given something else than a function or counters. */
export function checkDropOptions(place: string, options: DropOptions<never> | undefined): void {
  const { onDrop, counters } = options ?? {};
  if (onDrop !== undefined && typeof onDrop !== "function") {
    throw new TypeError(
      `Cannot give ${place} the onDrop ${describe(onDrop)}: it must be a function of an item`,
    );
  }
  // By shape and not by class: counters may come from another copy of this library.
  if (counters !== undefined && typeof counters?.droppedBy !== "object") {
    throw new TypeError(
      `Cannot give ${place} the counters ${describe(counters)}: make a new OverflowCounters()`,
    );
  }
}
