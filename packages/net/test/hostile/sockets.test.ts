// Part H of the requirements, the rows about sockets: raw peers against a real server in a process of its own, while a
// client that means well is answered on another connection.

import { request } from "node:http";
import { createConnection, type Socket } from "node:net";
import { connect } from "@sluice/net/node";
import { describe, expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import type { Frame } from "../../src/protocol/frame/frame.js";
import { helloOf } from "../../src/protocol/session/handshake.js";
import { settingsOf } from "../../src/protocol/limits.js";
import { type HostileServer, startServer } from "./hostile-server.js";
import { messageOf, opening, RawPeer } from "./raw-peer.js";
import { service } from "./hostile-service.js";

const HELLO = helloOf("client", settingsOf("client"), ["msgpack"]);
const CREDIT = { items: 10, bytes: 16_384 };

/** A client that means well: asks all the time, must always be answered, and once more in the end. */
async function bystander(server: HostileServer) {
  const client = await connect(server.url, service);
  let answers = 0;
  let running = true;
  const ask = async (): Promise<void> => {
    if ((await client.echo(answers)) !== answers) throw new Error("answered something else");
    answers += 1;
    await new Promise((resolve) => setImmediate(resolve));
  };
  const loop = (async () => {
    while (running) await ask();
  })();
  onTestFinished(() => client.close());
  return {
    /** Waits for so many more answers. */
    async answered(more: number): Promise<void> {
      const until = answers + more;
      while (answers < until) await new Promise((resolve) => setImmediate(resolve));
    },
    async stop(): Promise<void> {
      running = false;
      await loop;
      await ask();
    },
  };
}

function rawSocket(port: number): { readonly socket: Socket; readonly ended: Promise<string> } {
  const socket = createConnection({ port, host: "127.0.0.1" });
  let said = "";
  const ended = new Promise<string>((resolve) => {
    socket.on("data", (data) => {
      said += data.toString("latin1");
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(said));
  });
  return { socket, ended };
}

const UPGRADE =
  "GET / HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n" +
  "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: sluice.v1\r\n";

describe("a server meets a peer that", () => {
  it("H1 rapid reset: opens and cancels as fast as it can, from several connections: nobody else notices", {
    timeout: 180_000,
  }, async () => {
    const server = await startServer({ limits: { churnBurst: 200, churnPerSecond: 1 } });
    const other = await bystander(server);
    const { unfinishedHandlers } = settingsOf("server");
    let pairs = 0;
    // Until it has been thrown out: by GOAWAY and the end that follows, or at once.
    const attack = async (): Promise<void> => {
      const peer = await RawPeer.connect(server.url);
      for (let n = 0; peer.end === undefined; n += 1) {
        const frames: Frame[] = [];
        for (let i = 0; i < 40; i += 1) {
          const streamId = 2 * (n * 40 + i) + 1;
          frames.push(
            opening(streamId, "hostile.slow", "call", CREDIT),
            { kind: "complete", streamId, items: 0, bytes: 0 },
            { kind: "cancel", streamId },
          );
        }
        const had = peer.heard.length;
        peer.says(...frames);
        pairs += 40;
        // As an attacker must, who wants his slots back: hears out what comes of it.
        while (peer.end === undefined && peer.heard.length < had + 40)
          await new Promise((r) => setImmediate(r));
      }
    };
    const attackers = 3;
    const times = 2;
    for (let i = 0; i < times; i += 1) await Promise.all(Array.from({ length: attackers }, attack));
    await other.stop();
    const figures = await server.figures();
    expect(pairs).toBeGreaterThan(attackers * times * 200);
    // A handler lives 20 ms longer than it is wanted, also when its connection has gone.
    expect(figures.most).toBeLessThanOrEqual(unfinishedHandlers * attackers * times);
    expect(figures.stray).toEqual([]);
  });

  it("H6 slow-loris: dribbles the headers of its upgrade: it is cut off after the time for them", {
    timeout: 30_000,
  }, async () => {
    const server = await startServer();
    const { socket, ended } = rawSocket(server.port);
    let at = 0;
    const timer = setInterval(() => {
      if (socket.writable) socket.write(UPGRADE[at % UPGRADE.length] as string);
      at += 1;
    }, 100);
    await ended;
    clearInterval(timer);
  });

  it("H6 slow-loris: opens a socket and says no HELLO, or never ends the message it stands in", async () => {
    const server = await startServer({ limits: { handshakeMs: 300 } });
    const silent = await RawPeer.connect(server.url, "silent");
    const dribbling = await RawPeer.connect(server.url, "silent");
    const hello = messageOf(HELLO);
    for (let i = 0; i < 20; i += 1) dribbling.socket.send(hello.subarray(i, i + 1), { fin: false });
    expect((await silent.closed).code).toBe(1002);
    expect((await dribbling.closed).code).toBe(1002);
    expect((await server.figures()).connectionErrors).toEqual(["HANDSHAKE_TIMEOUT"]);
  });

  it("H6 slow-loris: says HELLO and then never ends a message: it is not alive", async () => {
    const server = await startServer({ limits: { heartbeatMs: 150, resumeMs: 0 } });
    const peer = await RawPeer.connect(server.url);
    const timer = setInterval(() => peer.socket.send(new Uint8Array(1), { fin: false }), 50);
    await peer.closed;
    clearInterval(timer);
    expect((await server.figures()).connectionErrors).toEqual(["HEARTBEAT_LOST"]);
  });

  it("H13 reassembly exhaustion: sends a message in ever more fragments: ws ends it at 256", async () => {
    const server = await startServer();
    const peer = await RawPeer.connect(server.url);
    for (let i = 0; i < 300; i += 1) peer.socket.send(new Uint8Array(1), { fin: false });
    expect((await peer.closed).code).toBe(1008);
  });

  it("H8 zero window for ever: 1,000 peers that grant nothing: memory stays flat, and nothing is produced", {
    timeout: 120_000,
  }, async () => {
    const server = await startServer();
    const other = await bystander(server);
    const before = await server.figures();
    const peers: RawPeer[] = [];
    for (let i = 0; i < 1000; i += 50) {
      const some = await Promise.all(Array.from({ length: 50 }, () => RawPeer.connect(server.url)));
      for (const peer of some) {
        peer.listens = false;
        const none = { items: 0, bytes: 0 };
        for (const streamId of [1, 3]) {
          peer.says(opening(streamId, "hostile.endless", "stream", none), {
            kind: "complete",
            streamId,
            items: 0,
            bytes: 0,
          });
        }
      }
      peers.push(...some);
    }
    while ((await server.figures()).streams < 2000) await other.answered(10);
    const open = await server.figures();
    await other.answered(300);
    const after = await server.figures();
    await other.stop();
    for (const peer of peers) peer.socket.terminate();
    expect(after.produced).toBe(0);
    // A connection with its socket, and two streams: not one item of 1 KB, of which there are endlessly many.
    expect((open.heap - before.heap) / 1000).toBeLessThan(60_000);
    expect(after.heap).toBeLessThan(open.heap + 8_000_000);
  });

  it("H9 ping flood: pings without end and reads nothing: its connection ends, nobody else's", {
    timeout: 180_000,
  }, async () => {
    const server = await startServer();
    const other = await bystander(server);
    const before = await server.figures();
    const peer = await RawPeer.connect(server.url);
    peer.listens = false;
    peer.socket.pause();
    const flood = messageOf(
      ...Array.from({ length: 1 }, (): Frame => ({ kind: "ping", opaque: new Uint8Array(8) })),
    );
    let sent = 0;
    while ((await server.figures()).connections > 1 && sent < 3_000_000) {
      for (let i = 0; i < 2000; i += 1) peer.socket.send(flood);
      sent += 2000;
    }
    const after = await server.figures();
    await other.stop();
    expect(after.connections).toBe(1);
    expect(after.connectionErrors.some((code) => code === "FLOODED" || code === "FRAME_UNEXPECTED")).toBe(
      true,
    );
    expect(after.heap).toBeLessThan(before.heap + 10_000_000);
    peer.socket.terminate();
  });

  it("H18 decompression bomb: offers compression, and sends compressed all the same: it is refused", async () => {
    const server = await startServer();
    const socket = new WebSocket(server.url, "sluice.v1", { perMessageDeflate: true });
    await new Promise((resolve) => socket.once("open", resolve));
    expect(socket.extensions).toBe("");
    socket.terminate();
    const { socket: raw, ended } = rawSocket(server.port);
    raw.write(`${UPGRADE}sec-websocket-extensions: permessage-deflate\r\n\r\n`);
    await new Promise((resolve) => raw.once("data", resolve));
    // A final binary frame with RSV1, which means "compressed", masked with zeros.
    raw.write(Uint8Array.of(0xc2, 0x84, 0, 0, 0, 0, 1, 2, 3, 4));
    const said = await ended;
    expect(said).toContain("101 Switching Protocols");
    expect(said.toLowerCase()).not.toContain("permessage-deflate");
    // A close frame with 1002, protocol error.
    expect(said).toContain("\x03\xea");
  });

  it("H24 cross-site WebSocket: comes from a page of a foreign origin: it gets no socket", async () => {
    const server = await startServer();
    const status = await new Promise<number | undefined>((resolve) => {
      const asked = request({
        host: "127.0.0.1",
        port: server.port,
        headers: {
          connection: "Upgrade",
          upgrade: "websocket",
          "sec-websocket-version": "13",
          "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
          "sec-websocket-protocol": "sluice.v1",
          origin: "https://evil.example",
        },
      });
      asked.on("response", (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      asked.end();
    });
    expect(status).toBe(403);
    expect((await server.figures()).connections).toBe(0);
  });

  it("sends text: its connection ends as one that takes binary only", async () => {
    const server = await startServer();
    const peer = await RawPeer.connect(server.url);
    peer.socket.send("hello");
    expect((await peer.closed).code).toBe(1003);
  });
});
