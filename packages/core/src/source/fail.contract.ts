import type { Contract } from "../spec/contract.js";

export const failContract: Contract = {
  name: "fail",
  does: "fails",
  holds: { says: "nothing", atMost: () => 0 },
  errors: { says: "the one given, at once" },
  cancel: { says: "nothing to release" },
};
