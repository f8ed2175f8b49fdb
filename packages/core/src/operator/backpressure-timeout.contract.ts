import type { Contract } from "../spec/contract.js";

export const backpressureTimeoutContract: Contract = {
  name: "backpressureTimeout",
  does: "fails when downstream requests nothing for some time",
  demand: { says: "n", asked: ({ requested }) => ({ atLeast: requested, atMost: requested }) },
  holds: { says: "nothing", atMost: () => 0 },
  errors: { says: "passed on; a TimeoutError of its own", upstreamFails: "at once" },
  cancel: { says: "upstream and the timer" },
};
