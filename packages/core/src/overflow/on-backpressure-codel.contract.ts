import type { Contract } from "../spec/contract.js";

export const onBackpressureCoDelContract: Contract<{ readonly capacity: number }> = {
  name: "onBackpressureCoDel",
  does: "holds what comes ahead of demand; drops when items wait for too long (RFC 8289)",
  demand: {
    says: "unbounded, once",
    asked: () => ({ atLeast: Number.POSITIVE_INFINITY, atMost: Number.POSITIVE_INFINITY }),
  },
  holds: { says: "`capacity` items", atMost: ({ capacity }) => capacity },
  errors: { says: "passed on after what is held", upstreamFails: "after what is held" },
  cancel: { says: "upstream; what is held is dropped" },
};
