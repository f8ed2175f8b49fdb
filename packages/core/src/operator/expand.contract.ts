import type { Contract } from "../spec/contract.js";

interface Settings {
  readonly capacity: number;
  readonly concurrency: number;
  readonly prefetch: number;
}

export const expandContract: Contract<Settings> = {
  name: "expand",
  does: "makes a source of each item, and of each item of those",
  demand: {
    says: "`concurrency`, then 1 for each source that ends while nothing found waits; of each source `prefetch`",
    // How many of the sources have ended, the ledger does not know.
    asked: ({ received }, { concurrency }) => ({
      atLeast: Math.max(concurrency, received),
      atMost: concurrency + received,
    }),
  },
  holds: {
    says: "`prefetch` items of each source that runs, `concurrency` of upstream, and `capacity` to be expanded",
    atMost: ({ capacity, concurrency, prefetch }) => capacity + concurrency * (prefetch + 1),
  },
  errors: {
    says: "the first one is passed on at once, and so is an `OverflowError` when more than `capacity` wait",
    upstreamFails: "at once",
  },
  cancel: { says: "all sources, then upstream; drops what waits" },
};
