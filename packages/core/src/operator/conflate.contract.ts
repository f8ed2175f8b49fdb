import type { Contract } from "../spec/contract.js";
import { UNBOUNDED } from "../spec/demand.js";

export const conflateContract: Contract = {
  name: "conflate",
  does: "merges what waits for demand into one item, whatever comes",
  demand: { says: "all there is", asked: () => ({ atLeast: UNBOUNDED, atMost: UNBOUNDED }) },
  holds: { says: "one merged item", atMost: () => 1 },
  errors: { says: "passed on at once; drops what waits", upstreamFails: "at once" },
  cancel: { says: "upstream; drops what waits" },
};
