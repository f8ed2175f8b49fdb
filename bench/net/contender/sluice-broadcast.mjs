// Sluice for N10: one stream to many clients. They all subscribe first; then the server begins, and its source goes as
// fast as the slowest of them takes.
import { map, publish, range } from "@sluice/core";
import { defineService, stream, unchecked } from "@sluice/net";
import { connect as connectTo, serve as serveService } from "@sluice/net/node";
import { makeItem, weigh } from "../item.mjs";
import { connectMany } from "../many.mjs";

const service = defineService("broadcast", {
  items: stream({ input: unchecked(), output: unchecked() }),
});

/** @param {(source: import("@sluice/core").Flow) => unknown} share what each handler answers, made once a round */
export async function serveWith(share) {
  const rounds = new Map();
  const items = ({ round, clients, items: count }) => {
    if (!rounds.has(round)) {
      const source = publish(range(0, count).pipe(map(makeItem)));
      rounds.set(round, { source, shared: share(source), subscribed: 0 });
    }
    const running = rounds.get(round);
    running.subscribed += 1;
    if (running.subscribed === clients) {
      rounds.delete(round);
      // When the answer that is made here has been subscribed to, as those before it have.
      setImmediate(() => running.source.begin());
    }
    return running.shared;
  };
  const server = await serveService(service, { items }, { maxConnections: 20_000 });
  return { port: server.port };
}

export function connect(port) {
  const clients = connectMany(() => connectTo(`ws://127.0.0.1:${port}`, service));
  let rounds = 0;
  return {
    async broadcast({ clients: count, items }) {
      rounds += 1;
      const round = rounds;
      const all = await clients(count);
      const sums = await Promise.all(
        all.map(async (client) => {
          let got = 0;
          const weight = await client.items({ round, clients: count, items }).reduce((sum, item) => {
            got += 1;
            return sum + weigh(item);
          }, 0);
          return { got, weight };
        }),
      );
      return {
        count: sums.reduce((sum, { got }) => sum + got, 0),
        weight: sums.reduce((sum, { weight }) => sum + weight, 0),
      };
    },
  };
}
