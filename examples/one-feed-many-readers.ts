// One feed that cannot be slowed, and four readers at their own pace on one ring of eight places. Each chooses what its
// slowness costs, and pays for it alone: the archive misses nothing, the chart sees the newest, the log the last
// eight, and the one that may miss nothing and falls behind is told so.
import { broadcast, type Flow, OverflowCounters, type Subscription } from "@sluice/core";

const feed = broadcast<number>({ capacity: 8 });

/** Takes one item, then none until `more` is called. */
function slowReader(flow: Flow<number>): { got: unknown[]; more(): void } {
  const got: unknown[] = [];
  let credit: Subscription | undefined;
  flow.subscribe({
    onSubscribe: (subscription) => {
      credit = subscription;
      credit.request(1);
    },
    onNext: (price) => got.push(price),
    onError: (error) => got.push((error as Error).name),
    onComplete: () => got.push("complete"),
  });
  return { got, more: () => credit?.request(100) };
}

const archive = feed.reduce((count) => count + 1, 0); // fast: it asks for all there is
const chart = slowReader(feed.with({ slow: "latest" }));
const counters = new OverflowCounters();
const log = slowReader(feed.with({ slow: "dropOldest", counters }));
const strict = slowReader(feed.with({ slow: "disconnect" }));

for (let price = 1; price <= 100; price++) feed.tryEmit(price);
feed.complete();
for (const reader of [chart, log, strict]) reader.more();

console.log(await archive); // prints 100
console.log(chart.got); // prints [ 1, 100, 'complete' ]
console.log(log.got.length, log.got.slice(0, 3)); // prints 10 [ 1, 93, 94 ]
console.log(strict.got); // prints [ 1, 'OverflowError' ]

const { offered, delivered, dropped, held } = counters;
console.log(offered, "=", delivered, "+", dropped, "+", held); // prints 100 = 9 + 91 + 0
