import type { Contract } from "../spec/contract.js";

export const onBackpressureErrorContract: Contract = {
  name: "onBackpressureError",
  does: "fails when an item comes ahead of demand",
  demand: {
    says: "unbounded, once",
    asked: () => ({ atLeast: Number.POSITIVE_INFINITY, atMost: Number.POSITIVE_INFINITY }),
  },
  holds: { says: "nothing", atMost: () => 0 },
  errors: { says: "passed on; an overflow cancels upstream and fails", upstreamFails: "at once" },
  cancel: { says: "upstream" },
};
