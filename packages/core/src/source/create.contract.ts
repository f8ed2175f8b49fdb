import type { Contract } from "../spec/contract.js";

export const createContract: Contract<{ readonly capacity: number }> = {
  name: "create",
  does: "bridges a producer that pushes",
  holds: { says: "`capacity` items", atMost: ({ capacity }) => capacity },
  errors: { says: "what the producer reports or throws, after what is held" },
  cancel: { says: "the producer, by its signal and its release function" },
};
