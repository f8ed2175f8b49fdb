// L2m: ten stages where other pipelines ran first in the process.
import { atMostBest } from "../harness/bar.mjs";
import { peers } from "./l2.mjs";
import { localRow } from "./row.mjs";
import { sumOfSteps } from "./work.mjs";

export const row = localRow({
  id: "L2m",
  title: "range(1e6), ten maps, sum, polluted process",
  job: "tenMaps",
  polluted: true,
  items: 1_000_000,
  expected: sumOfSteps,
  contenders: ["loop-calls", "sluice", ...peers],
  bars: [atMostBest("nsPerItem", "sluice", 0.65, peers)],
});
