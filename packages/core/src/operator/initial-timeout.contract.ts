import type { Contract } from "../spec/contract.js";

export const initialTimeoutContract: Contract = {
  name: "initialTimeout",
  does: "fails when the first item does not come in time after it was requested",
  demand: { says: "n", asked: ({ requested }) => ({ atLeast: requested, atMost: requested }) },
  holds: { says: "nothing", atMost: () => 0 },
  errors: { says: "passed on; a TimeoutError of its own", upstreamFails: "at once" },
  cancel: { says: "upstream and the timer" },
};
