// L2: ten stages, each with a function of its own, in a fresh process.
import { atMostBest } from "../harness/bar.mjs";
import { localRow } from "./row.mjs";
import { sumOfSteps } from "./work.mjs";

/** Peers of L2 and L2m. */
export const peers = ["most", "rsocket-flowable", "effect", "xstream", "wonka", "ix", "rxjs"];

export const row = localRow({
  id: "L2",
  title: "range(1e6), ten maps, sum, fresh process",
  job: "tenMaps",
  items: 1_000_000,
  itemsOf: { "async-generator": 100_000 },
  expected: sumOfSteps,
  contenders: ["loop", "sluice", ...peers, "async-generator"],
  bars: [atMostBest("nsPerItem", "sluice", 0.25, peers)],
});
