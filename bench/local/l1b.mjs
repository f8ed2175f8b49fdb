// L1b: the same as L1 under bounded demand. Only one peer knows demand.
import { atMost } from "../harness/bar.mjs";
import { localRow } from "./row.mjs";
import { sumOfEvens } from "./work.mjs";

export const row = localRow({
  id: "L1b",
  title: "range(1e6), map, filter, sum, demand 256 replenished at 192",
  job: "mapFilterSumOnDemand",
  items: 1_000_000,
  expected: sumOfEvens,
  contenders: ["sluice", "rsocket-flowable"],
  bars: [atMost("nsPerItem", "sluice", 0.8, "rsocket-flowable")],
});
