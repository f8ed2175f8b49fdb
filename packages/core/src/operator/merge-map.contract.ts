import type { Contract } from "../spec/contract.js";

export const mergeMapContract: Contract<{ readonly concurrency: number; readonly prefetch: number }> = {
  name: "mergeMap",
  does: "makes a source of each item, several of which run at once",
  demand: {
    says: "`concurrency`, then 1 for each source that ends; of each source `prefetch`, replenished at three quarters",
    // How many of the sources have ended, the ledger does not know.
    asked: ({ received }, { concurrency }) => ({
      atLeast: Math.max(concurrency, received),
      atMost: concurrency + received,
    }),
  },
  holds: {
    says: "`prefetch` items of each source that runs: `concurrency` x `prefetch`",
    atMost: ({ concurrency, prefetch }) => concurrency * prefetch,
  },
  errors: { says: "the first one is passed on at once; cancels all the others", upstreamFails: "at once" },
  cancel: { says: "all sources, then upstream; drops what waits" },
};
