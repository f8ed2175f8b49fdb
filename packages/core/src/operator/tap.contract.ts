import type { Contract } from "../spec/contract.js";

export const tapContract: Contract = {
  name: "tap",
  does: "looks at each item and sends it on",
  demand: {
    says: "n",
    asked: ({ requested }) => ({ atLeast: requested, atMost: requested }),
  },
  holds: { says: "nothing", atMost: () => 0 },
  errors: {
    says: "passed on; what the function throws ends the stream at that item",
    upstreamFails: "at once",
  },
  cancel: { says: "upstream" },
};
