import type { Contract } from "../spec/contract.js";

export const skipWhileContract: Contract = {
  name: "skipWhile",
  does: "leaves out items as long as they pass a test",
  demand: {
    says: "n, and 1 for each item left out",
    asked: ({ requested, received, emitted }) => {
      const asked = requested + received - emitted;
      return { atLeast: asked, atMost: asked };
    },
  },
  holds: { says: "nothing", atMost: () => 0 },
  errors: { says: "passed on; what the test throws ends the stream at that item", upstreamFails: "at once" },
  cancel: { says: "upstream" },
};
