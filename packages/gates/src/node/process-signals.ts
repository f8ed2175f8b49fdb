// Signals of what a Node process has to do. All read the one sampler: asking costs nothing.

import { availableParallelism } from "node:os";
import { getHeapStatistics } from "node:v8";
import { checkOptions } from "@sluice/core/kit";
import { checkAmount } from "../gate/check-gate.js";
import type { LoadSignal } from "../load/load-signal.js";
import { type ProcessSample, processSampler } from "./process-sampler.js";

/** A signal that samples until it is disposed of; then its load is 0. It keeps no process alive. */
export interface ProcessSignal extends LoadSignal, Disposable {}

/**
 * How late timers are, and with them everything else: the best single signal of a Node process. It is the longest of
 * the last tenth of a second, or how late the event loop is at this moment.
 *
 * @example
 * ```ts
 * import { loadShedder } from "@sluice/gates";
 * import { eventLoopDelay, heap } from "@sluice/gates/node";
 * const gate = loadShedder({ signals: [eventLoopDelay({ targetMs: 100 }), heap()] });
 * console.log(gate.tryAcquire().granted); // prints true
 * ```
 *
 * @param options `targetMs`: the delay at which the load is 1, default 100
 */
export function eventLoopDelay(options: { readonly targetMs?: number | undefined } = {}): ProcessSignal {
  checkOptions("eventLoopDelay", options);
  const targetMs = checkAmount("eventLoopDelay with a targetMs", options.targetMs ?? 100, POSITIVE);
  return signal(
    "the event loop's delay",
    ({ delayMs }) => Math.max(delayMs, processSampler.delayMs) / targetMs,
  );
}

/**
 * Share of the time in which the event loop had something to do. At 1 whatever comes has to wait; a service that is
 * well used is often near it, so combine it with another one, or give it its own levels.
 *
 * @example
 * ```ts
 * import { smoothed } from "@sluice/gates";
 * import { eventLoopUtilization } from "@sluice/gates/node";
 * using busy = eventLoopUtilization();
 * const signal = smoothed(busy, { halfLifeMs: 500 });
 * console.log(signal.read() <= 1); // prints true
 * ```
 */
export function eventLoopUtilization(): ProcessSignal {
  return signal("the event loop's utilization", ({ utilization }) => utilization);
}

/**
 * Processor time that the whole process uses, as a share of its cores.
 *
 * @example
 * ```ts
 * import { cpu } from "@sluice/gates/node";
 * using signal = cpu({ cores: 1 });
 * console.log(signal.name); // prints the processor
 * ```
 *
 * @param options `cores`: those that it may use, a number > 0: give what a container is limited to. Default: those that
 * Node finds
 */
export function cpu(options: { readonly cores?: number | undefined } = {}): ProcessSignal {
  checkOptions("cpu", options);
  const most = checkAmount("cpu with the cores", options.cores ?? availableParallelism(), POSITIVE);
  return signal("the processor", ({ cores }) => cores / most);
}

/**
 * How full the heap is: the least of the last second, so that what each collection takes away does not count.
 *
 * @example
 * ```ts
 * import { heap } from "@sluice/gates/node";
 * using signal = heap();
 * console.log(signal.read() > 0, signal.read() < 1); // prints true true
 * ```
 *
 * @param options `bytes`: the load is 1, a number > 0; default: where Node gives up (`--max-old-space-size`)
 */
export function heap(options: { readonly bytes?: number | undefined } = {}): ProcessSignal {
  checkOptions("heap", options);
  const limit = options.bytes ?? getHeapStatistics().heap_size_limit;
  const most = checkAmount("heap with the bytes", limit, POSITIVE);
  return signal("the heap", ({ heapBytes }) => heapBytes / most);
}

function signal(name: string, load: (sample: ProcessSample) => number): ProcessSignal {
  const stop = processSampler.use();
  let open = true;
  return {
    name,
    read: () => (open ? load(processSampler.sample) : 0),
    [Symbol.dispose]() {
      open = false;
      stop();
    },
  };
}

const POSITIVE = { least: 0, most: Number.MAX_VALUE, above: true } as const;
