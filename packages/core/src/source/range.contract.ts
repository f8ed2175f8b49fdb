import type { Contract } from "../spec/contract.js";

export const rangeContract: Contract = {
  name: "range",
  does: "counts",
  holds: { says: "nothing", atMost: () => 0 },
  errors: { says: "none" },
  cancel: { says: "stops at once" },
};
