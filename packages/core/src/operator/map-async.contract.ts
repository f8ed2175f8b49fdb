import type { Contract } from "../spec/contract.js";

export const mapAsyncContract: Contract<{ readonly concurrency: number; readonly gated?: boolean }> = {
  name: "mapAsync",
  does: "calls an asynchronous function for each item, several at a time",
  demand: {
    says: "`concurrency` at first, then 1 for each result sent; of that as many as a `gate` grants",
    asked: ({ emitted }, { concurrency, gated }) => ({
      atLeast: gated ? emitted : concurrency + emitted,
      atMost: concurrency + emitted,
    }),
  },
  holds: {
    says: "`concurrency` calls under way and results that wait",
    atMost: ({ concurrency }) => concurrency,
  },
  errors: {
    says: "passed on at once, and so are a rejection and what a `gate` throws; aborts the other calls",
    upstreamFails: "at once",
  },
  cancel: { says: "upstream, and the signal that each call was given" },
};
