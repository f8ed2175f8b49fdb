import type { Contract } from "../spec/contract.js";

export const onBackpressureShedContract: Contract<{ readonly capacity: number }> = {
  name: "onBackpressureShed",
  does: "holds what comes ahead of demand; gives up the lowest priority first",
  demand: {
    says: "unbounded, once",
    asked: () => ({ atLeast: Number.POSITIVE_INFINITY, atMost: Number.POSITIVE_INFINITY }),
  },
  holds: { says: "`capacity` items", atMost: ({ capacity }) => capacity },
  errors: {
    says: "passed on after what is held; what `priority` throws at once",
    upstreamFails: "after what is held",
  },
  cancel: { says: "upstream; what is held is dropped" },
};
