// G2w: more calls than places: all ask at once, sixteen run at a time, the others wait in the line.
import { atMost } from "../harness/bar.mjs";
import { gateRow } from "./row.mjs";

const PEERS = ["p-limit", "cockatiel", "bottleneck"];

export const row = gateRow({
  id: "G2w",
  title: "bulkhead of 16 places: 10,000 calls ask at once and wait for their turn",
  short: "bulkhead, a line of 10,000",
  job: "line",
  items: 10_000,
  itemsOf: { bottleneck: 200 },
  contenders: ["sluice", ...PEERS],
  bars: PEERS.map((peer) => atMost("nsPerItem", "sluice", 1, peer)),
});
