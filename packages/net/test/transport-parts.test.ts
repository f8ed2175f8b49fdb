// Messages of several parts, over real sockets: what the application gave is what the socket is given.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { defineService, openClient, serveTransport, stream, unchecked } from "@sluice/net";
import { joined, type Message, memoryPair, type Transport } from "@sluice/net/kit";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocketServer } from "ws";
import { wsConnect } from "../src/transport/ws-client.js";
import { SUBPROTOCOL } from "../src/transport/transport.js";
import { WS_OPTIONS, wsTransport } from "../src/transport/ws-transport.js";

/** A WebSocket both ends of which are here. `written`: what the server's side gave to its socket. */
interface WsPair {
  readonly client: Transport;
  readonly server: Transport;
  readonly written: Uint8Array[];
}

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function wsPair(): Promise<WsPair> {
  const sockets = new WebSocketServer({ ...WS_OPTIONS, noServer: true, handleProtocols: () => SUBPROTOCOL });
  const http = createServer();
  const written: Uint8Array[] = [];
  const accepted = new Promise<Transport>((resolve) => {
    http.on("upgrade", (request, socket, head) => {
      const write = socket.write.bind(socket) as (chunk: Uint8Array, ...rest: unknown[]) => boolean;
      socket.write = (chunk: Uint8Array, ...rest: unknown[]) => {
        if (typeof chunk !== "string") written.push(chunk);
        return write(chunk, ...rest);
      };
      sockets.handleUpgrade(request, socket, head, (webSocket) => resolve(wsTransport(webSocket, socket)));
    });
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const client = await wsConnect(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`);
  const server = await accepted;
  cleanups.push(() => {
    client.close(1000, "");
    server.close(1000, "");
    return new Promise((resolve) => http.close(resolve));
  });
  return { client, server, written };
}

function filled(length: number, value: number): Uint8Array {
  return new Uint8Array(length).fill(value);
}

/** Everything that arrives until there are `count` messages. */
function received(transport: Transport, count: number): Promise<Uint8Array[]> {
  const messages: Uint8Array[] = [];
  return new Promise((resolve) => {
    transport.onMessage((message) => {
      if (messages.push(message) === count) resolve(messages);
    });
  });
}

const pairs: readonly { readonly name: string; open(): Promise<readonly [Transport, Transport]> }[] = [
  { name: "memory", open: async () => memoryPair({ capacity: 1 << 22 }) },
  {
    name: "ws, from the server",
    open: async () => {
      const { client, server } = await wsPair();
      return [server, client];
    },
  },
  {
    name: "ws, from the client",
    open: async () => {
      const { client, server } = await wsPair();
      return [client, server];
    },
  },
];

describe.each(pairs)("a message of several parts, over $name", ({ open }) => {
  it("arrives as one, in its place among others, whatever its length", async () => {
    const [from, to] = await open();
    const messages: Message[] = [
      filled(3, 1),
      ...[2, 125, 126, 127, 65_535, 65_536, 1 << 20].map((length) => [
        filled(1, 2),
        ...(length > 2 ? [filled(length - 2, 3)] : []),
        filled(1, 4),
      ]),
      filled(5, 6),
    ];
    const arriving = received(to, messages.length);
    for (const message of messages) from.send(message);
    expect(
      (await arriving).map((message) => Buffer.compare(message, joined(messages.shift() ?? []))),
    ).toEqual(new Array(9).fill(0));
  });

  it("takes room as its bytes do, and gives it back", async () => {
    const [from, to] = await open();
    const room = new Promise<void>((resolve) => from.onRoom(resolve));
    let left = 1;
    let sent = 0;
    while (left > 0) {
      left = from.send([filled(64, 1), filled(64 * 1024, 2)]);
      sent += 1;
    }
    const arriving = received(to, sent);
    await room;
    expect((await arriving).every((message) => message.length === 64 + 64 * 1024)).toBe(true);
  });
});

describe("a stream of raw bytes over ws", () => {
  const service = defineService("bytes", {
    chunks: stream({ output: unchecked<Uint8Array>(), codec: "raw" }),
  });

  it("gives chunks of 64 KiB to the socket as they are: the same memory, no copy", async () => {
    const { client, server, written } = await wsPair();
    const chunks = Array.from({ length: 20 }, (_, i) => filled(64 * 1024, i));
    serveTransport(server, service, { chunks: () => chunks });
    const remote = await openClient(client, service);
    const taken = await remote.chunks().toArray();
    expect(taken.map((chunk, i) => Buffer.compare(chunk, chunks[i] as Uint8Array))).toEqual(
      new Array(20).fill(0),
    );
    const given = new Set(written.map(({ buffer }) => buffer));
    expect(chunks.filter(({ buffer }) => !given.has(buffer)).length).toBe(0);
    // What stands between them are frames, acknowledgements and headers.
    const besides = written.filter(({ buffer }) => !chunks.some((chunk) => chunk.buffer === buffer));
    expect(besides.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(4096);
    await remote.close();
  });

  it("hands a chunk of 64 KiB on as it came: a view of its own message, and of nothing larger", async () => {
    const { client, server } = await wsPair();
    serveTransport(server, service, { chunks: () => chunksOf(64 * 1024) });
    const remote = await openClient(client, service);
    const taken = await remote.chunks().toArray();
    expect(taken.map(({ length }) => length)).toEqual(new Array(20).fill(64 * 1024));
    // Two that were small enough for one message, at most; the first ones are asked for before their size is known.
    for (const chunk of taken) expect(chunk.buffer.byteLength).toBeLessThan(130 * 1024);
    await remote.close();
  });
});

function* chunksOf(length: number): Generator<Uint8Array> {
  for (let i = 0; i < 20; i += 1) yield filled(length, i);
}
