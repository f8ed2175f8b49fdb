// What the page does: each scenario by name, for the test to call.

import {
  type Flow,
  fromIterable,
  fromWebStream,
  map,
  OverflowCounters,
  policy,
  range,
  take,
  toWritableStream,
} from "@sluice/core";
import {
  type ReceivedMessage,
  type SocketClosedError,
  socketPublisher,
  socketSubscriber,
} from "@sluice/websocket";

const MESSAGE = new Uint8Array(16_384);

const scenarios: Readonly<Record<string, () => Promise<unknown>>> = {
  /** Bytes that wait in the page for a peer that reads nothing, after 64 MiB: by `send` alone, and by ours. */
  async stalled() {
    const naive = await opened("/stall");
    for (let n = 0; n < 4096; n++) naive.send(MESSAGE);
    const naiveBytes = naive.bufferedAmount;
    let produced = 0;
    let most = 0;
    const socket = new WebSocket(address("/stall"));
    const messages = fromIterable(
      (function* () {
        for (; produced < 4096; produced++) yield MESSAGE;
      })(),
    );
    const stop = new AbortController();
    messages.subscribe(socketSubscriber(socket, { signal: stop.signal }));
    let before = -1;
    for (let rounds = 0; before < produced || rounds < 5; rounds++) {
      before = produced;
      for (let look = 0; look < 10; look++) {
        await pause(20);
        most = Math.max(most, socket.bufferedAmount);
      }
    }
    stop.abort();
    return { naiveBytes, most, isAllProduced: produced === 4096 };
  },

  /** To the peer and back. */
  async echo() {
    const socket = new WebSocket(address("/echo"));
    range(0, 5000)
      .pipe(map((n) => (n % 2 === 0 ? `${n}` : new Uint8Array([n % 256]))))
      .subscribe(socketSubscriber(socket, { highWaterMark: 4096, closeOnEnd: false }));
    const back = await socketPublisher(socket, policy.buffer({ capacity: 5000, overflow: "error" }))
      .pipe(take(5000))
      .toArray();
    return (
      back.every((item, n) => (typeof item === "string" ? item === `${n}` : item[0] === n % 256)) &&
      back.length
    );
  },

  /** Five thousand messages for a consumer that takes its time: it has the newest, and the count is right. */
  async latest() {
    const counters = new OverflowCounters();
    const flow: Flow<ReceivedMessage> = socketPublisher(
      new WebSocket(address("/flood")),
      policy.latest({ counters }),
    );
    let last: ReceivedMessage = "";
    const consume = async (item: ReceivedMessage): Promise<void> => {
      last = item;
      await pause(5);
    };
    await flow.forEach(consume, { prefetch: 1 });
    const { offered, delivered, dropped } = counters;
    return { last, offered, isSlower: dropped > 0, isWhole: delivered + dropped === offered };
  },

  async closedByPeer() {
    const flow = socketPublisher(new WebSocket(address("/refuse")), policy.latest());
    const { closeCode, reason } = await flow.toArray().then(
      () => ({ closeCode: 0, reason: "" }),
      (error: SocketClosedError) => error,
    );
    return { closeCode, reason };
  },

  /** What the page says of a flow that failed: the server answers with the code that it heard. */
  async failed() {
    const socket = await opened("/echo");
    const codes = socketPublisher(await opened("/codes"), policy.latest())
      .pipe(take(1))
      .toArray();
    const broken = range(0, 1).pipe(
      map((): string => {
        throw new Error("no such table");
      }),
    );
    broken.subscribe(socketSubscriber(socket, { onEnd: () => {} }));
    return codes;
  },

  /** Where the platform has sockets that are streams, core's two ends are all that is needed. */
  async stream() {
    if (!("WebSocketStream" in globalThis)) return 1000;
    const { WebSocketStream } = globalThis as unknown as { WebSocketStream: new (url: string) => Streams };
    const { readable, writable } = await new WebSocketStream(address("/echo")).opened;
    const sent = toWritableStream(range(1, 1000).pipe(map((n) => `${n}`)), writable, { preventClose: true });
    const back = await fromWebStream(readable).pipe(take(1000)).toArray();
    await sent;
    return back.length;
  },
};

interface Streams {
  readonly opened: Promise<{ readable: ReadableStream<string>; writable: WritableStream<string> }>;
}

function address(path: string): string {
  return `${location.origin.replace("http", "ws")}${path}`;
}

async function opened(path: string): Promise<WebSocket> {
  const socket = new WebSocket(address(path));
  await new Promise((resolve) => socket.addEventListener("open", resolve));
  return socket;
}

const pause = (ms: number): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, ms));

(globalThis as unknown as { scenarios: unknown }).scenarios = scenarios;
