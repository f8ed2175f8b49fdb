// The loop of every operator that holds items: it sends what it may, as long as it may.
//
//            run                    run again, from within
//   idle ---------> stepping ---------------------------------> stepping, missed
//     ^                | step done, nothing missed                 | step done
//     +----------------+                          stepping <-------+
//
// All of §3.3 is in here: whatever calls `run` from within a step (a request inside onNext, an upstream that
// answers a request on the same stack) returns at once and is served by the step under way or the next one.
// The stack does not grow, and signals stay serial (§1.3).

/**
 * Runs `step` until nothing asked for another while it ran.
 *
 * @example
 * ```ts
 * import { SerialLoop } from "@sluice/core/kit";
 * let left = 3;
 * const loop: SerialLoop = new SerialLoop(() => {
 *   console.log("step", left);
 *   if (--left > 0) loop.run(); // not a recursion: another step follows this one
 * });
 * loop.run();
 * // prints step 3
 * // prints step 2
 * // prints step 1
 * ```
 */
export class SerialLoop {
  private readonly step: () => void;
  private isStepping = false;
  private missed = false;

  constructor(step: () => void) {
    this.step = step;
  }

  run(): void {
    if (this.isStepping) {
      this.missed = true;
      return;
    }
    this.isStepping = true;
    do {
      this.missed = false;
      this.step();
    } while (this.missed);
    this.isStepping = false;
  }
}
