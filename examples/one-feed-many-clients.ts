// One feed, six clients over WebSocket: the source is read once and each item encoded once. Five clients take all there is;
// one takes nothing for a while, sees the newest price when it comes back, and slows nobody.
import { publish, range, type Subscription } from "@sluice/core";
import { defineService, encodeOnce, stream, unchecked } from "@sluice/net";
import { connect, serve } from "@sluice/net/node";

const feed = defineService("feed", {
  all: stream({ output: unchecked<number>() }),
  newest: stream({ output: unchecked<number>() }),
});

const source = publish(range(1, 10_000));
const prices = encodeOnce(source);
const server = await serve(feed, { all: () => prices, newest: () => prices.with({ slow: "latest" }) });

// A client that asks for one item, and for another one when all is over.
const slow = await connect(server.url, feed);
const seen: number[] = [];
let credit: Subscription | undefined;
const isOver = new Promise<void>((resolve, reject) => {
  slow.newest(undefined, { window: "demand" }).subscribe({
    onSubscribe: (subscription) => {
      credit = subscription;
      credit.request(1);
    },
    onNext: (price) => seen.push(price),
    onError: reject,
    onComplete: resolve,
  });
});

const clients = await Promise.all(Array.from({ length: 5 }, () => connect(server.url, feed)));
const counts = clients.map((client) => client.all().reduce((count) => count + 1, 0));
while (prices.snapshot().subscribers.length < 6) await new Promise((resolve) => setTimeout(resolve, 5));
source.begin();

console.log(await Promise.all(counts)); // prints [ 10000, 10000, 10000, 10000, 10000 ]
credit?.request(1);
await isOver;
console.log(seen.length, seen[1]); // prints 2 10000

const { encoded, heldItems, total } = prices.snapshot();
console.log(encoded, heldItems); // prints 10000 0
console.log(total.offered === total.delivered + total.dropped.latest); // prints true

await Promise.all([slow, ...clients].map((client) => client.close()));
await server.close();
