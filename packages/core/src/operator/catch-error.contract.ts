import type { Contract } from "../spec/contract.js";

export const catchErrorContract: Contract = {
  name: "catchError",
  does: "goes on with another source when upstream has failed",
  demand: {
    says: "n; what is outstanding at a failure is asked of the other source",
    asked: ({ requested }) => ({ atLeast: requested, atMost: requested }),
  },
  holds: { says: "nothing", atMost: () => 0 },
  errors: {
    says: "upstream's is replaced; the other source's is passed on",
    upstreamFails: "replaced",
  },
  cancel: { says: "the source that runs" },
};
