// G1r: a permit of a token bucket that is empty: what it costs to refuse, which is what is done most under overload.
import { atMost } from "../harness/bar.mjs";
import { gateRow } from "./row.mjs";

export const row = gateRow({
  id: "G1r",
  title: "token bucket, empty: a refusal that says when to come back",
  short: "token bucket, a refusal",
  job: "refused",
  items: 1_000_000,
  itemsOf: { "rate-limiter-flexible": 100_000 },
  contenders: ["sluice", "rate-limiter-flexible"],
  bars: [atMost("nsPerItem", "sluice", 1, "rate-limiter-flexible")],
});
