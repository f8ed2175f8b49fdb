// Threads one by one, for whoever has more or fewer of them as there is work: each serves the same service.

import { availableParallelism } from "node:os";
import type { Worker } from "node:worker_threads";
import { SluiceError } from "@sluice/core";
import { checkCapacity, checkOptions } from "@sluice/core/kit";
import type { Client, Routes, Service } from "@sluice/net";
import { checkThread, type ThreadOptions } from "./thread-options.js";
import { checkFile } from "./worker-file.js";
import { WorkerThread } from "./worker-thread.js";

/** How threads are started, and how many. */
export interface WorkerStarterOptions extends ThreadOptions {
  /** The most threads that run at once, an integer >= 1; default: twice the processors that this process may use. */
  readonly max?: number | undefined;
}

/** A thread that serves. */
export interface StartedWorker<R extends Routes> {
  /** Of what it serves. */
  readonly client: Client<R>;
  /** The thread itself, for its `threadId`, `performance` and `resourceLimits`. Its messages are the client's. */
  readonly worker: Worker;
  /** When it has ended: the error that says why, or `undefined` for one that was stopped. Never rejects. */
  readonly ended: Promise<SluiceError | undefined>;
  /**
   * Closes the client and lets the thread end by itself; terminates it after `graceMs`, default 1000, and with 0 at
   * once. Resolves when it has ended.
   */
  readonly stop: (graceMs?: number) => Promise<void>;
}

/** Starts threads of one file. */
export interface WorkerStarter<R extends Routes> {
  /** Threads that start, serve or are ending. */
  readonly running: number;
  /**
   * Starts one more. Rejects with `TOO_MANY_THREADS` when `max` run, and with `THREAD_FAILED`, and its cause, for one
   * that does not come to serve.
   */
  start(): Promise<StartedWorker<R>>;
  /** Stops all that run, as each one's `stop`. */
  stop(graceMs?: number): Promise<void>;
}

/**
 * Starts worker threads that serve a service, as many as are asked for and `max` at most; the file calls
 * `serveThread(service, handlers)`.
 *
 * *Demand:* crosses as with any client. *Buffers:* what the client of each thread has. *Errors:* at the call for what is no URL of a file; at `start` see
 * there. *Cancel:* `stop` of a thread, or of all.
 *
 * @example
 * ```ts
 * import { isMainThread, threadId } from "node:worker_threads";
 * import { call, defineService, unchecked } from "@sluice/net";
 * import { workerStarter } from "@sluice/node/threads";
 * import { serveThread } from "@sluice/node/worker";
 * const who = defineService("who", { id: call({ output: unchecked<number>() }) });
 * if (isMainThread) {
 *   const threads = workerStarter(new URL(import.meta.url), who, { max: 2 });
 *   const [one, two] = [await threads.start(), await threads.start()];
 *   console.log((await one.client.id()) === (await two.client.id())); // prints false
 *   await threads.start().catch((error) => console.log(error.code)); // prints TOO_MANY_THREADS
 *   await threads.stop();
 *   console.log(threads.running); // prints 0
 * } else serveThread(who, { id: () => threadId });
 * ```
 */
export function workerStarter<R extends Routes>(
  file: URL,
  service: Service<R>,
  options: WorkerStarterOptions = {},
): WorkerStarter<R> {
  checkFile("workerStarter", file);
  checkOptions("workerStarter", options);
  checkThread("workerStarter", options);
  const max = checkCapacity("workerStarter", options.max ?? 2 * availableParallelism(), 1, "max");
  const threads = new Set<WorkerThread<R>>();
  const start = async (): Promise<StartedWorker<R>> => {
    if (threads.size >= max) {
      throw new SluiceError(
        "TOO_MANY_THREADS",
        `Cannot start another thread: ${max} run, which is the most; stop one, or raise max`,
      );
    }
    const thread = WorkerThread.start(file, service, options);
    threads.add(thread);
    void thread.ended.then(() => threads.delete(thread));
    const { worker, ended } = thread;
    return { client: await thread.client, worker, ended, stop: (graceMs) => thread.stop(graceMs) };
  };
  return {
    get running() {
      return threads.size;
    },
    start,
    stop: async (graceMs) => {
      await Promise.all([...threads].map((thread) => thread.stop(graceMs)));
    },
  };
}
