// The side of the thread: its file calls one of these, once.

import { parentPort } from "node:worker_threads";
import { type Clock, type Flow, mapAsync, prefetch, systemClock, yieldEvery } from "@sluice/core";
import { isThenable, requireFunction } from "@sluice/core/kit";
import type { CodecName, Handlers, Routes, ServerOptions, Service } from "@sluice/net";
import { type PortServer, servePort } from "@sluice/net/port";
import { movedBytes } from "./moved-bytes.js";
import { stepService } from "./step-service.js";
import { toldOfStep } from "./thread-error.js";
import { THREAD_LIMITS } from "./thread-limits.js";

/** What a step is given beside its item. */
export interface StepContext {
  /** Aborts when nobody wants the results any more. `offload` then ends the thread as well. */
  readonly signal: AbortSignal;
}

/** What a thread does with each item. */
export type Step<T, R> = (item: T, context: StepContext) => R | PromiseLike<R>;

/** How a thread runs its step. */
export interface ServeStepOptions {
  /**
   * How many items an asynchronous step may have under way at once in this thread, an integer >= 1; default 1, so that
   * it begins with an item when it is done with the one before. Results leave in the order of their items either way.
   */
  readonly concurrency?: number | undefined;
}

/**
 * Runs a step in this worker thread, for each item that `offload` of the thread that started it sends. A step that
 * throws fails the stream there; the thread goes on.
 *
 * *Demand:* 1024 items, and then as many again whenever three quarters are done: what comes is bounded by the window of
 * `offload`. *Buffers:* what came and is not done. *Errors:* a `TypeError` outside of a worker thread. *Cancel:*
 * `context.signal` aborts.
 *
 * @example
 * ```ts
 * // One file, for both sides; a worker file of its own has only the last line.
 * import { isMainThread } from "node:worker_threads";
 * import { range } from "@sluice/core";
 * import { offload } from "@sluice/node/threads";
 * import { serveStep } from "@sluice/node/worker";
 * if (isMainThread) {
 *   const squares = offload<number, number>(range(1, 4), new URL(import.meta.url), { threads: 2 });
 *   console.log(await squares.toArray()); // prints [ 1, 4, 9, 16 ]
 * } else serveStep((n: number) => n * n);
 * ```
 */
export function serveStep<T, R>(step: Step<T, R>, options: ServeStepOptions = {}): void {
  requireFunction("serveStep", step);
  const told = guarded(step);
  const moved: Step<T, unknown> = (item, context) => {
    const result = told(item, context);
    return isThenable(result) ? result.then(movedBytes) : movedBytes(result);
  };
  const run = (each: Step<T, unknown>) => (items: Flow<unknown>) =>
    (items as Flow<T>).pipe(prefetch(AHEAD), yieldEvery(BETWEEN_STEPS), mapAsync(each, runOptions));
  const runOptions = { concurrency: options.concurrency ?? 1 };
  mapAsync(told, runOptions); // refuses a concurrency that cannot be, before anything is served
  const handlers: Record<CodecName, (items: Flow<unknown>) => Flow<unknown>> = {
    msgpack: run(told),
    columnar: run(told),
    json: run(told),
    raw: run(moved),
  };
  serveThread(stepService, handlers);
}

/**
 * Serves any service in this worker thread, for the client that `workerStarter` has of it: `servePort` of its
 * `parentPort`, without the time limits that a thread which computes would run into.
 *
 * *Demand:* what its client grants. *Buffers:* as `servePort`. *Errors:* a `TypeError` outside of a worker thread.
 * *Cancel:* `close` of what it returns; the thread ends when nothing else keeps it.
 *
 * @example
 * ```ts
 * import { isMainThread } from "node:worker_threads";
 * import { call, defineService, unchecked } from "@sluice/net";
 * import { workerStarter } from "@sluice/node/threads";
 * import { serveThread } from "@sluice/node/worker";
 * const sums = defineService("sums", { add: call({ input: unchecked<number[]>(), output: unchecked<number>() }) });
 * if (isMainThread) {
 *   const { client, stop } = await workerStarter(new URL(import.meta.url), sums).start();
 *   console.log(await client.add([1, 2, 3])); // prints 6
 *   await stop();
 * } else serveThread(sums, { add: (numbers) => numbers.reduce((a, b) => a + b, 0) });
 * ```
 */
export function serveThread<R extends Routes>(
  service: Service<R>,
  handlers: Handlers<R>,
  options: ServerOptions = {},
): PortServer {
  if (parentPort === null) {
    throw new TypeError(
      "Cannot serve in the main thread: this is for the file of a worker thread; start it by offload() or workerStarter()",
    );
  }
  if (isServing) {
    throw new Error(
      "Cannot serve twice in one thread: its port is taken; put what it serves into one service",
    );
  }
  isServing = true;
  return servePort(parentPort, service, handlers, {
    ...options,
    limits: { ...THREAD_LIMITS, ...options.limits },
  });
}

/** The port of this thread is taken. */
let isServing = false;

/** The step, whose errors are made such as cross. */
function guarded<T, R>(step: Step<T, R>): Step<T, R> {
  const refuse = (error: unknown): never => {
    throw toldOfStep(error);
  };
  return (item, context) => {
    try {
      const result = step(item, context);
      return isThenable(result) ? (result as PromiseLike<R>).then(undefined, refuse) : result;
    } catch (error) {
      return refuse(error);
    }
  };
}

/** More than a window has, and so never what holds a thread up; what waits is within the window of `offload`. */
const AHEAD = 1024;

/**
 * A thread that had its nose in its items for a millisecond looks up: results leave, items come. Without that a whole
 * window is worked on before the first result is sent, and then the thread stands still while the next one comes. The
 * task comes two turns later, because results are sent in the one between.
 */
const BETWEEN_STEPS: { readonly ms: number; readonly clock: Clock } = {
  ms: 1,
  clock: {
    now: systemClock.now,
    schedule: (delayMs, task) => {
      let cancel = systemClock.schedule(delayMs, () => {
        cancel = systemClock.schedule(0, task);
      });
      return () => cancel();
    },
  },
};
