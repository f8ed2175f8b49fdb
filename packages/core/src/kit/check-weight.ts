// The check of what a `weigh` of the user's answers.

import { UNBOUNDED } from "../spec/demand.js";
import { describe } from "../spec/describe.js";

/** Returns `weight` if it is a finite number >= 0, throws a `RangeError` otherwise. */
export function checkWeight(weight: number): number {
  if (typeof weight === "number" && weight >= 0 && weight < UNBOUNDED) return weight;
  throw new RangeError(`Cannot weigh an item ${describe(weight)}: it must be a finite number >= 0`);
}
