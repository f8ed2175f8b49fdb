// L4: eight synchronous sources at once.
import { atMostBest } from "../harness/bar.mjs";
import { localRow } from "./row.mjs";
import { sumOfRange } from "./work.mjs";

const peers = ["effect", "most", "xstream", "wonka", "ix", "rxjs"];

export const row = localRow({
  id: "L4",
  title: "merge of 8 x range(1e5), sum",
  job: "mergeRanges",
  items: 800_000,
  itemsOf: { ix: 80_000 },
  expected: sumOfRange,
  contenders: ["loop", "sluice", ...peers],
  bars: [atMostBest("nsPerItem", "sluice", 1, peers)],
});
