// A4: a stream of small items from a worker thread to the main thread, against what people write with postMessage: one
// message an item, without a bound and with one kept by hand. The arrays show what structured cloning can do.
import { atLeast } from "../harness/bar.mjs";
import { fork } from "../harness/fork.mjs";
import { weightOf } from "../net/item.mjs";

/** Each contender is a function of a module; those that no bar names run fewer times. */
const CONTENDERS = [
  { name: "sluice", module: "./port/sluice.mjs", job: "items" },
  { name: "sluice-columnar", module: "./port/sluice.mjs", job: "columns" },
  { name: "sluice-256", module: "./port/sluice.mjs", job: "windowed", isOther: true },
  { name: "one-a-message", module: "./port/messages.mjs", job: "each" },
  { name: "one-a-message-acked", module: "./port/messages.mjs", job: "acked" },
  { name: "arrays-of-256", module: "./port/messages.mjs", job: "arrays", isOther: true },
];

/** A run takes a tenth of a second with ours, and three with the slowest. */
const ITEMS = 200_000;

/** The longest repetition takes some 5 s here; ten times that is a contender that hangs. */
const TIMEOUT_MS = 60_000;

export const row = {
  id: "A4",
  title: "one stream of small items from a worker thread, over a MessagePort",
  short: "a stream from a worker",
  metrics: ["itemsPerSecond", "cpuPerItem"],
  contenders: CONTENDERS.map(({ name, isOther = false }) => ({ name, peer: false, isOther })),
  bars: [
    atLeast("itemsPerSecond", "sluice", 5, "one-a-message"),
    atLeast("itemsPerSecond", "sluice", 5, "one-a-message-acked"),
  ],
  async repeat({ name }, { quick }) {
    const { module, job } = CONTENDERS.find((contender) => contender.name === name);
    const items = ITEMS / (quick ? 10 : 1);
    const task = {
      module: new URL(module, import.meta.url).href,
      job,
      items,
      expected: weightOf(items),
      quick,
    };
    const { nsPerItem, cpuPerItem } = await fork("local-worker.mjs", TIMEOUT_MS).ask("measure", task, {
      last: true,
    });
    return { itemsPerSecond: 1e9 / nsPerItem, cpuPerItem };
  },
};
