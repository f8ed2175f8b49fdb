import type { Contract } from "../spec/contract.js";

export const neverContract: Contract = {
  name: "never",
  does: "stays silent",
  holds: { says: "nothing", atMost: () => 0 },
  errors: { says: "none" },
  cancel: { says: "nothing to release" },
};
