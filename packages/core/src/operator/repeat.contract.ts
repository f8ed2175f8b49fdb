import type { Contract } from "../spec/contract.js";

export const repeatContract: Contract<{ readonly times: number }> = {
  name: "repeat",
  does: "subscribes again when upstream has completed and there is demand",
  demand: {
    says: "n; what is outstanding at the end is asked of upstream anew",
    // Over all subscriptions: each is asked for what is outstanding, which is never more than was requested.
    asked: ({ requested }, { times }) => ({
      atLeast: requested,
      atMost: requested && requested * (times + 1),
    }),
  },
  holds: { says: "nothing", atMost: () => 0 },
  errors: { says: "passed on", upstreamFails: "at once" },
  cancel: { says: "upstream, or the wait" },
};
