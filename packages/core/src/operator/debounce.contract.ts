import type { Contract } from "../spec/contract.js";

export const debounceContract: Contract = {
  name: "debounce",
  does: "sends an item when none has come after it for some time",
  demand: {
    says: "all there is",
    asked: () => ({ atLeast: Number.POSITIVE_INFINITY, atMost: Number.POSITIVE_INFINITY }),
  },
  holds: { says: "the latest item", atMost: () => 1 },
  errors: { says: "passed on at once; the item held is dropped", upstreamFails: "at once" },
  cancel: { says: "upstream and the timer; the item held is dropped" },
};
