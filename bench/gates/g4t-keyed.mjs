// G4t: a permit of a bucket by key, 100,000 keys in a mixed order.
import { atMost } from "../harness/bar.mjs";
import { gateRow } from "./row.mjs";

export const row = gateRow({
  id: "G4t",
  title: "a permit of a token bucket by key, 1e5 keys in a mixed order",
  short: "a permit by key",
  job: "byKey",
  items: 1_000_000,
  itemsOf: { "rate-limiter-flexible": 200_000 },
  contenders: ["sluice", "rate-limiter-flexible"],
  bars: [atMost("nsPerItem", "sluice", 1, "rate-limiter-flexible")],
});
