// N1: one stream of small items from a server process to a client process, as fast as it goes. Every client
// decodes and adds up every item (raw-batched counts only: it shows what the wire could carry).
import { atLeast, later } from "../harness/bar.mjs";
import { contender } from "./contenders.mjs";
import { weightOf } from "./item.mjs";
import { withPair } from "./pair.mjs";

// One stream takes a few tenths of a second with each, so that a repetition has several.
const ITEMS = {
  "raw-batched": 2_000_000,
  "mp-seq": 400_000,
  sluice: 400_000,
  "ws-json-batch": 200_000,
  "ws-one": 40_000,
  rsocket: 40_000,
};

const WARM_UP = { warmup: false, time: 800, iterations: 3 };
const MEASURE = { warmup: false, time: 1_500, iterations: 3 };

export const row = {
  id: "N1",
  title: "one stream of small items over a WebSocket, two processes; CPU of the busier one",
  metrics: ["itemsPerSecond", "cpuPerItem"],
  contenders: Object.keys(ITEMS).map(contender),
  bars: [
    atLeast("itemsPerSecond", "sluice", 6, "rsocket"),
    later(atLeast("itemsPerSecond", "sluice", 10, "rsocket")),
    later(atLeast("itemsPerSecond", "sluice", 0.95, "mp-seq")),
  ],
  repeat({ name, module }, { quick }) {
    return withPair(module, async ({ server, client }) => {
      const items = ITEMS[name] / (quick ? 10 : 1);
      const task = { items, weight: weightOf(items), quick };
      await client.ask("measure", { ...task, times: WARM_UP });
      const before = [await server.ask("cpu"), await client.ask("cpu")];
      const { msPerRun, runs } = await client.ask("measure", { ...task, times: MEASURE });
      const after = [await server.ask("cpu"), await client.ask("cpu")];
      const busier = Math.max(after[0] - before[0], after[1] - before[1]);
      return { itemsPerSecond: (items / msPerRun) * 1e3, cpuPerItem: (busier * 1e6) / (items * runs) };
    });
  },
};
