import type { Contract } from "../spec/contract.js";

export const usingContract: Contract = {
  name: "using",
  does: "acquires a resource for each subscriber, and releases it once",
  demand: {
    says: "n, of the source made",
    asked: ({ requested }) => ({ atLeast: requested, atMost: requested }),
  },
  holds: { says: "nothing", atMost: () => 0 },
  errors: {
    says: "passed on when the resource is released; what the release throws follows a good end, and is dropped otherwise",
  },
  cancel: { says: "the source, then releases" },
};
