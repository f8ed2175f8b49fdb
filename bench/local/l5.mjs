// L5: an asynchronous boundary between a fast source and a fast consumer. Contenders that cross it item by
// item run fewer items, or a repetition would take minutes; the figure is per item either way. For RxJS that is
// a kindness: its cost an item grows with the length of its queue.
import { atMost } from "../harness/bar.mjs";
import { localRow } from "./row.mjs";
import { sumOfRange } from "./work.mjs";

export const row = localRow({
  id: "L5",
  title: "range(1e6), asynchronous boundary with prefetch 256, sum",
  job: "boundary",
  items: 1_000_000,
  itemsOf: {
    "async-generator": 200_000,
    "node-stream": 200_000,
    "web-stream": 50_000,
    most: 50_000,
    rxjs: 5_000,
  },
  expected: sumOfRange,
  contenders: [
    "loop",
    "sluice",
    "effect",
    "effect-arrays",
    "async-generator",
    "node-stream",
    "web-stream",
    "most",
    "rxjs",
  ],
  bars: [atMost("nsPerItem", "sluice", 0.6, "effect")],
});
