// What a link is like, one direction of it: how long the way is, how much goes through, what fits in front of it.

import { SEND_CAPACITY } from "../transport/transport.js";

/** How one direction of a link behaves; all of it can be changed while the simulation runs. */
export interface LinkConditions {
  /** Milliseconds from the last byte sent to its arrival. Default 0. */
  readonly delayMs: number;
  /** Up to so many more, drawn for each message; messages of a connection never overtake each other. Default 0. */
  readonly jitterMs: number;
  /** Bytes a millisecond, shared by all connections of the link. Default `Infinity`. */
  readonly bytesPerMs: number;
  /** Bytes of a connection that may wait to be sent before `send` answers "no room". Default 65,536. */
  readonly capacity: number;
}

export const CONDITIONS: LinkConditions = {
  delayMs: 0,
  jitterMs: 0,
  bytesPerMs: Number.POSITIVE_INFINITY,
  capacity: SEND_CAPACITY,
};

/** `before` with what `change` names; throws a RangeError for what no link can be. */
export function changedConditions(before: LinkConditions, change: Partial<LinkConditions>): LinkConditions {
  const { delayMs, jitterMs, bytesPerMs, capacity } = { ...before, ...withoutUndefined(change) };
  for (const [name, ms] of [
    ["delayMs", delayMs],
    ["jitterMs", jitterMs],
  ] as const) {
    if (typeof ms === "number" && ms >= 0 && ms < Number.POSITIVE_INFINITY) continue;
    throw new RangeError(`Cannot make a link with ${name} ${String(ms)}: it must be a finite number >= 0`);
  }
  if (typeof bytesPerMs !== "number" || !(bytesPerMs > 0)) {
    throw new RangeError(
      `Cannot make a link of ${String(bytesPerMs)} bytes a millisecond: it must be above 0; hold() stops a link`,
    );
  }
  if (!Number.isSafeInteger(capacity) || capacity < 1) {
    throw new RangeError(
      `Cannot make a link with a capacity of ${String(capacity)} bytes: it must be an integer >= 1`,
    );
  }
  return { delayMs, jitterMs, bytesPerMs, capacity };
}

function withoutUndefined<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}
