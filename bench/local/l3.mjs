// L3: a source made of each of a thousand items.
import { atMostBest } from "../harness/bar.mjs";
import { localRow } from "./row.mjs";
import { sumOfRanges } from "./work.mjs";

const peers = ["most", "effect", "xstream", "wonka", "ix", "rxjs"];

export const row = localRow({
  id: "L3",
  title: "concatMap of 1,000 x range(1,000), sum",
  job: "concatRanges",
  items: 1_000_000,
  itemsOf: { "async-generator": 200_000 },
  expected: sumOfRanges,
  contenders: ["loop", "sluice", ...peers, "async-generator"],
  bars: [atMostBest("nsPerItem", "sluice", 1, peers)],
});
