import type { Contract } from "../spec/contract.js";

export const limitDemandContract: Contract<{ readonly limit: number }> = {
  name: "limitDemand",
  does: "never has more than `limit` items outstanding",
  demand: {
    says: "min(n, `limit`) at first, then more when three quarters have come",
    asked: ({ requested, emitted }, { limit }) => ({
      atLeast: Math.min(requested, emitted + limit - Math.max(1, Math.floor(limit * 0.75)) + 1),
      atMost: Math.min(requested, emitted + limit),
    }),
  },
  holds: { says: "nothing", atMost: () => 0 },
  errors: { says: "passed on", upstreamFails: "at once" },
  cancel: { says: "upstream" },
};
