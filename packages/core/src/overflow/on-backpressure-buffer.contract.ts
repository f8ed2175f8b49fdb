import type { Contract } from "../spec/contract.js";

export const onBackpressureBufferContract: Contract<{ readonly capacity: number }> = {
  name: "onBackpressureBuffer",
  does: "holds what comes ahead of demand; drops or fails when it is full",
  demand: {
    says: "unbounded, once",
    asked: () => ({ atLeast: Number.POSITIVE_INFINITY, atMost: Number.POSITIVE_INFINITY }),
  },
  holds: { says: "`capacity` items", atMost: ({ capacity }) => capacity },
  errors: {
    says: "passed on after what is held; an overflow cancels upstream and fails then, if that is the choice",
    upstreamFails: "after what is held",
  },
  cancel: { says: "upstream; what is held is dropped" },
};
