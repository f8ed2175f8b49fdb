// L10: L1 over four orders of magnitude. A cost that grows with the length of the stream would show here, and so
// would anything that is kept of it.
import { noMoreThan, within } from "../harness/bar.mjs";
import { askWorker } from "./row.mjs";
import { sumOfEvens } from "./work.mjs";

const SIZES = { "1e3": 1e3, "1e4": 1e4, "1e5": 1e5, "1e6": 1e6, "1e7": 1e7 };
const fromTenThousand = Object.keys(SIZES).filter((name) => SIZES[name] >= 1e4);
/** Runs between the two looks at memory: as many as make ten million items, or ten. */
const runsOf = (items) => Math.max(10, 1e7 / items);
/** What V8 moves about in between; at 1e3 items, where most runs are, it is 26 bytes each. */
const NOISE = 256 * 1024;

export const row = {
  id: "L10",
  title: "range, map, filter, sum of Sluice at 1e3 ... 1e7 items",
  metrics: ["nsPerItem", "cpuPerItem", "heapGrowth"],
  contenders: Object.keys(SIZES).map((name) => ({ name, peer: false })),
  bars: [
    within("nsPerItem", 1.2, fromTenThousand),
    ...Object.keys(SIZES).map((name) => noMoreThan("heapGrowth", name, NOISE, "256 KiB, the noise of V8")),
  ],
  async repeat({ name }, { quick }) {
    const items = SIZES[name] / (quick ? 10 : 1);
    const task = { items, expected: sumOfEvens(items), runs: runsOf(items), polluted: false, quick };
    const figures = await askWorker("measure", "sluice", "mapFilterSum", task);
    const { heapGrowth } = await askWorker("measureGrowth", "sluice", "mapFilterSum", task);
    return { ...figures, heapGrowth };
  },
};
