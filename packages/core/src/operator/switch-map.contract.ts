import type { Contract } from "../spec/contract.js";
import { UNBOUNDED } from "../spec/demand.js";

export const switchMapContract: Contract = {
  name: "switchMap",
  does: "makes a source of each item and sends the items of the newest one only",
  demand: {
    says: "all there is; the newest source gets what is outstanding",
    asked: () => ({ atLeast: UNBOUNDED, atMost: UNBOUNDED }),
  },
  holds: { says: "1 item, in the source made of it", atMost: () => 1 },
  errors: { says: "passed on at once, of upstream or the newest source", upstreamFails: "at once" },
  cancel: { says: "the source that runs, then upstream" },
};
