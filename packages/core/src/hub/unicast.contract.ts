import type { Contract } from "../spec/contract.js";

export const unicastContract: Contract<{ readonly capacity: number }> = {
  name: "unicast",
  does: "sends what its producer emits to one subscriber, what came before it included",
  holds: { says: "`capacity` items", atMost: ({ capacity }) => capacity },
  errors: { says: "after what is held; a second subscriber fails at once" },
  cancel: { says: "drops what is held; the producer is answered `cancelled`" },
};
