// A simulation that failed, with what is needed to see it again.

import { SluiceError } from "@sluice/core";
import type { SimTrace } from "./sim-trace.js";

/** Lines of the trace that the message shows; `trace` has all that were kept. */
const SHOWN_LINES = 40;

/**
 * What `simulate` rejects with: the reason, the seed, the virtual time and the end of the trace; `cause` is what
 * was thrown.
 *
 * @example
 * ```ts
 * import { SimulationError, simulate } from "@sluice/net/sim";
 * const failing = simulate({ seed: 7 }, async (sim) => {
 *   await sim.sleep(5);
 *   throw new Error("no ticket left");
 * });
 * await failing.catch((error) => {
 *   if (error instanceof SimulationError) console.log(error.seed, error.at); // prints 7 5
 * });
 * ```
 */
export class SimulationError extends SluiceError {
  readonly seed: number;
  /** Virtual time of the failure, in milliseconds. */
  readonly at: number;
  readonly trace: SimTrace;

  constructor(seed: number, at: number, trace: SimTrace, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      "SIMULATION_FAILED",
      `The simulation with seed ${seed} failed at ${at} ms: ${reason}\n` +
        `Replay it with simulate({ seed: ${seed} }, …); its trace has the hash ${trace.hash} and ends so:\n` +
        trace.tail(SHOWN_LINES),
      { cause },
    );
    this.seed = seed;
    this.at = at;
    this.trace = trace;
  }
}
