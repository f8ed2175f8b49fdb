// Where errors and items go that may no longer be signalled to anybody: after a terminal signal (§1.7), after
// cancel (§2.8), or out of a subscriber that threw (§2.13). Nothing is swallowed without a trace.

import { describe } from "../spec/describe.js";

let droppedItems = 0;
// Whoever cancels a stream mostly aborts a signal too, and a source that listens to it answers with an AbortError.
// Reported, that would end the process of a server each time that a client turns away. Told by its name alone: it may
// come from another realm.
let errorHook: (error: unknown) => void = (error) => {
  if ((error as Error | undefined)?.name !== "AbortError") reportUncaught(error);
};
let itemHook: ((item: unknown) => void) | undefined;

/**
 * Sets what happens with an error that came after the end of its stream; returns what restores the former
 * hook. Default: it is reported as uncaught, but for an `AbortError`, which only says that its work was stopped.
 *
 * @example
 * ```ts
 * import { onDroppedError } from "@sluice/core";
 * const restore = onDroppedError((error) => console.log("late:", error));
 * restore();
 * ```
 */
export function onDroppedError(hook: (error: unknown) => void): () => void {
  const former = errorHook;
  errorHook = hook;
  return () => {
    errorHook = former;
  };
}

/**
 * Sets a hook for items that came after the end of their stream; returns what restores the former one.
 * Default: they are only counted, see `droppedItemCount`.
 *
 * @example
 * ```ts
 * import { onDroppedItem } from "@sluice/core";
 * const restore = onDroppedItem((item) => console.log("late:", item));
 * restore();
 * ```
 */
export function onDroppedItem(hook: (item: unknown) => void): () => void {
  const former = itemHook;
  itemHook = hook;
  return () => {
    itemHook = former;
  };
}

/**
 * How many items came after the end of their stream, in this process so far.
 *
 * @example
 * ```ts
 * import { droppedItemCount } from "@sluice/core";
 * console.log(droppedItemCount()); // prints 0
 * ```
 */
export function droppedItemCount(): number {
  return droppedItems;
}

/**
 * To be called with an error that has no receiver any more; `late`: who hears of it in its subscription
 * (`StageSubscriber.late`), default whoever `onDroppedError` named.
 *
 * @example
 * ```ts
 * import { onDroppedError } from "@sluice/core";
 * import { dropError } from "@sluice/core/kit";
 * onDroppedError((error) => console.log("late:", (error as Error).message));
 * dropError(new Error("after cancel")); // prints late: after cancel
 * ```
 */
export function dropError(error: unknown, late: (error: unknown) => void = errorHook): void {
  try {
    late(error);
  } catch (thrown) {
    reportUncaught(thrown);
  }
}

/**
 * To be called with an item that has no receiver any more.
 *
 * @example
 * ```ts
 * import { droppedItemCount } from "@sluice/core";
 * import { dropItem } from "@sluice/core/kit";
 * dropItem("late");
 * console.log(droppedItemCount()); // prints 1
 * ```
 */
export function dropItem(item: unknown): void {
  droppedItems++;
  try {
    itemHook?.(item);
  } catch (thrown) {
    reportUncaught(thrown);
  }
}

/**
 * Reports what a subscriber threw, as an uncaught exception: it is a bug of the application (§2.13), and the
 * stream that it came from must neither swallow it nor be disturbed by it.
 *
 * @example
 * ```ts
 * import { reportUncaught } from "@sluice/core/kit";
 * process.once("uncaughtException", (error) => console.log(error.message)); // prints thrown by a subscriber
 * reportUncaught(new Error("thrown by a subscriber"));
 * ```
 */
export function reportUncaught(error: unknown): void {
  if (typeof reportError === "function") reportError(error);
  else
    queueMicrotask(() => {
      throw error;
    });
}

/**
 * `thrown` if it is an error; else an error named after the stage, with what was thrown as its cause.
 *
 * @example
 * ```ts
 * import { asError } from "@sluice/core/kit";
 * console.log((asError("oops", "map") as Error).message); // prints map threw "oops", which is no Error
 * ```
 */
export function asError(thrown: unknown, stage: string): unknown {
  if (thrown instanceof Error || Object.prototype.toString.call(thrown) === "[object Error]") return thrown;
  return new Error(`${stage} threw ${describe(thrown)}, which is no Error`, { cause: thrown });
}
