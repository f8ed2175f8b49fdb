import type { Contract } from "../spec/contract.js";

export const defaultIfEmptyContract: Contract = {
  name: "defaultIfEmpty",
  does: "sends an item in place of none",
  demand: {
    says: "n",
    asked: ({ requested }) => ({ atLeast: requested, atMost: requested }),
  },
  holds: { says: "nothing but the default", atMost: () => 0 },
  errors: { says: "passed on", upstreamFails: "at once" },
  cancel: { says: "upstream" },
};
