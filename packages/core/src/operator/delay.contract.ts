import type { Contract } from "../spec/contract.js";

export const delayContract: Contract<{ readonly capacity: number }> = {
  name: "delay",
  does: "sends each item some time after it came",
  demand: {
    says: "n, but never more than `capacity` ahead of what was sent",
    asked: ({ requested, emitted }, { capacity }) => {
      const total = Math.min(requested, emitted + capacity);
      return { atLeast: total, atMost: total };
    },
  },
  holds: { says: "`capacity` items", atMost: ({ capacity }) => capacity },
  errors: { says: "passed on at once; what is held is dropped", upstreamFails: "at once" },
  cancel: { says: "upstream and the timer; what is held is dropped" },
};
