// rsocket-core 0.0.27 for N7. Its transports send each frame as one WebSocket message, and it cuts none.
import core from "rsocket-core";
import flowable from "rsocket-flowable";
import websocketServer from "rsocket-websocket-server";
import { WebSocketServer } from "ws";
import { connectRsocket, ItemSubscription } from "./rsocket.mjs";

const { BufferEncoders, IdentitySerializers, RSocketServer } = core;
const { Flowable, Single } = flowable;

const UNBOUNDED = 0x7fffffff;
const STALLED_AFTER = 256;
const MOST_BYTES = 128 * 1024 * 1024;
const LARGEST = 64 * 1024 * 1024;

export async function serve() {
  const content = Buffer.alloc(LARGEST);
  let sockets;
  const transport = new (websocketServer.default ?? websocketServer)(
    { port: 0, host: "127.0.0.1", perMessageDeflate: false },
    BufferEncoders,
    (options) => {
      sockets = new WebSocketServer(options);
      return sockets;
    },
  );
  const requestStream = () =>
    new Flowable((subscriber) => {
      subscriber.onSubscribe(new ItemSubscription(subscriber, Number.MAX_SAFE_INTEGER, () => {}));
    });
  const requestResponse = ({ data }) => {
    const bytes = Number(data.toString());
    return Single.of({ data: bytes === 0 ? Buffer.from("hello") : content.subarray(0, bytes) });
  };
  new RSocketServer({
    getRequestHandler: () => ({ requestStream, requestResponse }),
    serializers: IdentitySerializers,
    transport,
  }).start();
  if (sockets.address() === null) await new Promise((resolve) => sockets.once("listening", resolve));
  return { port: sockets.address().port };
}

export async function connect(port) {
  const socket = await connectRsocket(port, { maxPayload: MOST_BYTES });
  const ask = (bytes) =>
    new Promise((resolve, reject) => {
      socket.requestResponse({ data: Buffer.from(String(bytes)) }).subscribe({
        onComplete: ({ data }) => resolve(data.length),
        onError: reject,
      });
    });
  return {
    count(isOver) {
      return new Promise((resolve, reject) => {
        let count = 0;
        let upstream;
        socket.requestStream({ data: Buffer.from("items") }).subscribe({
          onSubscribe(subscription) {
            upstream = subscription;
            subscription.request(UNBOUNDED);
          },
          onNext({ data }) {
            JSON.parse(data.toString());
            count += 1;
            if ((count & 255) !== 0 || !isOver()) return;
            upstream.cancel();
            resolve(count);
          },
          onError: reject,
          onComplete: () => resolve(count),
        });
      });
    },
    stall() {
      return new Promise((resolve, reject) => {
        let left = STALLED_AFTER;
        socket.requestStream({ data: Buffer.from("items") }).subscribe({
          onSubscribe: (subscription) => subscription.request(STALLED_AFTER),
          onNext() {
            left -= 1;
            if (left === 0) resolve();
          },
          onError: reject,
          onComplete: () => {},
        });
      });
    },
    large: ask,
    hello: () => ask(0),
  };
}
