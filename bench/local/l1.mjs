// L1: what a stage costs when nothing limits the source and V8 can inline everything.
import { atMost } from "../harness/bar.mjs";
import { localRow } from "./row.mjs";
import { sumOfEvens } from "./work.mjs";

export const row = localRow({
  id: "L1",
  title: "range(1e6), map, filter, sum, unbounded demand, fresh process",
  job: "mapFilterSum",
  items: 1_000_000,
  expected: sumOfEvens,
  itemsOf: { "async-generator": 200_000, "node-stream": 50_000, "web-stream": 20_000 },
  contenders: [
    "loop",
    "sluice",
    "most",
    "xstream",
    "wonka",
    "ix",
    "effect",
    "rsocket-flowable",
    "rxjs",
    "async-generator",
    "node-stream",
    "web-stream",
  ],
  bars: [atMost("nsPerItem", "sluice", 0.5, "most")],
});
