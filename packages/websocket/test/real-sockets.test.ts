// Both adapters on sockets of `ws`, with a network between them.

import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { type Flow, fromIterable, map, policy, range, take } from "@sluice/core";
import { ManualSubscriber } from "@sluice/tck";
import {
  type ReceivedMessage,
  SocketClosedError,
  socketPublisher,
  type SocketSubscriberOptions,
  socketSubscriber,
} from "@sluice/websocket";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { type WsSite, wsPair, wsSite } from "./ws-pair.js";

let site: WsSite;

beforeAll(async () => {
  site = await wsSite(() => {});
});

afterAll(() => site.close());

const strict = policy.error<ReceivedMessage>();

/** How many are left on a client and on its server's end, where the server itself has one. */
function listeners(near: WebSocket, far?: WebSocket): number {
  const count = (socket: WebSocket): number =>
    ["open", "message", "close", "error"].reduce((sum, name) => sum + socket.listenerCount(name), 0);
  return count(near) + (far === undefined ? 0 : count(far) - SERVERS_OWN);
}

/** It forgets a client that has closed. */
const SERVERS_OWN = 1;

/** Writes `flow`; resolves with what its writer was told of the end. */
function written(
  socket: WebSocket,
  flow: Flow<string> | Flow<Uint8Array>,
  options: SocketSubscriberOptions = {},
): Promise<unknown> {
  return new Promise((onEnd) => flow.subscribe(socketSubscriber(socket, { ...options, onEnd })));
}

async function until(condition: () => boolean): Promise<void> {
  await vi.waitFor(() => expect(condition()).toBe(true), { timeout: 10_000, interval: 20 });
}

/** Messages of a kilobyte each, without end. */
function endless(): Flow<string> {
  return fromIterable(
    (function* (): Generator<string> {
      for (let n = 0; ; n++) yield String(n).padEnd(1024);
    })(),
  );
}

async function takeSlowly(flow: Flow<ReceivedMessage>): Promise<ReceivedMessage[]> {
  const items: ReceivedMessage[] = [];
  const take = async (item: ReceivedMessage): Promise<void> => {
    items.push(item);
    if (items.length % 500 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  await flow.forEach(take, { prefetch: 16 });
  return items;
}

describe("over a connection of ws", () => {
  it("all messages come, in order, to consumers that are slow: text and bytes, both ways at once", async () => {
    const { near, far } = await wsPair(site);
    const open = { closeOnCancel: false };
    const sent = [
      written(near, range(0, 20_000).pipe(map((n) => `number ${n}`)), { closeOnEnd: false }),
      written(far, range(0, 2000).pipe(map((n) => new Uint8Array(1000).fill(n))), { closeOnEnd: false }),
    ];
    const [atFar, atNear] = await Promise.all([
      takeSlowly(socketPublisher(far, strict, open).pipe(take(20_000))),
      takeSlowly(socketPublisher(near, strict, open).pipe(take(2000))),
    ]);
    expect(await Promise.all(sent)).toEqual([undefined, undefined]);
    expect(atFar).toEqual(Array.from({ length: 20_000 }, (_, n) => `number ${n}`));
    expect(atNear.map((bytes) => (bytes as Uint8Array)[999])).toEqual(
      Array.from({ length: 2000 }, (_, n) => n % 256),
    );
    const isClosed = once(far, "close");
    near.close();
    await isClosed;
  });

  it("a peer that stops reading stops the flow, and has it all when it reads again", async () => {
    const { near, far } = await wsPair(site);
    far.pause();
    let made = 0;
    const counted = endless().pipe(
      map((line) => {
        made++;
        return line;
      }),
      take(40_000),
    );
    const sent = written(near, counted);
    // What the network itself takes depends on the machine; then nothing more goes.
    let before = -1;
    await until(() => {
      const stands = made === before && near.bufferedAmount >= 32_768;
      before = made;
      return stands;
    });
    expect(near.bufferedAmount).toBeLessThan(65_536 + 1100);
    expect(made).toBeLessThan(40_000);
    const items = await takeSlowly(socketPublisher(far, strict));
    expect([items.length, await sent]).toEqual([40_000, undefined]);
    expect(items.map((line) => Number.parseInt(line as string, 10))).toEqual(
      Array.from({ length: 40_000 }, (_, n) => n),
    );
    await until(() => listeners(near, far) === 0);
  });

  it("a consumer that does not ask stops the peer, whatever the policy", async () => {
    const { near, far } = await wsPair(site);
    const subscriber = new ManualSubscriber<ReceivedMessage>();
    socketPublisher(near, strict).subscribe(subscriber);
    subscriber.request(1);
    void written(far, endless());
    await until(() => far.bufferedAmount >= 32_768 && near.isPaused);
    expect([subscriber.items.length, subscriber.ended]).toEqual([1, false]);
    subscriber.cancel();
    await until(() => listeners(near, far) === 0);
  });

  it("both ends hear of a connection that is lost", async () => {
    const { near, far } = await wsPair(site);
    const reader = new ManualSubscriber<ReceivedMessage>();
    socketPublisher(near, strict).subscribe(reader);
    const sent = written(far, endless());
    near.terminate();
    expect(await sent).toEqual(new SocketClosedError(1006, ""));
    await until(() => reader.ended || reader.items.length > 0);
    reader.request(Number.POSITIVE_INFINITY); // what came before it comes first
    await until(() => reader.ended);
    expect(reader.error).toEqual(new SocketClosedError(1006, ""));
    expect(listeners(near, far)).toBe(0);
  });

  it("the peer hears how it ended: all said, failed, or no more wanted", async () => {
    const broken = endless().pipe(
      map((line) => {
        if (line.startsWith("5 ")) throw new Error("no such table");
        return line;
      }),
    );
    for (const [end, code] of [
      [(socket: WebSocket) => void written(socket, endless().pipe(take(3))), 1000],
      [(socket: WebSocket) => void written(socket, broken), 1011],
      [(socket: WebSocket) => void socketPublisher(socket, strict).pipe(take(1)).toArray(), 1000],
    ] as const) {
      const { near, far } = await wsPair(site);
      end(near);
      far.send("something");
      far.on("message", () => {});
      expect((await once(far, "close"))[0]).toBe(code);
    }
  });

  it("a connection that cannot be made is an error with its cause", async () => {
    const port = await new Promise<number>((resolve) => {
      const server = createServer().listen(0, "127.0.0.1", () => {
        const { port } = server.address() as AddressInfo;
        server.close(() => resolve(port));
      });
    });
    const socket = new WebSocket(`ws://127.0.0.1:${port}`);
    const sent = written(socket, endless());
    const error = await socketPublisher(socket, strict)
      .toArray()
      .catch((error: unknown) => error);
    expect(error).toEqual(new SocketClosedError(1006, ""));
    expect(((error as Error).cause as NodeJS.ErrnoException).code).toBe("ECONNREFUSED");
    expect(await sent).toEqual(error);
    expect(listeners(socket)).toBe(0);
  });

  it("a cancel while it connects leaves nothing behind", async () => {
    const socket = new WebSocket(site.url);
    const reader = new ManualSubscriber<ReceivedMessage>();
    socketPublisher(socket, strict).subscribe(reader);
    reader.cancel();
    await until(() => listeners(socket) === 0);
    expect(reader.ended).toBe(false);
  });
});
