import type { Contract } from "../spec/contract.js";

export const scanContract: Contract = {
  name: "scan",
  does: "sends the running result of combining items",
  demand: {
    says: "n",
    asked: ({ requested }) => ({ atLeast: requested, atMost: requested }),
  },
  holds: { says: "nothing but the accumulator", atMost: () => 0 },
  errors: {
    says: "passed on; what the function throws ends the stream at that item",
    upstreamFails: "at once",
  },
  cancel: { says: "upstream" },
};
