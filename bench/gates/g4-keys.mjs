// G4: a bucket for each of a million keys, each asked once: what one holds, with its key and its place in the map.
import { atMost, noMoreThan } from "../harness/bar.mjs";
import { gateRow } from "./row.mjs";

export const row = gateRow({
  id: "G4",
  title: "memory: a token bucket for each of 1e6 keys, with the key",
  short: "memory of a key",
  job: "keys",
  items: 1_000_000,
  itemsOf: { "rate-limiter-flexible": 100_000, bottleneck: 10_000 },
  isHeld: true,
  contenders: ["sluice", "rate-limiter-flexible", "bottleneck"],
  bars: [
    noMoreThan("bytesEach", "sluice", 200, "200 bytes"),
    atMost("bytesEach", "sluice", 1, "rate-limiter-flexible"),
  ],
});
