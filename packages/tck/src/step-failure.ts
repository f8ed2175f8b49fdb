// What `verify` says when a script fails, and what no script has to name because no stream may do it.

import { itemText } from "./conformance/same-item.js";
import type { ManualSubscriber } from "./manual-subscriber.js";

/** Throws if the stream did what none may do. */
export function refuseBreach(subscriber: ManualSubscriber<unknown>): void {
  if (subscriber.surplus > 0) throw new Error("an item came that was not requested (§1.1)");
  const end = subscriber.signals.findIndex(({ kind }) => kind === "onComplete" || kind === "onError");
  const after = end < 0 ? undefined : subscriber.signals[end + 1];
  if (after !== undefined) throw new Error(`${after.kind} came after the end (§1.7)`);
}

/** Of a failed script the first failure counts: a publisher that throws from cancel as well must not hide it. */
export function cancelQuietly(subscriber: ManualSubscriber<unknown>): void {
  try {
    subscriber.subscription?.cancel();
  } catch {}
}

/** The failure of a step, with what the subscriber has seen. */
export function failureAt(where: string, subscriber: ManualSubscriber<unknown>, cause: unknown): Error {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new Error(`${where}: ${reason}; seen so far: ${describe(subscriber)}`, { cause });
}

function describe(subscriber: ManualSubscriber<unknown>): string {
  const before = Math.max(0, subscriber.items.length - MOST_SHOWN);
  const shown = subscriber.items.slice(before).map(itemText);
  const items = [...(before > 0 ? [`${before} before`] : []), ...shown].join(", ");
  if (subscriber.completed) return `[${items}], onComplete`;
  return subscriber.failed ? `[${items}], onError ${String(subscriber.error)}` : `[${items}]`;
}

/** Of many items a message shows the last ones. */
const MOST_SHOWN = 20;
