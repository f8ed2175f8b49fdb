import type { Contract } from "../spec/contract.js";

export const firstContract: Contract = {
  name: "first",
  does: "sends the first item, or the first that passes a test, then ends",
  demand: {
    says: "1, and 1 for each item dropped",
    asked: ({ requested, received, emitted }) => {
      const asked = Math.min(requested, 1) + received - emitted;
      return { atLeast: asked, atMost: asked };
    },
  },
  holds: { says: "nothing", atMost: () => 0 },
  errors: { says: "passed on; what the test throws ends the stream at that item", upstreamFails: "at once" },
  cancel: { says: "upstream" },
};
