import type { Contract } from "../spec/contract.js";

export const throttleTimeContract: Contract<{ readonly trailing: boolean }> = {
  name: "throttleTime",
  does: "sends at most one item in each window of time",
  demand: {
    says: "n, and 1 for each item dropped; with `trailing` all there is",
    asked: ({ requested, received, emitted }, { trailing }) => {
      const total = trailing ? Number.POSITIVE_INFINITY : requested + received - emitted;
      return { atLeast: total, atMost: total };
    },
  },
  holds: {
    says: "nothing; with `trailing` the latest item",
    atMost: ({ trailing }) => (trailing ? 1 : 0),
  },
  errors: { says: "passed on at once; the item held is dropped", upstreamFails: "at once" },
  cancel: { says: "upstream and the timer; the item held is dropped" },
};
