// Promises that were rejected and that nobody handles. A host ends over one (Node), or writes it to its console; a
// test wants to see it, and not die of it.

import { CaptureStack } from "./capture-stack.js";
import { messageTurns } from "./settle.js";

/** What this file asks of Node's `process`, where there is one. */
interface Events {
  listeners(event: "unhandledRejection"): ((reason: unknown) => void)[];
  on(event: "unhandledRejection", listener: (reason: unknown) => void): unknown;
  removeAllListeners(event: "unhandledRejection"): unknown;
}

/**
 * Runs `action` and returns why promises were rejected meanwhile that nobody handled. Whoever else listens for such
 * rejections, a test runner for one, does not hear of them. Two captures may lie within one
 * another, but not overlap: the one that ends first rejects.
 *
 * @example
 * ```ts
 * import { captureRejections } from "@sluice/tck";
 * const reasons = await captureRejections(() => {
 *   Promise.reject(new Error("forgotten"));
 * });
 * console.log(reasons.length, String(reasons[0])); // prints 1 Error: forgotten
 * ```
 */
export function captureRejections(action: () => void | Promise<void>): Promise<unknown[]> {
  return running.capture(async () => {
    await action();
    await messageTurns(1); // a host tells of them when the microtasks are done
  });
}

const running = new CaptureStack(listen);

function listen(hear: (reason: unknown) => void): () => void {
  const { process } = globalThis as unknown as { process?: Partial<Events> };
  if (typeof process?.removeAllListeners === "function") return listenInNode(process as Events, hear);
  if (typeof globalThis.addEventListener !== "function") return () => {};
  const listener = (event: Event): void => {
    event.preventDefault();
    event.stopImmediatePropagation();
    hear((event as Event & { reason?: unknown }).reason);
  };
  globalThis.addEventListener("unhandledrejection", listener, { capture: true });
  return () => globalThis.removeEventListener("unhandledrejection", listener, { capture: true });
}

function listenInNode(process: Events, hear: (reason: unknown) => void): () => void {
  const others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", hear);
  return () => {
    process.removeAllListeners("unhandledRejection");
    for (const other of others) process.on("unhandledRejection", other);
  };
}
