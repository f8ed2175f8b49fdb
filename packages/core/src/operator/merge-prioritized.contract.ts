import { replenishAt } from "../kit/replenish.js";
import type { Contract } from "../spec/contract.js";

export const mergePrioritizedContract: Contract<{ readonly concurrency: number; readonly prefetch: number }> =
  {
    name: "mergePrioritized",
    does: "merges sources by weight where demand is scarce",
    demand: {
      says: "`prefetch` of each source, then as many as were sent on whenever that is three quarters",
      asked: ({ emitted }, { prefetch }) => ({
        atLeast: prefetch + emitted - (replenishAt(prefetch) - 1),
        atMost: prefetch + emitted,
      }),
    },
    holds: {
      says: "`prefetch` items of each source",
      atMost: ({ concurrency, prefetch }) => concurrency * prefetch,
    },
    errors: {
      says: "the first one is passed on at once; cancels the other sources",
      upstreamFails: "at once",
    },
    cancel: { says: "all sources; drops what waits" },
  };
