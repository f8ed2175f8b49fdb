// L8: what it costs to make a pipeline and run it for one item, as a server does for each small request.
import { atMostBest } from "../harness/bar.mjs";
import { localRow } from "./row.mjs";
import { sumOfOnes } from "./work.mjs";

const peers = ["wonka", "xstream", "rsocket-flowable", "ix", "rxjs", "most", "effect"];

export const row = localRow({
  id: "L8",
  title: "create and run a pipeline of one item: map, filter, sum; per pipeline",
  job: "onePipelineEach",
  items: 100_000,
  itemsOf: { effect: 20_000, most: 20_000 },
  expected: sumOfOnes,
  contenders: ["loop", "sluice", ...peers],
  bars: [atMostBest("nsPerItem", "sluice", 0.6, peers)],
});
