// What every gate must do, as cases that any test runner can run: each opens gates of its own, and throws with a
// sentence when one does not keep its word.

import { answerCases } from "./answer-cases.js";
import type { GateCase } from "./gate-subject.js";
import { permitCases } from "./permit-cases.js";
import { timeCases } from "./time-cases.js";
import { waitingCases } from "./waiting-cases.js";

/**
 * The cases that a Gate must pass, for a test runner of your choice.
 *
 * @example
 * ```ts
 * import { tokenBucket } from "@sluice/gates";
 * import { gateCases } from "@sluice/gates/kit";
 * for (const gateCase of gateCases) {
 *   await gateCase.run({
 *     grants: 3,
 *     cause: "rate",
 *     impossible: 4,
 *     open: (clock) => ({
 *       gate: tokenBucket({ capacity: 3, ratePerSecond: 1, maxWaiting: 2, clock }),
 *       restore: () => clock.advance(1000),
 *     }),
 *   });
 * }
 * console.log("all passed"); // prints all passed
 * ```
 */
export const gateCases: readonly GateCase[] = [...answerCases, ...permitCases, ...waitingCases, ...timeCases];
