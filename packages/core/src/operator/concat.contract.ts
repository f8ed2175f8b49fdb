import type { Contract } from "../spec/contract.js";

export const concatContract: Contract = {
  name: "concat",
  does: "sends the items of one source after the other",
  demand: {
    says: "n of the source that runs, of the next one what is left",
    asked: ({ requested }) => ({ atLeast: requested, atMost: requested }),
  },
  holds: { says: "nothing", atMost: () => 0 },
  errors: { says: "passed on; what comes behind is not subscribed", upstreamFails: "at once" },
  cancel: { says: "the source that runs" },
};
