// How any thread is started.

import type { WorkerOptions } from "node:worker_threads";
import { checkMilliseconds, checkOptions } from "@sluice/core/kit";
import { START_MS } from "./thread-limits.js";

/** How a thread is started. */
export interface ThreadOptions {
  /** What the `Worker` is made with: `workerData`, `resourceLimits`, `env`, `name` ... */
  readonly worker?: WorkerOptions | undefined;
  /** Milliseconds until it must serve; default 30,000. */
  readonly startMs?: number | undefined;
}

/** Throws the error of a `place` for options that cannot be; what `Worker` refuses fails the thread. */
export function checkThread(place: string, { worker, startMs = START_MS }: ThreadOptions): void {
  checkOptions(place, worker);
  checkMilliseconds(place, startMs, 1);
}
