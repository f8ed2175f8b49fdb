// The check of what every buffer in front of a producer takes. There is no default: overflow is a choice that the
// caller makes by name.

import { checkCapacity } from "../buffer/ring.js";
import type { BufferOptions } from "../spec/overflow.js";

/** Throws the `RangeError` or `TypeError` of a `place` that was given no bound or no choice. */
export function checkBufferOptions(place: string, options: BufferOptions<never>): void {
  checkCapacity(place, options?.capacity, 1);
  const { overflow } = options;
  if (overflow === "error" || overflow === "dropOldest" || overflow === "dropNewest") return;
  throw new TypeError(
    `Cannot give ${place} the overflow ${JSON.stringify(overflow)}: choose "error", "dropOldest" or "dropNewest"`,
  );
}
