// G3o: an open circuit breaker, which refuses the call.
import { atMost } from "../harness/bar.mjs";
import { gateRow } from "./row.mjs";

export const row = gateRow({
  id: "G3o",
  title: "circuit breaker, open: a call that is refused, and the caller hears it",
  short: "circuit breaker, open",
  job: "open",
  items: 100_000,
  itemsOf: { opossum: 20_000 },
  contenders: ["sluice", "cockatiel", "opossum"],
  bars: [atMost("nsPerItem", "sluice", 1, "cockatiel"), atMost("nsPerItem", "sluice", 1, "opossum")],
});
