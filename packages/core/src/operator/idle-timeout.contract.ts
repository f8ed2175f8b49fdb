import type { Contract } from "../spec/contract.js";

export const idleTimeoutContract: Contract = {
  name: "idleTimeout",
  does: "fails when no item comes for some time although there is demand",
  demand: { says: "n", asked: ({ requested }) => ({ atLeast: requested, atMost: requested }) },
  holds: { says: "nothing", atMost: () => 0 },
  errors: { says: "passed on; a TimeoutError of its own", upstreamFails: "at once" },
  cancel: { says: "upstream and the timer" },
};
