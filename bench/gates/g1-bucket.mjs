// G1: a permit of a token bucket that has enough, asked for and given back.
import { atMost, noMoreThan } from "../harness/bar.mjs";
import { gateRow } from "./row.mjs";

const PEERS = ["rate-limiter-flexible", "bottleneck"];

export const row = gateRow({
  id: "G1",
  title: "token bucket: a permit asked for and given back, one after the other",
  short: "token bucket, a permit",
  job: "bucket",
  items: 1_000_000,
  itemsOf: { "rate-limiter-flexible": 100_000, bottleneck: 50 },
  contenders: ["sluice", ...PEERS],
  bars: [
    noMoreThan("nsPerItem", "sluice", 100, "100 ns"),
    ...PEERS.map((peer) => atMost("nsPerItem", "sluice", 1, peer)),
  ],
});
