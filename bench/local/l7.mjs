// L7: an asynchronous function for each item, sixteen at once, whose promises are resolved already: what is left is
// the cost of keeping order and bound. "workers" is what is written by hand for it, sixteen loops on an asynchronous
// generator; "workers-plain" the same on a plain one, which has nothing to wait for; "loop" awaits one at a time.
// wonka has no bound: all items are under way at once.
import { atMost } from "../harness/bar.mjs";
import { localRow } from "./row.mjs";
import { sumOfDoubles } from "./work.mjs";

export const row = localRow({
  id: "L7",
  title: "mapAsync of resolved promises, 16 at once, 1e5 items",
  job: "mapAsync",
  items: 100_000,
  itemsOf: { effect: 20_000, "effect-unordered": 20_000, ix: 20_000, xstream: 10_000 },
  expected: sumOfDoubles,
  contenders: [
    "loop",
    "workers",
    "workers-plain",
    "sluice",
    "sluice-unordered",
    "xstream",
    "wonka",
    "most",
    "rxjs",
    "node-stream",
    "effect",
    "effect-unordered",
    "ix",
  ],
  bars: [atMost("nsPerItem", "sluice", 1, "workers"), atMost("nsPerItem", "sluice-unordered", 1, "workers")],
});
