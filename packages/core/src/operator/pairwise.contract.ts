import type { Contract } from "../spec/contract.js";

export const pairwiseContract: Contract = {
  name: "pairwise",
  does: "sends each item with the one before it",
  demand: {
    says: "n + 1 once, then n",
    asked: ({ requested }) => {
      const asked = requested === 0 ? 0 : requested + 1;
      return { atLeast: asked, atMost: asked };
    },
  },
  holds: { says: "1 item", atMost: () => 1 },
  errors: { says: "passed on", upstreamFails: "at once" },
  cancel: { says: "upstream" },
};
