import type { Contract } from "../spec/contract.js";

export const deferContract: Contract = {
  name: "defer",
  does: "makes its source anew for each subscriber",
  holds: { says: "nothing", atMost: () => 0 },
  errors: { says: "of the source made, or what the function throws" },
  cancel: { says: "the source made" },
};
