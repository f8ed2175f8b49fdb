import type { Contract } from "../spec/contract.js";

export const sampleContract: Contract = {
  name: "sample",
  does: "sends the latest item at each tick",
  demand: {
    says: "all there is",
    asked: () => ({ atLeast: Number.POSITIVE_INFINITY, atMost: Number.POSITIVE_INFINITY }),
  },
  holds: { says: "the latest item", atMost: () => 1 },
  errors: {
    says: "passed on at once, those of the notifier too; the item held is dropped",
    upstreamFails: "at once",
  },
  cancel: { says: "upstream, the notifier and the timer; the item held is dropped" },
};
