// N5: a thousand streams of small items at once on one connection, and whether they come along together.
import { atLeast } from "../harness/bar.mjs";
import { contender, contenders } from "./contenders.mjs";
import { weightOf } from "./item.mjs";
import { throughput } from "./throughput.mjs";

const STREAMS = 1_000;

// Of each stream; with the slow ones fewer, so that a run does not take minutes.
const ITEMS = {
  ...{ "mp-seq": 1_000, sluice: 1_000, "ws-json-batch": 1_000, rsocket: 100 },
  ...{ grpc: 10, "socket.io": 50, trpc: 10, capnweb: 5, "effect-rpc": 50 },
};

// One run takes seconds with some.
const TIMES = {
  warmUp: { warmup: false, time: 800, iterations: 1 },
  measure: { warmup: false, time: 1_500, iterations: 2 },
};

export const row = {
  id: "N5",
  title:
    "1,000 streams of 1,000 small items at once on one connection, two processes " +
    "(sluice: peerStreams and ownStreams 1,000; libraries of one message an item: 5 to 100 items each)",
  short: "1,000 streams of small items at once on one connection",
  metrics: ["itemsPerSecond", "cpuPerItem", "firstOfLast"],
  charts: ["itemsPerSecond", "firstOfLast"],
  contenders: [
    contender("mp-seq"),
    { ...contender("sluice-many"), name: "sluice" },
    ...contenders([], {
      fewer: ["ws-json-batch", "rsocket", "grpc", "socket.io", "trpc", "capnweb", "effect-rpc"],
    }),
  ],
  bars: [
    atLeast("itemsPerSecond", "sluice", 0.95, "mp-seq"),
    {
      metric: "firstOfLast",
      text: "sluice >= 0.95",
      judge(figures) {
        const got = figures.sluice?.firstOfLast.median;
        return got === undefined ? undefined : { got, isRatio: true, pass: got >= 0.95 };
      },
    },
  ],
  repeat({ name, module }, { quick }) {
    const streams = quick ? STREAMS / 10 : STREAMS;
    const items = ITEMS[name];
    const work = {
      ...{ work: "fetchMany", task: { streams, items }, items: streams * items },
      ...{ weight: streams * weightOf(items), quick },
    };
    return throughput(module, work, TIMES);
  },
};
