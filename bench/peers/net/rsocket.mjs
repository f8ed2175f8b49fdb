// rsocket-core 0.0.27: the one peer on npm with demand on the wire. Its sockets are those of ws 8 as for all
// others here (it would bring ws 7). Payloads are JSON in binary frames.
import { setImmediate as nextTurn } from "node:timers/promises";
import core from "rsocket-core";
import flowable from "rsocket-flowable";
import websocketClient from "rsocket-websocket-client";
import websocketServer from "rsocket-websocket-server";
import { WebSocket, WebSocketServer } from "ws";
import { bytesSource, weighBytes } from "../../net/bytes.mjs";
import { makeItem, weigh } from "../../net/item.mjs";
import { StreamEnds } from "../../net/stream-ends.mjs";

const { BufferEncoders, IdentitySerializers, RSocketClient, RSocketServer } = core;
const { Flowable, Single } = flowable;

// rsocket counts demand in 31 bits; this much means unbounded.
const UNBOUNDED = 0x7fffffff;
const WINDOW = 256;
const LOW_WATER = 192;

export async function serve() {
  let produced = 0;
  let sockets;
  const transport = new (websocketServer.default ?? websocketServer)(
    { port: 0, host: "127.0.0.1", perMessageDeflate: false },
    BufferEncoders,
    (options) => {
      sockets = new WebSocketServer(options);
      return sockets;
    },
  );
  const requestStream = ({ data }) => {
    const { items, bytes } = JSON.parse(data.toString());
    const payloadAt = bytes === undefined ? jsonItem : bytesItem(bytes);
    return new Flowable((subscriber) => {
      const onProduced = () => (produced += 1);
      subscriber.onSubscribe(new ItemSubscription(subscriber, items, onProduced, payloadAt));
    });
  };
  const requestResponse = ({ data }) => Single.of(jsonItem(Number(data.toString())));
  new RSocketServer({
    getRequestHandler: () => ({ requestStream, requestResponse }),
    serializers: IdentitySerializers,
    transport,
  }).start();
  if (sockets.address() === null) await new Promise((resolve) => sockets.once("listening", resolve));
  return { port: sockets.address().port, produced: () => produced };
}

/** A connected RSocket; `socketOptions` go to its WebSocket. N7 asks for larger messages with it. */
export function connectRsocket(port, socketOptions = {}) {
  const transport = new (websocketClient.default ?? websocketClient)(
    {
      url: `ws://127.0.0.1:${port}`,
      wsCreator: (url) => new WebSocket(url, { perMessageDeflate: false, ...socketOptions }),
    },
    BufferEncoders,
  );
  const client = new RSocketClient({
    serializers: IdentitySerializers,
    setup: {
      dataMimeType: "application/json",
      metadataMimeType: "application/octet-stream",
      keepAlive: 60_000,
      lifetime: 180_000,
    },
    transport,
  });
  return client.connect();
}

export async function connect(port) {
  const socket = await connectRsocket(port);
  return {
    socket,
    fetch: (items) => fetch(socket, { items }, UNBOUNDED, weighJson),
    // Unbounded demand would have all of it wait in the server's socket; with these windows it was fastest.
    fetchBytes: (task) => fetch(socket, task, task.bytes > WINDOW * 64 ? 32 : WINDOW, weighBytes),
    fetchMany: (task) => fetchMany(socket, task),
    call: (index) =>
      new Promise((resolve, reject) => {
        socket.requestResponse({ data: Buffer.from(String(index)) }).subscribe({
          onComplete: ({ data }) => resolve(JSON.parse(data.toString())),
          onError: reject,
        });
      }),
    count: (isOver) => count(socket, isOver),
    consume: (items, step) => consume(socket, items, step),
  };
}

function fetch(socket, task, window, weighData) {
  return new Promise((resolve, reject) => {
    const total = { count: 0, weight: 0 };
    const lowWater = window === UNBOUNDED ? UNBOUNDED : window >> 1;
    let upstream;
    socket.requestStream({ data: Buffer.from(JSON.stringify(task)) }).subscribe({
      onSubscribe(subscription) {
        upstream = subscription;
        subscription.request(window);
      },
      onNext({ data }) {
        total.weight += weighData(data);
        total.count += 1;
        if (total.count % lowWater === 0) upstream.request(lowWater);
      },
      onError: reject,
      onComplete: () => resolve(total),
    });
  });
}

async function fetchMany(socket, { streams, items }) {
  const ends = new StreamEnds(streams);
  const failed = new Promise((_, reject) => {
    for (let id = 0; id < streams; id += 1) {
      socket.requestStream({ data: Buffer.from(JSON.stringify({ items })) }).subscribe({
        onSubscribe: (subscription) => subscription.request(UNBOUNDED),
        onNext({ data }) {
          ends.weight += weighJson(data);
          ends.count += 1;
        },
        onError: reject,
        onComplete: () => ends.end(),
      });
    }
  });
  return Promise.race([ends.finished, failed]);
}

/** N4b: an endless stream, until `isOver()`; by default asked for without bound, as in N1. */
export function count(socket, isOver, window = UNBOUNDED) {
  const lowWater = window === UNBOUNDED ? 0 : (window * 3) >> 2;
  return new Promise((resolve, reject) => {
    let items = 0;
    let upstream;
    socket
      .requestStream({ data: Buffer.from(JSON.stringify({ items: Number.MAX_SAFE_INTEGER })) })
      .subscribe({
        onSubscribe(subscription) {
          upstream = subscription;
          subscription.request(window);
        },
        onNext({ data }) {
          weighJson(data);
          items += 1;
          if (lowWater > 0 && items % lowWater === 0) upstream.request(lowWater);
          if ((items & 63) !== 0 || !isOver()) return;
          upstream.cancel();
          resolve(items);
        },
        onError: reject,
      });
  });
}

const weighJson = (data) => weigh(JSON.parse(data.toString()));

/** N6: 256 granted; 192 more each time 192 were worked on. */
function consume(socket, items, step) {
  return new Promise((resolve, reject) => {
    const waiting = [];
    let working = false;
    let done = 0;
    let upstream;
    const work = async () => {
      working = true;
      for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
        await step(item);
        done += 1;
        if (done % LOW_WATER === 0) upstream.request(LOW_WATER);
      }
      working = false;
    };
    socket.requestStream({ data: Buffer.from(JSON.stringify({ items })) }).subscribe({
      onSubscribe(subscription) {
        upstream = subscription;
        subscription.request(WINDOW);
      },
      onNext({ data }) {
        waiting.push(JSON.parse(data.toString()));
        if (!working) work().catch(reject);
      },
      onError: reject,
      onComplete: resolve,
    });
  });
}

// Emits on demand; unbounded demand is served in bursts, so that the socket gets its turn.
export class ItemSubscription {
  constructor(subscriber, items, onProduced, payloadAt = jsonItem) {
    this.subscriber = subscriber;
    this.items = items;
    this.onProduced = onProduced;
    this.payloadAt = payloadAt;
    this.next = 0;
    this.demand = 0;
    this.running = false;
    this.ended = false;
  }

  request(n) {
    this.demand += n;
    if (!this.running) this.run();
  }

  cancel() {
    this.ended = true;
  }

  async run() {
    this.running = true;
    while (this.demand > 0 && this.next < this.items && !this.ended) {
      this.demand -= 1;
      this.onProduced();
      this.subscriber.onNext(this.payloadAt(this.next++));
      if (this.next % BURST === 0) await nextTurn();
    }
    this.running = false;
    if (this.next === this.items && !this.ended) {
      this.ended = true;
      this.subscriber.onComplete();
    }
  }
}

function jsonItem(index) {
  return { data: Buffer.from(JSON.stringify(makeItem(index))) };
}

function bytesItem(bytes) {
  const itemAt = bytesSource(bytes);
  return (index) => ({ data: itemAt(index) });
}

const BURST = 512;
