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
  holds: { says: "no item, but the last key", atMost: () => 0 },
  errors: {
    says: "passed on; what a function throws ends the stream at that item",
    upstreamFails: "at once",
  },
  cancel: { says: "upstream" },
};
