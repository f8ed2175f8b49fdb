import type { Contract } from "../spec/contract.js";

export const generateContract: Contract = {
  name: "generate",
  does: "makes items one by one out of a state",
  holds: { says: "nothing but its state", atMost: () => 0 },
  errors: { says: "what its function throws" },
  cancel: { says: "no step after it" },
};
