// L9: one hot source, ten subscribers that keep up.
import { atMost } from "../harness/bar.mjs";
import { localRow } from "./row.mjs";
import { sumOfListeners } from "./work.mjs";

export const row = localRow({
  id: "L9",
  title: "hot source to 10 subscribers, each sums; per source item",
  job: "hotToMany",
  items: 100_000,
  expected: sumOfListeners,
  contenders: ["loop", "sluice", "effect", "most", "xstream", "wonka", "rxjs"],
  bars: [atMost("nsPerItem", "sluice", 1, "most")],
});
