// A step of a stream in other threads.

import { type Flow, from, type Publisher } from "@sluice/core";
import { flowOf, type StageSubscriber } from "@sluice/core/kit";
import { type OffloadOptions, offloadSettings } from "./offload-settings.js";
import { Offload } from "./offload-subscriber.js";
import { stepService } from "./step-service.js";
import { checkFile } from "./worker-file.js";
import { WorkerThread } from "./worker-thread.js";

/**
 * Runs a step in worker threads: each item goes to one of them, which answers with its result. The worker file calls
 * `serveStep(step)`; a thread is started with its first item, for each subscription anew, and ends with the stream.
 *
 * *Demand:* `threads` x `window` items, then as many again as results were sent on, whenever a quarter of a window was:
 * a slow consumer slows the threads and the source. *Buffers:* items at work and on their way, and results that wait,
 * together at most `threads` x `window`. *Errors:* at once, and results that wait are dropped: `STEP_FAILED`, with what
 * the step threw as its cause; `THREAD_FAILED`, with its cause, for a thread that did not start or ended; those of
 * upstream, and the reason of `signal`. *Cancel:* upstream at once; the threads are terminated, whatever they do.
 *
 * @param file URL of the worker file, such as `new URL("./worker.js", import.meta.url)`
 *
 * @example
 * ```ts
 * import { isMainThread } from "node:worker_threads";
 * import { range } from "@sluice/core";
 * import { offload } from "@sluice/node/threads";
 * import { serveStep } from "@sluice/node/worker";
 * if (isMainThread) {
 *   const sums = offload<number, number>(range(1, 3), new URL(import.meta.url), { threads: 2 });
 *   console.log(await sums.toArray()); // prints [ 1, 3, 6 ]
 * } else {
 *   serveStep((n: number) => {
 *     let sum = 0;
 *     for (let i = 1; i <= n; i++) sum += i;
 *     return sum;
 *   });
 * }
 * ```
 */
export function offload<T, R>(
  flow: Publisher<T> | Iterable<T> | AsyncIterable<T>,
  file: URL,
  options?: OffloadOptions<T>,
): Flow<R> {
  checkFile("offload", file);
  const settings = offloadSettings(options);
  const { threads, window, codec, ordered } = settings;
  const start = () => WorkerThread.start(file, stepService, settings);
  return flowOf(
    from(flow),
    (downstream: StageSubscriber<R>) => new Offload<T, R>(downstream, settings, start),
    {
      name: "offload",
      settings: { threads, window, codec, ordered: typeof ordered === "object" ? "key" : ordered },
    },
  );
}
