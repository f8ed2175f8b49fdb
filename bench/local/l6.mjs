// L6: a consumer that takes one turn of the event loop for each item. What counts is how many items lie
// between the source and it; the time must be that of the consumer alone.
import { atMost, noMoreThan } from "../harness/bar.mjs";
import { localRow } from "./row.mjs";
import { sumOfRange, WINDOW } from "./work.mjs";

export const row = localRow({
  id: "L6",
  title: "slow consumer, one item per setImmediate, 1e5 items",
  job: "slowConsumer",
  items: 100_000,
  expected: sumOfRange,
  metrics: ["held", "nsPerItem", "cpuPerItem"],
  itemsOf: { xstream: 10_000 }, // it holds all of them, and takes minutes for the rest
  contenders: [
    "loop",
    "sluice",
    "async-generator",
    "node-stream",
    "web-stream",
    "effect",
    "most",
    "xstream",
    "rxjs",
  ],
  bars: [
    noMoreThan("held", "sluice", WINDOW, `the prefetch of ${WINDOW}`),
    atMost("nsPerItem", "sluice", 1.1, "loop"),
  ],
});
