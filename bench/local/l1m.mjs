// L1m: the same as L1 in the regime users live in: other pipelines ran first in the process.
import { atMost } from "../harness/bar.mjs";
import { localRow } from "./row.mjs";
import { sumOfEvens } from "./work.mjs";

export const row = localRow({
  id: "L1m",
  title: "range(1e6), map, filter, sum, unbounded demand, polluted process",
  job: "mapFilterSum",
  polluted: true,
  items: 1_000_000,
  expected: sumOfEvens,
  contenders: [
    "loop-calls",
    "sluice",
    "most",
    "xstream",
    "wonka",
    "ix",
    "effect",
    "rsocket-flowable",
    "rxjs",
  ],
  bars: [atMost("nsPerItem", "sluice", 0.9, "most")],
});
