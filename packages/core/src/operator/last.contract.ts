import type { Contract } from "../spec/contract.js";

export const lastContract: Contract = {
  name: "last",
  does: "sends the last item, or the last that passes a test",
  demand: {
    says: "all there is",
    asked: ({ requested }) => {
      const asked = requested === 0 ? 0 : Number.POSITIVE_INFINITY;
      return { atLeast: asked, atMost: asked };
    },
  },
  holds: { says: "1 item", atMost: () => 1 },
  errors: { says: "passed on; what the test throws ends the stream", upstreamFails: "at once" },
  cancel: { says: "upstream" },
};
