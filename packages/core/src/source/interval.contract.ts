import type { Contract } from "../spec/contract.js";

export const intervalContract: Contract<{ readonly capacity: number }> = {
  name: "interval",
  does: "counts once in each period of time",
  holds: { says: "what `policy` holds", atMost: ({ capacity }) => capacity },
  errors: { says: "those of `policy`" },
  cancel: { says: "the timer; what is held is dropped" },
};
