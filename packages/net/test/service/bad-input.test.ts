// Wrong arguments, addresses and programs at the other end: each is one line that says what to do next.

import { createServer as createHttpServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server } from "node:net";
import { SluiceError } from "@sluice/core";
import { call, defineService, unchecked } from "@sluice/net";
import { connect, serve } from "@sluice/net/node";
import { describe, expect, it, onTestFinished } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { Writer } from "../../src/protocol/byte/writer.js";
import { encodeHello } from "../../src/protocol/frame/hello.js";
import { helloOf } from "../../src/protocol/session/handshake.js";
import { settingsOf } from "../../src/protocol/limits.js";
import { until } from "./both-ways.js";

const service = defineService("echo", {
  echo: call({ input: unchecked<unknown>(), output: unchecked<unknown>() }),
});
const handlers = { echo: (input: unknown) => input };

/** The code and the one line of what `attempt` was rejected with. */
async function complaint(attempt: Promise<unknown>): Promise<string> {
  const error: unknown = await attempt.then(
    () => "no error",
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof SluiceError)) return `no SluiceError: ${String(error)}`;
  expect(error.message).not.toContain("\n");
  expect(error.message.endsWith(".")).toBe(false);
  return `${error.code}: ${error.message}`;
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function httpServer(answer: RequestListener): Promise<string> {
  const server = createHttpServer(answer);
  server.on("upgrade", (request, socket) => {
    answer(request, { writeHead: () => {}, end: () => {} } as never);
    socket.end("HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
  });
  return listening(server);
}

/** A WebSocket server that speaks any subprotocol and does what `onSocket` says. */
async function strangeServer(
  onSocket: (socket: WebSocket) => void,
  protocol: string | false = "sluice.v1",
): Promise<string> {
  const http = createHttpServer();
  const sockets = new WebSocketServer({ server: http, handleProtocols: () => protocol });
  sockets.on("connection", (socket) => {
    onTestFinished(() => socket.terminate());
    onSocket(socket);
  });
  return listening(http);
}

function hello(major: number): Uint8Array {
  const writer = new Writer();
  encodeHello(writer, { ...helloOf("server", settingsOf("server"), ["msgpack"]), major });
  return writer.take();
}

describe("connect", () => {
  it.each([
    ["no URL", "127.0.0.1:8080:1", 'the address must look like "ws://127.0.0.1:8080"'],
    ["http", "http://127.0.0.1:80", 'its scheme is "http:"'],
    ["nothing", "", 'Cannot connect to ""'],
  ])("refuses an address that is %s at the call", (_name, url, text) => {
    expect(() => connect(url, service)).toThrow(TypeError);
    expect(() => connect(url, service)).toThrow(text);
  });

  it("says that nothing listens there", async () => {
    const server = await serve(service, handlers);
    await server.close();
    expect(await complaint(connect(server.url, service))).toBe(
      `CONNECT_FAILED: Cannot connect to ${server.url}: nothing listens there (ECONNREFUSED); start the server, or check host and port`,
    );
  });

  it("says that the host name is unknown", async () => {
    expect(await complaint(connect("ws://sluice.invalid:1", service))).toMatch(
      /^CONNECT_FAILED: Cannot connect to ws:\/\/sluice\.invalid:1: the host name is unknown \(E[A-Z_]+\); check its spelling and the network$/,
    );
  });

  it("says that a web server is no Sluice server", async () => {
    const url = await httpServer((_request, response) => response.end("hello"));
    expect(await complaint(connect(url, service))).toBe(
      `CONNECT_FAILED: Cannot connect to ${url}: it answered HTTP 404 instead of opening a WebSocket; check the path, that a Sluice server listens there, and that every proxy in between passes the Upgrade header on`,
    );
  });

  it("says that another program ended the connection", async () => {
    const url = await listening(
      createTcpServer((socket) => void socket.end("220 mail.example.org ESMTP\r\n")),
    );
    expect(await complaint(connect(url, service))).toMatch(
      /^CONNECT_FAILED: Cannot connect to ws:.*: what listens there does not speak HTTP \(HPE_[A-Z_]+\); check host and port: a Sluice server must listen there$/,
    );
  });

  it("gives up when nobody answers the handshake", async () => {
    const url = await listening(
      createTcpServer((socket) => void onTestFinished(() => void socket.destroy())),
    );
    expect(await complaint(connect(url, service, { timeoutMs: 30 }))).toBe(
      `CONNECT_FAILED: Cannot connect to ${url}: no answer within 30 ms; check host and port, or allow more with timeoutMs`,
    );
  });

  it.each([
    ["no subprotocol", false as const, "server sent no subprotocol"],
    ["another subprotocol", "graphql-ws", "server sent an invalid subprotocol"],
  ])("says that a WebSocket server speaks %s", async (_name, protocol, text) => {
    const url = await strangeServer(() => {}, protocol);
    expect(await complaint(connect(url, service))).toBe(
      `SUBPROTOCOL_MISMATCH: Cannot connect to ${url}: the server does not speak "sluice.v1" (${text}); check that a Sluice server listens there`,
    );
  });

  it.each<[string, (socket: WebSocket) => void, RegExp]>([
    [
      "sends garbage",
      (socket) => socket.send(Buffer.from("ffffffffffff", "hex")),
      /^(MALFORMED|FRAME_UNKNOWN|HELLO_EXPECTED): /,
    ],
    [
      "sends text",
      (socket) => socket.send("hello"),
      /^CONNECTION_LOST: .*sluice\.v1 speaks binary messages only/,
    ],
    [
      "speaks a newer major version",
      (socket) => socket.send(hello(2)),
      /^VERSION_UNSUPPORTED: .*same major version/,
    ],
    [
      "says HELLO twice",
      (socket) => [1, 1].map((major) => socket.send(hello(major))),
      /^(no SluiceError|HELLO_REPEATED)/,
    ],
    [
      "closes at once",
      (socket) => socket.close(1001, "going home"),
      /^CONNECTION_LOST: .*the peer closed it, going home/,
    ],
    ["breaks the link", (socket) => socket.terminate(), /^CONNECTION_LOST: .*the link broke/],
    [
      "sends more than a message may hold",
      (socket) => socket.send(Buffer.alloc(2_000_000)),
      /^CONNECTION_LOST: .*[Mm]ax payload size exceeded/,
    ],
  ])("says what happened when the server %s", async (_name, act, text) => {
    const url = await strangeServer(act);
    const attempt = connect(url, service, { reconnect: false }).then(async (client) => {
      throw await client.closed;
    });
    expect(await complaint(attempt)).toMatch(text);
  });

  it("gives up on a server that never says HELLO", async () => {
    const url = await strangeServer(() => {});
    const attempt = connect(url, service, { limits: { handshakeMs: 30 } });
    expect(await complaint(attempt)).toMatch(/^HANDSHAKE_TIMEOUT: Cannot connect to ws:.*30 ms for HELLO/);
  });

  it("is given up by its signal, before and during the attempt", async () => {
    const url = await listening(
      createTcpServer((socket) => void onTestFinished(() => void socket.destroy())),
    );
    await expect(connect(url, service, { signal: AbortSignal.abort(new Error("before")) })).rejects.toThrow(
      "before",
    );
    const controller = new AbortController();
    const attempt = connect(url, service, { signal: controller.signal });
    controller.abort(new Error("during"));
    await expect(attempt).rejects.toThrow("during");
  });

  it("is given up by its signal while HELLO is awaited, and leaves no socket", async () => {
    const controller = new AbortController();
    let closed = false;
    const url = await strangeServer((socket) => {
      socket.on("close", () => {
        closed = true;
      });
      // HELLO of the client came, so its socket is open.
      socket.once("message", () => controller.abort(new Error("enough")));
    });
    await expect(connect(url, service, { signal: controller.signal })).rejects.toThrow("enough");
    await until(() => closed);
  });

  it("refuses limits that cannot work, naming them", async () => {
    const server = await serve(service, handlers);
    onTestFinished(() => server.close());
    expect(() => connect(server.url, service, { limits: { shareBytes: 10 } })).toThrow(RangeError);
    expect(() => connect(server.url, service, { limits: { messageBytes: 2_000_000 } })).toThrow(
      "Cannot take messages of 2000000 bytes over WebSocket: messageBytes is at most 1048576",
    );
    const odd = { ...service, routes: { echo: { ...service.routes.echo, codec: "xml" as "json" } } };
    expect(() => connect(server.url, odd)).toThrow(
      'Cannot use the codec "xml" of echo.echo: wanted msgpack, columnar, raw, json',
    );
  });

  it("refuses a deadline that is none at the call", async () => {
    const server = await serve(service, handlers);
    const client = await connect(server.url, service);
    onTestFinished(async () => {
      await client.close();
      await server.close();
    });
    for (const deadlineMs of [0, -1, Number.NaN, 2 ** 31]) {
      expect(() => client.echo(1, { deadlineMs })).toThrow(
        new RangeError(
          `Cannot ask for echo.echo with a deadline of ${deadlineMs} ms: it must be > 0 and at most 2147483647; leave it out for none`,
        ),
      );
    }
    expect(() => connect(server.url, service, { timeoutMs: 0 })).toThrow("timeoutMs must be > 0");
    await expect(server.close({ drainMs: -1 })).rejects.toThrow("Cannot drain for -1 ms");
  });
});

describe("serve", () => {
  it.each([-1, 65_536, 1.5, Number.NaN, "8080" as unknown as number])(
    "refuses port %s at the call",
    (port) => {
      expect(() => serve(service, handlers, { port })).toThrow(
        new RangeError(
          `Cannot listen on port ${String(port)}: it must be an integer from 0 to 65535; 0 takes any free one`,
        ),
      );
    },
  );

  it("says that the port is in use", async () => {
    const server = await serve(service, handlers);
    expect(await complaint(serve(service, handlers, { port: server.port }))).toBe(
      `LISTEN_FAILED: Cannot listen on 127.0.0.1:${server.port}: another program uses this port (EADDRINUSE); choose another one, or 0 for any free one`,
    );
    await server.close();
  });

  it("says that the address is not this machine's", async () => {
    expect(await complaint(serve(service, handlers, { host: "203.0.113.7" }))).toMatch(
      /^LISTEN_FAILED: Cannot listen on 203\.0\.113\.7:0: this machine has no such address \(EADDRNOTAVAIL\); use "127\.0\.0\.1" or "0\.0\.0\.0"$/,
    );
  });

  it("refuses a route without a handler and a handler without a route, naming the nearest", () => {
    expect(() => serve(service, {} as never)).toThrow(
      new TypeError('Cannot serve echo: the route "echo" has no handler; add a function of that name'),
    );
    expect(() => serve(service, { ...handlers, ecko: () => 1 } as never)).toThrow(
      new TypeError('Cannot serve echo: there is a handler "ecko" and no such route; did you mean "echo"'),
    );
  });

  it("refuses limits that cannot work at the call, not at the first connection", () => {
    expect(() => serve(service, handlers, { limits: { peerStreams: 0 } })).toThrow(RangeError);
  });

  it("names the host and port that it listens on, and a URL to connect to", async () => {
    const server = await serve(service, handlers, { host: "0.0.0.0" });
    expect(server).toMatchObject({ host: "0.0.0.0", url: `ws://127.0.0.1:${server.port}` });
    const client = await connect(server.url, service);
    expect(await client.echo("x")).toBe("x");
    await client.close();
    await server.close();
  });
});
