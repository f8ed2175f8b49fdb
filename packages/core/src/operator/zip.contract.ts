import { replenishAt } from "../kit/replenish.js";
import type { Contract } from "../spec/contract.js";

export const zipContract: Contract<{ readonly prefetch: number; readonly sources: number }> = {
  name: "zip",
  does: "sends the first items of all sources together, then the second ones, and so on",
  demand: {
    says: "`prefetch` of each source, then as many as were sent on whenever those are three quarters",
    asked: ({ emitted }, { prefetch }) => ({
      atLeast: prefetch + emitted - (replenishAt(prefetch) - 1),
      atMost: prefetch + emitted,
    }),
  },
  holds: {
    says: "`prefetch` items of each source",
    atMost: ({ prefetch, sources }) => prefetch * sources,
  },
  errors: { says: "passed on at once; cancels the other sources", upstreamFails: "at once" },
  cancel: { says: "all sources" },
};
