import type { Contract } from "../spec/contract.js";

export const ofContract: Contract = {
  name: "of",
  does: "sends its arguments",
  holds: { says: "nothing but a place in them", atMost: () => 0 },
  errors: { says: "none" },
  cancel: { says: "stops at once" },
};
