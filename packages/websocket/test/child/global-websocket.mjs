// The WebSocket that Node brings itself, against the server whose address is given. To be started with an IPC channel.
import { fromIterable, map, policy, range, take } from "@sluice/core";
import { socketPublisher, socketSubscriber } from "@sluice/websocket";

const [url] = process.argv.slice(2);
if (typeof WebSocket === "undefined") {
  process.send("none");
  process.exit();
}

const socket = new WebSocket(`${url}/echo`);
range(0, 2000)
  .pipe(map((n) => String(n).padEnd(1024)))
  .subscribe(socketSubscriber(socket, { closeOnEnd: false }));
const back = await socketPublisher(socket, policy.buffer({ capacity: 2000, overflow: "error" }))
  .pipe(take(2000))
  .toArray();

let produced = 0;
const stalled = new WebSocket(`${url}/stall`);
const messages = fromIterable(
  (function* () {
    for (; ; produced++) yield new Uint8Array(16_384);
  })(),
);
const stop = new AbortController();
messages.subscribe(socketSubscriber(stalled, { signal: stop.signal }));
let most = 0;
for (let before = -1; before < produced; ) {
  before = produced;
  await new Promise((resolve) => setTimeout(resolve, 300));
  most = Math.max(most, stalled.bufferedAmount);
}
process.send({ isOrdered: back.every((item, n) => Number(item) === n), count: back.length, most });
stop.abort();
process.exit();
