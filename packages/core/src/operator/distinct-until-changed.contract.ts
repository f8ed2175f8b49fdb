import type { Contract } from "../spec/contract.js";

export const distinctUntilChangedContract: Contract = {
  name: "distinctUntilChanged",
  does: "drops items that are the same as the one before",
  demand: {
    says: "n, and 1 for each item dropped",
    asked: ({ requested, received, emitted }) => {
      const asked = requested + received - emitted;
      return { atLeast: asked, atMost: asked };
    },
  },
  // Without a key function an item is its own key.
  holds: { says: "the last key", atMost: () => 1 },
  errors: {
    says: "passed on; what a function throws ends the stream at that item",
    upstreamFails: "at once",
  },
  cancel: { says: "upstream" },
};
