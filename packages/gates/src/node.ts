// Door: what only Node tells of its load: event loop, processor, heap.
export {
  cpu,
  eventLoopDelay,
  eventLoopUtilization,
  heap,
  type ProcessSignal,
} from "./node/process-signals.js";
