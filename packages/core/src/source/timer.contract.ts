import type { Contract } from "../spec/contract.js";

export const timerContract: Contract<{ readonly capacity: number }> = {
  name: "timer",
  does: "sends 0 after some time",
  holds: { says: "what `policy` holds", atMost: ({ capacity }) => capacity },
  errors: { says: "those of `policy`" },
  cancel: { says: "the timer; what is held is dropped" },
};
