// G3: a closed circuit breaker around an asynchronous call that does nothing; failure rate over ten seconds.
import { atMost } from "../harness/bar.mjs";
import { gateRow } from "./row.mjs";

export const row = gateRow({
  id: "G3",
  title: "circuit breaker, closed, failure rate over 10 s: around an asynchronous call that returns at once",
  short: "circuit breaker, a call",
  job: "breaker",
  items: 100_000,
  contenders: ["sluice", "cockatiel", "opossum", "none"],
  bars: [atMost("nsPerItem", "sluice", 0.5, "cockatiel"), atMost("nsPerItem", "sluice", 0.5, "opossum")],
});
