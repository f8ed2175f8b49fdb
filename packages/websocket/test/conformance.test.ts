// The publishers and the subscriber before the judge, over real sockets and over played ones.

import { policy } from "@sluice/core";
import {
  type PublisherSubject,
  publisherChecks,
  type SubscriberSubject,
  subscriberChecks,
} from "@sluice/tck";
import {
  type SocketLike,
  type SocketMessage,
  socketPublisher,
  type SocketSubscriberOptions,
  socketSubscriber,
} from "@sluice/websocket";
import { afterAll, beforeAll, describe, it } from "vitest";
import { WebSocket } from "ws";
import { FakePausable, FakeSocket } from "./fake-socket.js";
import { type WsSite, wsSite } from "./ws-pair.js";

let site: WsSite;

beforeAll(async () => {
  site = await wsSite((socket, path) => {
    const count = Number(path.slice(1));
    for (let n = 0; n < count; n++) socket.send(String(n));
    if (path === "/failed") socket.close(4000, "as was asked for");
    else if (path !== "/sink") socket.close();
  });
});

afterAll(() => site.close());

/** More than any check asks for: nothing is dropped. */
const roomy = policy.buffer<string | Uint8Array>({ capacity: 1_000_000, overflow: "error" });
const item = (index: number): string => String(index);

judge("socketPublisher over ws, which it pauses", {
  create: (count) => socketPublisher(new WebSocket(`${site.url}/${count}`), roomy),
  createFailed: () => socketPublisher(new WebSocket(`${site.url}/failed`), roomy),
  item,
  subscribers: "one",
  maxCount: 20_000,
});

judge("socketPublisher over ws, left to its policy", {
  create: (count) => socketPublisher(new WebSocket(`${site.url}/${count}`), roomy, { pause: false }),
  createFailed: () => socketPublisher(new WebSocket(`${site.url}/failed`), roomy, { pause: false }),
  item,
  subscribers: "one",
  maxCount: 20_000,
});

judge(
  "socketPublisher of a socket that can be paused",
  played(() => new FakePausable()),
);
judge(
  "socketPublisher of a socket that cannot",
  played(() => new FakeSocket()),
);

function played(make: () => FakeSocket): PublisherSubject {
  /** All of its events come in a turn of their own, as a socket's do. */
  const later = (play: (socket: FakeSocket) => void) => () => {
    const socket = make();
    setImmediate(() => play(socket));
    return socketPublisher(socket, roomy);
  };
  return {
    create: (count) =>
      later((socket) => {
        const messages = Array.from({ length: count }, (_, index) => item(index));
        if (!(socket instanceof FakePausable)) {
          socket.message(...messages);
          socket.closed(1000);
        } else {
          socket.offer(messages, 7);
          socket.offerClose(1000);
        }
      })(),
    createFailed: later((socket) => socket.closed(1006)),
    item,
    subscribers: "one",
    maxCount: 20_000,
  };
}

const wsSink = (): SocketLike => new WebSocket(`${site.url}/sink`);
judgeSubscriber("socketSubscriber over ws", wsSink);
judgeSubscriber("socketSubscriber over ws, with room for next to nothing", wsSink, { highWaterMark: 4 });
judgeSubscriber("socketSubscriber of a socket that is looked at", () => new ReadingSocket());
judgeSubscriber(
  "socketSubscriber of a socket that does not count",
  () => new ReadingSocket({ counts: false }),
);

/** Its peer reads all there is once a turn, and answers a close. */
class ReadingSocket extends FakeSocket {
  override send(message: SocketMessage): void {
    super.send(message);
    setImmediate(() => {
      this.bufferedAmount = 0;
    });
  }

  override close(code?: number): void {
    super.close(code);
    setImmediate(() => this.closed(code ?? 1005));
  }
}

function judgeSubscriber(title: string, make: () => SocketLike, options: SocketSubscriberOptions = {}): void {
  const subject: SubscriberSubject<string> = {
    item,
    stoppable: true,
    consume: (publisher) => {
      const stop = new AbortController();
      const socket = make();
      const ended = new Promise<void>((resolve, reject) => {
        const onEnd = (error?: unknown): void => (error === undefined ? resolve() : reject(error));
        publisher.subscribe(socketSubscriber(socket, { ...options, signal: stop.signal, onEnd }));
      });
      return {
        ended,
        cancel: () => stop.abort(),
        ...(socket instanceof FakeSocket && { received: () => socket.sent }),
      };
    },
  };
  describe(title, () => {
    for (const check of subscriberChecks(subject)) {
      if (check.skipped !== undefined) continue;
      it(`${check.rule} ${check.title}`, check.run);
    }
  });
}

function judge(title: string, subject: PublisherSubject): void {
  describe(title, () => {
    for (const check of publisherChecks(subject)) {
      if (check.skipped !== undefined) continue; // what the subject rules out
      it(`${check.rule} ${check.title}`, check.run);
    }
  });
}
