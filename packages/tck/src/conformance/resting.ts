// The judge's patience: how it waits for what should happen, and how long before it says that something did not.

import { messageTurns, settled, until as untilWithTimers } from "../settle.js";

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
  if (subject.timers === false) await messageTurns(3);
  else await settled();
}

/** Waits until `condition` holds, and throws an `Error` saying `what` was awaited after a bounded number of turns. */
export async function until(condition: () => boolean, what: string, subject: Resting): Promise<void> {
  if (subject.timers !== false) {
    await untilWithTimers(condition, what, subject.rest?.bind(subject));
    return;
  }
  for (let turn = 0; turn < TURNS_WITHOUT_TIMERS && !condition(); turn++) {
    await subject.rest?.();
    await messageTurns(1);
  }
  if (!condition()) throw new Error(`Waited in vain for ${what}`);
}

/** As much as `until` of the test kit gives, where no turn is a matter of time. */
const TURNS_WITHOUT_TIMERS = 300;
