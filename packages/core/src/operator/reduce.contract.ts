import type { Contract } from "../spec/contract.js";

export const reduceContract: Contract = {
  name: "reduce",
  does: "combines all items into one",
  demand: {
    says: "all there is",
    asked: ({ requested }) => {
      const asked = requested === 0 ? 0 : Number.POSITIVE_INFINITY;
      return { atLeast: asked, atMost: asked };
    },
  },
  holds: { says: "nothing but the accumulator", atMost: () => 0 },
  errors: { says: "passed on; what the function throws ends the stream", upstreamFails: "at once" },
  cancel: { says: "upstream" },
};
