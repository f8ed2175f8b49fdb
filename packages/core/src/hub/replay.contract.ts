import type { Contract } from "../spec/contract.js";

export const replayContract: Contract<{ readonly capacity: number }> = {
  name: "replay",
  does: "sends the last items to each new subscriber first, then what its producer emits",
  holds: {
    says: "`capacity` items, once for all subscribers, the last ones among them",
    atMost: ({ capacity }) => capacity,
  },
  errors: { says: "reach each subscriber, also later ones, after what waits for it" },
  cancel: { says: "that subscriber alone; the last items stay" },
};
