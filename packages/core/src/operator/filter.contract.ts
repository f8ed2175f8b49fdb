import type { Contract } from "../spec/contract.js";

export const filterContract: Contract = {
  name: "filter",
  does: "sends the items that pass a test",
  demand: {
    says: "n, and 1 for each item dropped",
    asked: ({ requested, received, emitted }) => {
      const asked = requested + received - emitted;
      return { atLeast: asked, atMost: asked };
    },
  },
  holds: { says: "nothing", atMost: () => 0 },
  errors: {
    says: "passed on; what the function throws ends the stream at that item",
    upstreamFails: "at once",
  },
  cancel: { says: "upstream" },
};
