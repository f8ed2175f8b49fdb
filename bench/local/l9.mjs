// L9: one hot source, ten subscribers that keep up. Each contender sums as its users would: `reduce` where there is
// one (sluice, effect), else a callback that adds to a variable. `sluice-subscribe` does the latter too, by a
// plain Subscriber; with its sum in a field instead, the same Subscriber takes half the instructions.
import { atMost } from "../harness/bar.mjs";
import { localRow } from "./row.mjs";
import { sumOfListeners } from "./work.mjs";

export const row = localRow({
  id: "L9",
  title: "hot source to 10 subscribers, each sums; per source item",
  job: "hotToMany",
  items: 100_000,
  expected: sumOfListeners,
  contenders: ["loop", "sluice", "sluice-subscribe", "effect", "most", "xstream", "wonka", "rxjs"],
  bars: [atMost("nsPerItem", "sluice", 1, "most")],
});
