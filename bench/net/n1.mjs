// N1: one stream of small items from a server process to a client process, as fast as it goes. Every client
// decodes and adds up every item (raw-batched counts only: it shows what the wire could carry).
import { atLeast } from "../harness/bar.mjs";
import { contenders } from "./contenders.mjs";
import { weightOf } from "./item.mjs";
import { throughput } from "./throughput.mjs";

// One stream takes a few tenths of a second with each, so that a repetition has several.
const ITEMS = {
  "raw-batched": 2_000_000,
  "mp-seq": 400_000,
  sluice: 400_000,
  "sluice-columnar": 400_000,
  "ws-json-batch": 200_000,
  "ws-one": 40_000,
  rsocket: 40_000,
  grpc: 20_000,
  "socket.io": 30_000,
  trpc: 10_000,
  capnweb: 10_000,
  "effect-rpc": 40_000,
};

export const row = {
  id: "N1",
  title: "one stream of small items over a WebSocket, two processes; CPU of the busier one",
  short: "one stream of small items",
  metrics: ["itemsPerSecond", "cpuPerItem"],
  contenders: contenders(["raw-batched", "mp-seq", "sluice", "sluice-columnar", "rsocket"], {
    fewer: ["ws-json-batch", "ws-one", "grpc", "socket.io", "trpc", "capnweb", "effect-rpc"],
  }),
  bars: [
    atLeast("itemsPerSecond", "sluice", 10, "rsocket"),
    atLeast("itemsPerSecond", "sluice", 0.95, "mp-seq"),
    atLeast("itemsPerSecond", "sluice-columnar", 1.8, "mp-seq"),
  ],
  repeat({ name, module }, { quick }) {
    const items = ITEMS[name] / (quick ? 10 : 1);
    return throughput(module, { work: "fetch", task: items, items, weight: weightOf(items), quick });
  },
};
