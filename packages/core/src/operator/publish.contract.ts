import type { Contract } from "../spec/contract.js";

export const publishContract: Contract<{ readonly prefetch: number }> = {
  name: "publish",
  does: "subscribes its source once, when it is told to, for all who are subscribed at the time",
  demand: {
    says: "nothing before `begin()`; `prefetch` then, then what the slowest subscriber has taken, three quarters of it at a time",
    asked: ({ emitted }, { prefetch }) => ({
      atLeast: prefetch + emitted - Math.max(0, Math.floor(prefetch * 0.75) - 1),
      atMost: prefetch + emitted,
    }),
  },
  holds: { says: "`prefetch` items, once for all subscribers", atMost: ({ prefetch }) => prefetch },
  errors: {
    says: "reach each subscriber after what waits for it",
    upstreamFails: "after what is held",
  },
  cancel: { says: "that subscriber alone; `stop()` cancels the source" },
};
