import type { Contract } from "../spec/contract.js";

export const mapAsyncKeyedContract: Contract<{ readonly capacity: number }> = {
  name: "mapAsyncKeyed",
  does: "calls an asynchronous function for each item, in order for each key, several keys at a time",
  demand: {
    says: "`capacity` at first, then 1 for each result sent",
    asked: ({ emitted }, { capacity }) => ({ atLeast: capacity + emitted, atMost: capacity + emitted }),
  },
  holds: {
    says: "`capacity` items under way, behind another of their key, or with a result that waits",
    atMost: ({ capacity }) => capacity,
  },
  errors: {
    says: "passed on at once, and so is a rejection; aborts the other calls",
    upstreamFails: "at once",
  },
  cancel: { says: "upstream, and the signal that each call was given" },
};
