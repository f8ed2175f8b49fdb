import type { Contract } from "../spec/contract.js";

export const broadcastContract: Contract<{ readonly capacity: number }> = {
  name: "broadcast",
  does: "sends what its producer emits to everybody, each by its own demand and its own way to be slow",
  holds: {
    says: "`capacity` items, once for all subscribers",
    atMost: ({ capacity }) => capacity,
  },
  errors: { says: "reach each subscriber after what waits for it; one that is cut off fails at once" },
  cancel: { says: "that subscriber alone; what waited only for it is released" },
};
