// Which worker threads of this process are alive, as Node tells of them.

import type { Worker } from "node:worker_threads";
import { onTestFinished } from "vitest";

/** The threads that start from here on in this test; `gone` resolves when all of them have ended. */
export function threadsOfTest(): { readonly started: readonly Worker[]; gone(): Promise<void> } {
  const started: Worker[] = [];
  const ends: Promise<void>[] = [];
  const onWorker = (worker: Worker): void => {
    started.push(worker);
    ends.push(new Promise((resolve) => worker.once("exit", () => resolve())));
  };
  process.on("worker", onWorker);
  onTestFinished(() => void process.off("worker", onWorker));
  const gone = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve)); // Node tells of a thread in a later tick
    await Promise.all(ends);
  };
  return { started, gone };
}

/** Waits until a condition holds; the test's own time limit ends it. A thread starts when the machine lets it. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
