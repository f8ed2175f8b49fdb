// A2: an RxJS pipe, and the same one with a flow in the middle: what it costs to cross into demand and out again.
import { atMost } from "../harness/bar.mjs";
import { sumOfEvens } from "../local/work.mjs";
import { adapterRow } from "./row.mjs";

export const row = adapterRow({
  id: "A2",
  title: "RxJS: range(1e6), map, filter, reduce, with a round trip through a flow in the middle",
  short: "RxJS, there and back",
  module: "./contender/rxjs.mjs",
  contenders: {
    sluice: "roundTrip",
    "sluice-via": "viaFlowInside",
    "sluice-out": "stagesInside",
    rxjs: "plain",
  },
  items: 1_000_000,
  expected: sumOfEvens,
  bars: [atMost("nsPerItem", "sluice", 1.3, "rxjs"), atMost("nsPerItem", "sluice-via", 1.3, "rxjs")],
});
