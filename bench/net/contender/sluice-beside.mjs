// Sluice for N7: endless streams, large items and small calls on one connection.
import { map, range } from "@sluice/core";
import { call, defineService, stream, unchecked } from "@sluice/net";
import { connect as connectTo, serve as serveService } from "@sluice/net/node";
import { makeItem } from "../item.mjs";

const service = defineService("beside", {
  items: stream({ output: unchecked() }),
  large: call({ input: unchecked(), output: unchecked(), codec: "raw" }),
  hello: call({ input: unchecked(), output: unchecked() }),
});

const ENDLESS = Number.MAX_SAFE_INTEGER;
const STALLED_AFTER = 256;
const MIB = 1024 * 1024;

// What the title of the row says.
const LIMITS = { itemBytes: 64 * MIB, receiveBudget: 96 * MIB };

export async function serve() {
  const content = new Uint8Array(LIMITS.itemBytes);
  const handlers = {
    items: () => range(0, ENDLESS).pipe(map(makeItem)),
    // The length as four bytes, since a raw route carries nothing else.
    large: (wanted) => content.subarray(0, new DataView(wanted.buffer, wanted.byteOffset).getUint32(0)),
    hello: (n) => n,
  };
  const server = await serveService(service, handlers, { limits: LIMITS });
  return { port: server.port };
}

export async function connect(port) {
  const client = await connectTo(`ws://127.0.0.1:${port}`, service, { limits: LIMITS });
  return {
    /** Counts the items of a stream until `isOver()`. */
    count(isOver) {
      return new Promise((resolve, reject) => {
        let count = 0;
        let upstream;
        client.items().subscribe({
          onSubscribe(subscription) {
            upstream = subscription;
            subscription.request(Number.POSITIVE_INFINITY);
          },
          onNext() {
            count += 1;
            if ((count & 255) !== 0 || !isOver()) return;
            upstream.cancel();
            resolve(count);
          },
          onError: reject,
        });
      });
    },
    /** Resolves when a stream has brought what was asked for, after which nobody asks for more. */
    stall() {
      return new Promise((resolve, reject) => {
        let left = STALLED_AFTER;
        client.items().subscribe({
          onSubscribe: (subscription) => subscription.request(STALLED_AFTER),
          onNext() {
            left -= 1;
            if (left === 0) resolve();
          },
          onError: reject,
        });
      });
    },
    async large(bytes) {
      const wanted = new Uint8Array(4);
      new DataView(wanted.buffer).setUint32(0, bytes);
      return (await client.large(wanted)).length;
    },
    hello: (n) => client.hello(n),
  };
}
