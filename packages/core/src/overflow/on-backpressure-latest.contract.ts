import type { Contract } from "../spec/contract.js";

export const onBackpressureLatestContract: Contract = {
  name: "onBackpressureLatest",
  does: "keeps the latest of what comes ahead of demand",
  demand: {
    says: "unbounded, once",
    asked: () => ({ atLeast: Number.POSITIVE_INFINITY, atMost: Number.POSITIVE_INFINITY }),
  },
  holds: { says: "1 item", atMost: () => 1 },
  errors: { says: "passed on after the item held", upstreamFails: "after what is held" },
  cancel: { says: "upstream; the item held is dropped" },
};
