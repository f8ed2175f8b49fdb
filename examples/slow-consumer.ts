// A fast source and a slow consumer in one process: how far ahead does the source run? As far as the consumer's
// prefetch allows, whatever the difference in speed.
import { fromIterable, tap } from "@sluice/core";

const PREFETCH = 32;
let produced = 0;
let consumed = 0;
let largestLead = 0;

function* readings(): Generator<number> {
  for (let id = 0; id < 1_000; id++) yield id;
}

await fromIterable(readings())
  .pipe(
    tap(() => {
      produced++;
      largestLead = Math.max(largestLead, produced - consumed);
    }),
  )
  .forEach(
    async () => {
      await new Promise((resolve) => setImmediate(resolve)); // a slow step: a query, a write to disk
      consumed++;
    },
    { prefetch: PREFETCH },
  );

console.log(produced, consumed); // prints 1000 1000
console.log(largestLead <= PREFETCH); // prints true
