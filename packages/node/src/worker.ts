// The door of @sluice/node/worker: for the file that a worker thread runs.

export {
  serveStep,
  type ServeStepOptions,
  serveThread,
  type Step,
  type StepContext,
} from "./thread/serve-step.js";
