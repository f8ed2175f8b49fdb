import type { Contract } from "../spec/contract.js";

export const takeContract: Contract<{ readonly count: number }> = {
  name: "take",
  does: "sends the first `count` items, then ends",
  demand: {
    says: "n, in all no more than `count`",
    asked: ({ requested }, { count }) => {
      const asked = Math.min(requested, count);
      return { atLeast: asked, atMost: asked };
    },
  },
  holds: { says: "nothing", atMost: () => 0 },
  errors: { says: "passed on", upstreamFails: "at once" },
  cancel: { says: "upstream" },
};
