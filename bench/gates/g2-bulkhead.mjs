// G2: a place in a bulkhead, taken and given back; and the same around a call, which is all that most peers offer.
import { atMost, noMoreThan } from "../harness/bar.mjs";
import { gateRow } from "./row.mjs";

const PEERS = ["p-limit", "cockatiel", "bottleneck"];

export const row = gateRow({
  id: "G2",
  title: "bulkhead with room: a place taken and given back, and the same around an asynchronous call",
  short: "bulkhead, a place",
  job: "bulkhead",
  items: 1_000_000,
  itemsOf: { "sluice-call": 100_000, "p-limit": 100_000, cockatiel: 100_000, bottleneck: 50 },
  contenders: ["sluice", "sluice-call", ...PEERS],
  bars: [
    noMoreThan("nsPerItem", "sluice", 100, "100 ns"),
    ...PEERS.map((peer) => atMost("nsPerItem", "sluice", 1, peer)),
    ...PEERS.map((peer) => atMost("nsPerItem", "sluice-call", 1, peer)),
  ],
});
