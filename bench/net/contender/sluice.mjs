// Sluice by its public doors: a service with one stream, a client that asks for it.
import { map, range } from "@sluice/core";
import { defineService, stream, unchecked } from "@sluice/net";
import { connect as connectTo, serve as serveService } from "@sluice/net/node";
import { makeItem, weigh } from "../item.mjs";

const service = defineService("bench", { items: stream({ input: unchecked(), output: unchecked() }) });

/** N6: what the consumer grants ahead. */
const WINDOW = 256;

export async function serve() {
  let produced = 0;
  const produce = (index) => {
    produced += 1;
    return makeItem(index);
  };
  const server = await serveService(service, { items: (count) => range(0, count).pipe(map(produce)) });
  return { port: server.port, produced: () => produced };
}

export async function connect(port) {
  const client = await connectTo(`ws://127.0.0.1:${port}`, service);
  return {
    /** N1: unbounded demand; byte credit alone bounds what is on its way. */
    async fetch(items) {
      let count = 0;
      const weight = await client.items(items).reduce((sum, item) => {
        count += 1;
        return sum + weigh(item);
      }, 0);
      return { count, weight };
    },
    consume: (items, step) => client.items(items).forEach(step, { prefetch: WINDOW }),
  };
}
