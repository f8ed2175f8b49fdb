// A user's hook, called from the middle of our own work.

import { reportUncaught } from "@sluice/core/kit";

/** A hook that may throw without harm to the connection it is called from: that is reported as uncaught. */
export function guarded<A extends unknown[]>(hook: ((...args: A) => void) | undefined): (...args: A) => void {
  return (...args) => {
    try {
      hook?.(...args);
    } catch (thrown) {
      reportUncaught(thrown);
    }
  };
}
