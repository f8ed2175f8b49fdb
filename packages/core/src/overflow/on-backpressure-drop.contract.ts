import type { Contract } from "../spec/contract.js";

export const onBackpressureDropContract: Contract = {
  name: "onBackpressureDrop",
  does: "drops what comes ahead of demand",
  demand: {
    says: "unbounded, once",
    asked: () => ({ atLeast: Number.POSITIVE_INFINITY, atMost: Number.POSITIVE_INFINITY }),
  },
  holds: { says: "nothing", atMost: () => 0 },
  errors: { says: "passed on", upstreamFails: "at once" },
  cancel: { says: "upstream" },
};
