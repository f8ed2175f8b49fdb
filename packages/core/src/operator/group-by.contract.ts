import type { Contract } from "../spec/contract.js";

export const groupByContract: Contract<{ readonly prefetch: number }> = {
  name: "groupBy",
  does: "parts a stream into one stream for each key",
  demand: {
    says: "`prefetch`, then as many as readers took whenever three quarters are free",
    asked: ({ received }, { prefetch }) => ({
      atLeast: Math.max(prefetch, received),
      atMost: prefetch + received,
    }),
  },
  holds: { says: "`prefetch` items in all groups", atMost: ({ prefetch }) => prefetch },
  errors: {
    says: "to the outer stream at once, to a group after what it holds; fails for one key too many, and when a group that nobody reads stalls others",
    upstreamFails: "at once",
  },
  cancel: {
    says: "of a group: what it holds; of the outer stream: upstream, when the groups that are read are over",
  },
};
