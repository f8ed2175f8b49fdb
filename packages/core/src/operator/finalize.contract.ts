import type { Contract } from "../spec/contract.js";

export const finalizeContract: Contract = {
  name: "finalize",
  does: "calls a function once, at any end",
  demand: {
    says: "n",
    asked: ({ requested }) => ({ atLeast: requested, atMost: requested }),
  },
  holds: { says: "nothing", atMost: () => 0 },
  errors: { says: "passed on; what the function throws goes to onDroppedError", upstreamFails: "at once" },
  cancel: { says: "upstream, then calls the function" },
};
