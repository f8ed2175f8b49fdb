// The judge's pause before it says that something did not happen.

import { settled } from "../settle.js";

/** Lets a subject come to rest: its own way first, then some turns of the event loop. */
export async function quiet(subject: { rest?(): void | Promise<void> }): Promise<void> {
  await subject.rest?.();
  await settled();
}
