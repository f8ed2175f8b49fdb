// Errors that nobody could be handed are reported to the host as uncaught. A test wants to see them, and not
// die of them.

/**
 * Puts a function of its own in the place of `globalThis.reportError` while `action` runs, also where the
 * host has none (Node 20), and returns what was reported. Two captures must not overlap.
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
export async function captureReported(action: () => void | Promise<void>): Promise<unknown[]> {
  const reported: unknown[] = [];
  const before = Object.getOwnPropertyDescriptor(globalThis, "reportError");
  Object.defineProperty(globalThis, "reportError", {
    configurable: true,
    writable: true,
    value: (error: unknown) => {
      reported.push(error);
    },
  });
  try {
    await action();
  } finally {
    if (before === undefined) Reflect.deleteProperty(globalThis, "reportError");
    else Object.defineProperty(globalThis, "reportError", before);
  }
  return reported;
}
