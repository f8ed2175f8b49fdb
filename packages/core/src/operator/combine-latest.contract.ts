import { replenishAt } from "../kit/replenish.js";
import type { Contract } from "../spec/contract.js";

export const combineLatestContract: Contract<{ readonly prefetch: number; readonly sources: number }> = {
  name: "combineLatest",
  does: "sends the latest items of all sources together, whenever one of them has sent another",
  demand: {
    says: "`prefetch` of each source, then as many as were taken whenever those are three quarters",
    // At most `prefetch` of those received wait; the others were taken.
    asked: ({ received }, { prefetch }) => ({
      atLeast: Math.max(prefetch, received - (replenishAt(prefetch) - 1)),
      atMost: prefetch + received,
    }),
  },
  holds: {
    says: "`prefetch` items of each source, and the latest",
    atMost: ({ prefetch, sources }) => (prefetch + 1) * sources,
  },
  errors: { says: "passed on at once; cancels the other sources", upstreamFails: "at once" },
  cancel: { says: "all sources" },
};
