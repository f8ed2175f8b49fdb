import type { Contract } from "../spec/contract.js";

export const emptyContract: Contract = {
  name: "empty",
  does: "completes",
  holds: { says: "nothing", atMost: () => 0 },
  errors: { says: "none" },
  cancel: { says: "nothing to release" },
};
