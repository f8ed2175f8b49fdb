import type { Contract } from "../spec/contract.js";

export const withLatestFromContract: Contract<{ readonly others: number }> = {
  name: "withLatestFrom",
  does: "sends each item together with the latest one of each of the other sources",
  demand: {
    says: "n, and 1 for each item dropped before all others have sent one; of the others all there is",
    asked: ({ requested, received, emitted }) => {
      const total = requested + received - emitted;
      return { atLeast: total, atMost: total };
    },
  },
  holds: { says: "the latest item of each of the others", atMost: ({ others }) => others },
  errors: { says: "passed on at once, also of the others; cancels the rest", upstreamFails: "at once" },
  cancel: { says: "upstream and the others" },
};
