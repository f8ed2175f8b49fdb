import type { Contract } from "../spec/contract.js";

export const retryContract: Contract<{ readonly times: number }> = {
  name: "retry",
  does: "subscribes again when upstream has failed, after a wait",
  demand: {
    says: "n; what is outstanding at a failure is asked of the next attempt",
    // Over all attempts: each is asked for what is outstanding, which is never more than was requested.
    asked: ({ requested }, { times }) => ({
      atLeast: requested,
      atMost: requested && requested * (times + 1),
    }),
  },
  holds: { says: "nothing", atMost: () => 0 },
  errors: { says: "passed on when `times` are used up or `when` says no", upstreamFails: "replaced" },
  cancel: { says: "the attempt that runs, or the wait" },
};
