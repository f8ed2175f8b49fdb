// The naive pair of N6: the server sends as fast as it produces, the client queues what it has no time for.
import { setImmediate as nextTurn } from "node:timers/promises";
import { makeItem } from "../../net/item.mjs";
import { connectRaw, serveRaw } from "./raw-socket.mjs";

// Items sent in one turn of the event loop, as a source that reads a file or a database in pieces would.
const BURST = 100;

export function serve() {
  return serveRaw({
    async items(socket, { items }, onProduced) {
      for (let index = 0; index < items && socket.readyState === socket.OPEN; ) {
        for (let sent = 0; sent < BURST; sent += 1) socket.send(JSON.stringify(makeItem(index++)));
        onProduced(BURST);
        await nextTurn();
      }
    },
  });
}

export async function connect(port) {
  const socket = await connectRaw(port);
  return {
    async consume(items, step) {
      const waiting = [];
      let wake = () => {};
      socket.on("message", (message) => {
        waiting.push(JSON.parse(message.toString()));
        wake();
      });
      socket.send(JSON.stringify({ work: "items", items }));
      for (let next = 0; ; next += 1) {
        while (next === waiting.length) await new Promise((resolve) => (wake = resolve));
        await step(waiting[next]);
        // Let go of what is done; the array itself keeps its length, as a queue that is never trimmed does not.
        waiting[next] = undefined;
      }
    },
  };
}
