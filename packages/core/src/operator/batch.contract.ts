import { replenishAt } from "../kit/replenish.js";
import type { Contract } from "../spec/contract.js";

export const batchContract: Contract<{ readonly max: number; readonly weighed: boolean }> = {
  name: "batch",
  does: "merges what waits for demand into one value, up to a bound",
  demand: {
    says: "`max` at first, then more whenever three quarters are free; with `weigh` 1 at a time",
    asked: ({ received, emitted }, { max, weighed }) => {
      if (weighed) return { atLeast: received, atMost: received + 1 };
      // Each value sent was of 1 item to `max`, and at most `max` of those received wait.
      const free = replenishAt(max) - 1;
      return {
        atLeast: max + Math.max(emitted, received - max) - free,
        atMost: max + Math.min(received, emitted * max),
      };
    },
  },
  holds: {
    says: "one value of `max` items; with `weigh` one of that weight, and an item that did not fit",
    // Weighed: for items that weigh at least 1.
    atMost: ({ max, weighed }) => (weighed ? max + 1 : max),
  },
  errors: { says: "passed on at once; drops what waits", upstreamFails: "at once" },
  cancel: { says: "upstream; drops what waits" },
};
