// tRPC: subscriptions and queries over its WebSocket link. Subscriptions are asynchronous generators, each item of
// which becomes a message of JSON; there is no binary data, so N2 and N3 are not for it.
import { setImmediate as nextTurn } from "node:timers/promises";
import { createTRPCClient, createWSClient, wsLink } from "@trpc/client";
import { initTRPC } from "@trpc/server";
import { applyWSSHandler } from "@trpc/server/adapters/ws";
import { WebSocket, WebSocketServer } from "ws";
import { makeItem, weigh } from "../../net/item.mjs";
import { StreamEnds } from "../../net/stream-ends.mjs";
import { workedOff } from "./worked-off.mjs";

/** Items in one turn of the event loop, as a source that reads a file or a database in pieces would have them. */
const BURST = 100;

export async function serve() {
  let produced = 0;
  const { procedure, router } = initTRPC.create();
  const counted = procedure.input((value) => value);
  const wss = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
  applyWSSHandler({
    wss,
    router: router({
      items: counted.subscription(async function* ({ input }) {
        for (let index = 0; index < input; index += 1) {
          produced += 1;
          yield makeItem(index);
          // A generator that never waits would never let the socket have its turn.
          if (index % BURST === BURST - 1) await nextTurn();
        }
      }),
      item: counted.query(({ input }) => makeItem(input)),
    }),
  });
  await new Promise((resolve) => wss.once("listening", resolve));
  return { port: wss.address().port, produced: () => produced };
}

class PlainSocket extends WebSocket {
  constructor(url, protocols) {
    super(url, protocols, { perMessageDeflate: false });
  }
}

export async function connect(port) {
  let onOpen;
  const opened = new Promise((resolve) => {
    onOpen = resolve;
  });
  const link = createWSClient({ url: `ws://127.0.0.1:${port}`, WebSocket: PlainSocket, onOpen });
  const client = createTRPCClient({ links: [wsLink({ client: link })] });
  await opened;
  const open = (items, onItem, onError, onComplete) =>
    client.items.subscribe(items, { onData: onItem, onError, onComplete });
  return {
    fetch: (items) =>
      new Promise((resolve, reject) => {
        const sum = { count: 0, weight: 0 };
        const onItem = (item) => {
          sum.weight += weigh(item);
          sum.count += 1;
        };
        open(items, onItem, reject, () => resolve(sum));
      }),
    fetchMany({ streams, items }) {
      const ends = new StreamEnds(streams);
      const onItem = (item) => {
        ends.weight += weigh(item);
        ends.count += 1;
      };
      const failed = new Promise((_, reject) => {
        for (let id = 0; id < streams; id += 1) open(items, onItem, reject, () => ends.end());
      });
      return Promise.race([ends.finished, failed]);
    },
    call: (index) => client.item.query(index),
    count: (isOver) =>
      new Promise((resolve, reject) => {
        let items = 0;
        const onItem = (item) => {
          weigh(item);
          items += 1;
          if ((items & 255) !== 0 || !isOver()) return;
          subscription.unsubscribe();
          resolve(items);
        };
        const subscription = open(Number.MAX_SAFE_INTEGER, onItem, reject);
      }),
    consume: (items, step) =>
      new Promise((_, reject) => {
        open(items, workedOff(step, reject), reject);
      }),
  };
}
