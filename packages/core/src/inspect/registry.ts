// Who can be asked what it holds and what has passed it: edges of pipelines, gates, connections, queues. They say so
// here while inspection is on; whoever shows them (an inspector, metrics) reads this list and need know none of them.

import { describe } from "../spec/describe.js";

/** Something that can be looked at while it runs. */
export interface Inspectable {
  /** What it is, such as `edge`, `gate`, `connection`. */
  readonly kind: string;
  /** As its user knows it. */
  readonly name: string;
  /** Its state now, as plain values. */
  snapshot(): object;
}

/**
 * The list of what can be looked at. Bounded: beyond `capacity` a newcomer is only counted.
 *
 * @example
 * ```ts
 * import { Registry } from "@sluice/core/contracts";
 * const registry = new Registry(100);
 * const remove = registry.add({ kind: "queue", name: "orders", snapshot: () => ({ held: 3 }) });
 * for (const { name, snapshot } of registry) console.log(name, snapshot()); // prints orders { held: 3 }
 * remove?.();
 * ```
 */
export class Registry implements Iterable<Inspectable> {
  readonly capacity: number;
  /** How many came when there was no room. */
  refused = 0;
  private readonly members = new Set<Inspectable>();

  /** @param capacity the most members at once, an integer >= 1 */
  constructor(capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1) {
      throw new RangeError(
        `Cannot give a Registry the capacity ${describe(capacity)}: it must be an integer >= 1`,
      );
    }
    this.capacity = capacity;
  }

  /** Lists `member`; returns what takes it off the list again, or `undefined` if there was no room. */
  add(member: Inspectable): (() => void) | undefined {
    if (typeof member?.snapshot !== "function" || typeof member.name !== "string") {
      throw new TypeError(
        `Cannot register ${describe(member)}: it must have a kind, a name and snapshot(), as an Inspectable`,
      );
    }
    if (this.members.size === this.capacity) {
      this.refused++;
      return undefined;
    }
    this.members.add(member);
    return () => {
      this.members.delete(member);
    };
  }

  [Symbol.iterator](): Iterator<Inspectable> {
    return this.members.values();
  }
}
