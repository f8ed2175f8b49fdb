import { replenishAt } from "../kit/replenish.js";
import type { Contract } from "../spec/contract.js";

export const mergeContract: Contract<{ readonly concurrency: number; readonly prefetch: number }> = {
  name: "merge",
  does: "sends the items of several sources as they come",
  demand: {
    says: "`prefetch` of each source that runs, then as many as were sent on whenever that is three quarters",
    asked: ({ emitted }, { prefetch }) => ({
      atLeast: prefetch + emitted - (replenishAt(prefetch) - 1),
      atMost: prefetch + emitted,
    }),
  },
  holds: {
    says: "`prefetch` items of each source that runs: `concurrency` x `prefetch`",
    atMost: ({ concurrency, prefetch }) => concurrency * prefetch,
  },
  errors: { says: "the first one is passed on at once; cancels the other sources", upstreamFails: "at once" },
  cancel: { says: "all sources; drops what waits" },
};
