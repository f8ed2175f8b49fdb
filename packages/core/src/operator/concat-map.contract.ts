import type { Contract } from "../spec/contract.js";

export const concatMapContract: Contract = {
  name: "concatMap",
  does: "makes a source of each item and sends their items, one source after the other",
  demand: {
    says: "1 at a time, when the source before has ended; n of the source that runs, of the next one what is left",
    // How many of the sources have ended, the ledger does not know.
    asked: ({ received }) => ({ atLeast: Math.max(1, received), atMost: 1 + received }),
  },
  holds: { says: "nothing but the item whose source runs", atMost: () => 1 },
  errors: { says: "the first one is passed on at once; cancels the others", upstreamFails: "at once" },
  cancel: { says: "the source that runs, then upstream" },
};
