// Signals of what an application counts itself: what waits, how long, and how far somebody is behind; each as a share
// of what is meant to be at most.

import { requireFunction } from "@sluice/core/kit";
import { checkAmount } from "../gate/check-gate.js";
import type { LoadSignal } from "./load-signal.js";

/**
 * How full a queue is.
 *
 * @example
 * ```ts
 * import { loadShedder, queueDepth } from "@sluice/gates";
 * const waiting: string[] = [];
 * const gate = loadShedder({ signals: [queueDepth(() => waiting.length, 10)] });
 * waiting.push("a", "b", "c", "d", "e", "f", "g");
 * console.log(gate.tryAcquire(1, { criticality: "sheddable" }).granted); // prints false
 * console.log(gate.tryAcquire(1, { criticality: "critical" }).granted); // prints true
 * ```
 *
 * @param length how many wait; cheap, for it is called at each request
 * @param capacity how many may wait: the load is 1
 */
export function queueDepth(length: () => number, capacity: number, name = "the queue"): LoadSignal {
  return ratio("queueDepth", length, "capacity", capacity, name);
}

/**
 * How long the first in a queue has waited. Where work takes its time, this says more than how many wait.
 *
 * @example
 * ```ts
 * import { queueDelay } from "@sluice/gates";
 * const queue = [{ since: performance.now() - 30 }];
 * const signal = queueDelay(() => performance.now() - (queue[0]?.since ?? performance.now()), 100);
 * console.log(signal.read() >= 0.3, signal.read() < 1); // prints true true
 * ```
 *
 * @param delayMs milliseconds; 0 when nobody waits
 * @param targetMs how long one may wait: the load is 1
 */
export function queueDelay(delayMs: () => number, targetMs: number, name = "the waiting time"): LoadSignal {
  return ratio("queueDelay", delayMs, "targetMs", targetMs, name);
}

/**
 * How far a consumer is behind: items between the end of a log and what it has *committed*. What it has only read is
 * not done yet, and a consumer that reads ahead would look as if it kept up.
 *
 * @example
 * ```ts
 * import { lag } from "@sluice/gates";
 * const log = { end: 1500 };
 * const consumer = { read: 1500, committed: 1000 };
 * console.log(lag(() => log.end - consumer.committed, 1000).read()); // prints 0.5
 * ```
 *
 * @param behind items, or whatever `target` counts
 * @param target how far it may be behind: the load is 1
 */
export function lag(behind: () => number, target: number, name = "the lag"): LoadSignal {
  return ratio("lag", behind, "target", target, name);
}

function ratio(place: string, value: () => number, option: string, most: number, name: string): LoadSignal {
  requireFunction(`read the load of ${place}`, value);
  checkAmount(`${place} with a ${option}`, most, { least: 0, most: Number.MAX_VALUE, above: true });
  // Less than nothing is nothing: an end of a log that was read before its consumer went on, or two looks at a clock.
  return { name, read: () => Math.max(0, value() / most) };
}
