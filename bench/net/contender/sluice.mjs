// Sluice by its public doors: a service of three streams and a call, and a client that asks for them.
import { map, range } from "@sluice/core";
import { call, defineService, stream, unchecked } from "@sluice/net";
import { connect as connectTo, serve as serveService } from "@sluice/net/node";
import { bytesSource, weighBytes } from "../bytes.mjs";
import { makeItem, weigh } from "../item.mjs";
import { StreamEnds } from "../stream-ends.mjs";

const service = defineService("bench", {
  items: stream({ input: unchecked(), output: unchecked() }),
  columns: stream({ input: unchecked(), output: unchecked(), codec: "columnar" }),
  bytes: stream({ input: unchecked(), output: unchecked(), codec: "raw" }),
  call: call({ input: unchecked(), output: unchecked() }),
});

/** N6: what the consumer grants ahead. */
const WINDOW = 256;

export const serve = () => serveWith({});

export const connect = (port) => connectWith(port, {});

/** @param {object} limits those that differ from the defaults */
export async function serveWith(limits) {
  let produced = 0;
  const produce = (index) => {
    produced += 1;
    return makeItem(index);
  };
  const server = await serveService(
    service,
    {
      items: (count) => range(0, count).pipe(map(produce)),
      columns: (count) => range(0, count).pipe(map(produce)),
      bytes: (wanted) => {
        const view = new DataView(wanted.buffer, wanted.byteOffset);
        return range(0, view.getUint32(0)).pipe(map(bytesSource(view.getUint32(4))));
      },
      call: makeItem,
    },
    { limits },
  );
  return { port: server.port, produced: () => produced };
}

export async function connectWith(port, limits) {
  const client = await connectTo(`ws://127.0.0.1:${port}`, service, { limits });
  return {
    /** N1: unbounded demand; byte credit alone bounds what is on its way. */
    fetch: (items) => total(client.items(items), weigh),
    fetchColumns: (items) => total(client.columns(items), weigh),
    // A raw route carries nothing but bytes, its input too: two numbers of 32 bits.
    fetchBytes({ items, bytes }) {
      const wanted = new DataView(new ArrayBuffer(8));
      wanted.setUint32(0, items);
      wanted.setUint32(4, bytes);
      return total(client.bytes(new Uint8Array(wanted.buffer)), weighBytes);
    },
    fetchMany: (task) => fetchMany(client, task),
    call: (index) => client.call(index),
    count: (isOver, options) => count(client, isOver, options),
    consume: (items, step) => client.items(items, { window: "demand" }).forEach(step, { prefetch: WINDOW }),
  };
}

async function total(flow, weighItem) {
  let count = 0;
  const weight = await flow.reduce((sum, item) => {
    count += 1;
    return sum + weighItem(item);
  }, 0);
  return { count, weight };
}

async function fetchMany(client, { streams, items }) {
  const ends = new StreamEnds(streams);
  const failed = new Promise((_, reject) => {
    for (let id = 0; id < streams; id += 1) {
      client.items(items).subscribe({
        onSubscribe: (subscription) => subscription.request(Number.POSITIVE_INFINITY),
        onNext(item) {
          ends.weight += weigh(item);
          ends.count += 1;
        },
        onError: reject,
        onComplete: () => ends.end(),
      });
    }
  });
  return Promise.race([ends.finished, failed]);
}

/** N4b: an endless stream, until `isOver()`. */
function count(client, isOver, options = {}) {
  return new Promise((resolve, reject) => {
    let items = 0;
    let upstream;
    client.items(Number.MAX_SAFE_INTEGER, options).subscribe({
      onSubscribe(subscription) {
        upstream = subscription;
        subscription.request(Number.POSITIVE_INFINITY);
      },
      onNext(item) {
        weigh(item);
        items += 1;
        if ((items & 255) !== 0 || !isOver()) return;
        upstream.cancel();
        resolve(items);
      },
      onError: reject,
    });
  });
}
