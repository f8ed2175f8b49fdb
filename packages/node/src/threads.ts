// The door of @sluice/node/threads: a step of a stream in worker threads, and threads one by one.

export { offload } from "./thread/offload.js";
export type { OffloadOptions } from "./thread/offload-settings.js";
export type { StepKey } from "./thread/thread-of-key.js";
export type { ThreadOptions } from "./thread/thread-options.js";
export {
  type StartedWorker,
  type WorkerStarter,
  type WorkerStarterOptions,
  workerStarter,
} from "./thread/worker-starter.js";
