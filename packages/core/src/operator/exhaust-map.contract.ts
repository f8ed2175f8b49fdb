import type { Contract } from "../spec/contract.js";
import { UNBOUNDED } from "../spec/demand.js";

export const exhaustMapContract: Contract = {
  name: "exhaustMap",
  does: "makes a source of an item, and drops the items that come while it runs",
  demand: {
    says: "all there is; the source that runs gets what is outstanding",
    asked: () => ({ atLeast: UNBOUNDED, atMost: UNBOUNDED }),
  },
  holds: { says: "1 item, in the source made of it", atMost: () => 1 },
  errors: { says: "passed on at once, of upstream or the source that runs", upstreamFails: "at once" },
  cancel: { says: "the source that runs, then upstream" },
};
