// The judge's pause before it says that something did not happen.

import { messageTurns, settled } from "../settle.js";

/** What a subject says of how it comes to rest. */
export interface Resting {
  /** Moves what items wait for, such as a virtual clock; runs before each look of the judge. */
  rest?(): void | Promise<void>;
  /**
   * Whether it may act by a timer of the host, which the judge then waits for, a millisecond at each look; default
   * true. Promises, microtasks and messages are waited for in any case.
   */
  readonly timers?: boolean;
}

/** Lets a subject come to rest: its own way first, then some turns of the event loop. */
export async function quiet(subject: Resting): Promise<void> {
  await subject.rest?.();
  if (subject.timers === false) await messageTurns(5);
  else await settled();
}
