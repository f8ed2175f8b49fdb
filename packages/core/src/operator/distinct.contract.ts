import type { Contract } from "../spec/contract.js";

export const distinctContract: Contract<{ readonly capacity: number }> = {
  name: "distinct",
  does: "drops items whose key has come before",
  demand: {
    says: "n, and 1 for each item dropped",
    asked: ({ requested, received, emitted }) => {
      const asked = requested + received - emitted;
      return { atLeast: asked, atMost: asked };
    },
  },
  // Without a key function an item is its own key.
  holds: { says: "`capacity` keys", atMost: ({ capacity }) => capacity },
  errors: {
    says: "passed on; what the key function throws, or one key too many, ends the stream",
    upstreamFails: "at once",
  },
  cancel: { says: "upstream" },
};
