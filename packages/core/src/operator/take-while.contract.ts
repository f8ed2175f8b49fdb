import type { Contract } from "../spec/contract.js";

export const takeWhileContract: Contract = {
  name: "takeWhile",
  does: "sends items as long as they pass a test, then ends",
  demand: {
    says: "n",
    asked: ({ requested }) => ({ atLeast: requested, atMost: requested }),
  },
  holds: { says: "nothing", atMost: () => 0 },
  errors: { says: "passed on; what the test throws ends the stream at that item", upstreamFails: "at once" },
  cancel: { says: "upstream" },
};
