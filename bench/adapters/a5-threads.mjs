// A5: a step that only computes, in this thread and in one and two worker threads; and two worker threads as people
// write them by hand, an item a message.
import { atLeast } from "../harness/bar.mjs";
import { sumOfSteps } from "./thread/step.mjs";
import { adapterRow } from "./row.mjs";

export const row = adapterRow({
  id: "A5",
  title: "offload: a step of some 0.1 ms for each of 4,000 items, in one thread and in two",
  short: "offload, one thread and two",
  module: "./contender/threads.mjs",
  contenders: {
    "sluice-1": "oneThread",
    "sluice-2": "twoThreads",
    "no-thread": "here",
    "two-by-hand": "twoByHand",
  },
  items: 4_000,
  inSecond: true,
  expected: sumOfSteps,
  bars: [
    atLeast("itemsPerSecond", "sluice-2", 1.6, "sluice-1"),
    atLeast("itemsPerSecond", "sluice-2", 0.9, "two-by-hand"),
  ],
});
