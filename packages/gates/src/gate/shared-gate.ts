// A gate whose credit is kept elsewhere, for many processes together: its decision takes a round trip. Types and one
// guard, so that an entrance or a call can take such a gate without knowing whose it is.

import type { Gate, GateRequest, Permit, Rejected } from "@sluice/core";

/**
 * A gate that has to ask somebody else. `ask` is its decision. `tryAcquire`, which must answer at once, spends only
 * what this process holds in advance (a lease) and else refuses; `acquire` asks again and again in a bounded line.
 */
export interface SharedGate extends Gate {
  /**
   * One decision, without waiting for credit: settles within the time-out that the gate was made with, whether or not
   * the other side answers. Who has gone meanwhile releases the permit as `"ignored"`.
   *
   * Rejects only for arguments of wrong type (`TypeError`, `RangeError`), and with what a clock throws.
   */
  ask(cost?: number, request?: GateRequest): Promise<Permit | Rejected>;
}

/**
 * Whether the gate has to be asked by `ask`, and `tryAcquire` would refuse what it could have granted.
 *
 * @example
 * ```ts
 * import { type Gate, isSharedGate, tokenBucket } from "@sluice/gates";
 * const gate: Gate = tokenBucket({ capacity: 1, ratePerSecond: 1 });
 * const answer = isSharedGate(gate) ? await gate.ask() : gate.tryAcquire();
 * console.log(answer.granted); // prints true
 * ```
 */
export function isSharedGate(gate: Gate): gate is SharedGate {
  return typeof (gate as Partial<SharedGate>).ask === "function";
}
