// Errors that nobody could be handed are reported to the host as uncaught. A test wants to see them, and not
// die of them.

import { CaptureStack } from "./capture-stack.js";

/**
 * Puts a function of its own in the place of `globalThis.reportError` while `action` runs, also where the
 * host has none (Node 20), and returns what was reported. Two captures may lie within one another, but not overlap:
 * the one that ends first rejects.
 *
 * @example
 * ```ts
 * import { range } from "@sluice/core";
 * import { captureReported } from "@sluice/tck";
 * const reported = await captureReported(async () => {
 *   range(1, 3).subscribe({
 *     onSubscribe: (subscription) => subscription.request(1),
 *     onNext: () => {
 *       throw new Error("a broken subscriber");
 *     },
 *     onError: () => {},
 *     onComplete: () => {},
 *   });
 * });
 * console.log(String(reported[0])); // prints Error: a broken subscriber
 * ```
 */
export function captureReported(action: () => void | Promise<void>): Promise<unknown[]> {
  return running.capture(action);
}

const running = new CaptureStack((hear) => {
  const before = Object.getOwnPropertyDescriptor(globalThis, "reportError");
  Object.defineProperty(globalThis, "reportError", { configurable: true, writable: true, value: hear });
  return () => {
    if (before === undefined) Reflect.deleteProperty(globalThis, "reportError");
    else Object.defineProperty(globalThis, "reportError", before);
  };
});
