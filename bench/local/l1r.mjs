// L1r: the same as L1 with one item requested at a time: what each request costs.
import { atMost } from "../harness/bar.mjs";
import { localRow } from "./row.mjs";
import { sumOfEvens } from "./work.mjs";

export const row = localRow({
  id: "L1r",
  title: "range(1e6), map, filter, sum, request(1) for each item",
  job: "mapFilterSumOneByOne",
  items: 1_000_000,
  expected: sumOfEvens,
  contenders: ["sluice", "rsocket-flowable"],
  bars: [atMost("nsPerItem", "sluice", 0.5, "rsocket-flowable")],
});
