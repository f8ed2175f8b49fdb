import type { Contract } from "../spec/contract.js";

export const skipContract: Contract<{ readonly count: number }> = {
  name: "skip",
  does: "leaves out the first `count` items",
  demand: {
    says: "n + `count` once, then n",
    asked: ({ requested }, { count }) => {
      const asked = requested === 0 ? 0 : requested + count;
      return { atLeast: asked, atMost: asked };
    },
  },
  holds: { says: "nothing", atMost: () => 0 },
  errors: { says: "passed on", upstreamFails: "at once" },
  cancel: { says: "upstream" },
};
