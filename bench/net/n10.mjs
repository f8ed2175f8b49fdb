// N10: one stream to a thousand clients. All of them live in one process, which has far more to do than the server: so
// what counts is the CPU time of the server for each item that it delivers.
import { contender } from "./contenders.mjs";
import { weightOf } from "./item.mjs";
import { throughput } from "./throughput.mjs";

const CLIENTS = 1_000;
// To each client.
const ITEMS = { "raw-broadcast": 640, sluice: 640, "sluice-each": 640, "socket.io": 32 };
const TIMES = {
  warmUp: { warmup: false, time: 0, iterations: 2 },
  measure: { warmup: false, time: 0, iterations: 3 },
};

export const row = {
  id: "N10",
  title:
    "one stream of small items to 1,000 clients in one process; items delivered, CPU of the server for each",
  short: "one stream to 1,000 clients in one process",
  metrics: ["deliveredPerSecond", "serverCpuPerItem"],
  charts: ["serverCpuPerItem"],
  contenders: [
    contender("raw-broadcast"),
    { ...contender("sluice-once"), name: "sluice" },
    contender("sluice-each"),
    { ...contender("socket-io-broadcast"), name: "socket.io", isOther: true },
  ],
  bars: [
    {
      metric: "serverCpuPerItem",
      text: "sluice >= 3 x sluice-each by CPU of the server",
      judge(figures) {
        const [once, each] = [figures.sluice, figures["sluice-each"]];
        if (once === undefined || each === undefined) return undefined;
        const got = each.serverCpuPerItem.median / once.serverCpuPerItem.median;
        return { got, isRatio: true, pass: got >= 3 };
      },
    },
  ],
  async repeat({ name, module }, { quick }) {
    const clients = quick ? CLIENTS / 10 : CLIENTS;
    const items = ITEMS[name];
    const { itemsPerSecond, serverCpuPerItem } = await throughput(
      module,
      {
        ...{ work: "broadcast", task: { clients, items }, items: clients * items },
        ...{ weight: clients * weightOf(items), quick },
      },
      TIMES,
    );
    return { deliveredPerSecond: itemsPerSecond, serverCpuPerItem };
  },
};
