// Peers that break the rules on a real socket: only their own connection ends, everybody else goes on.

import { request } from "node:http";
import { createConnection } from "node:net";
import { call, type Client, defineService, stream, unchecked } from "@sluice/net";
import { connect, type Server, serve } from "@sluice/net/node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { msgpackCodec } from "../../src/payload/msgpack.js";
import { Writer } from "../../src/protocol/byte/writer.js";
import { encodeFrame } from "../../src/protocol/frame/codec.js";
import type { Frame } from "../../src/protocol/frame/frame.js";
import { encodeBatch } from "../../src/protocol/frame/items.js";
import { settingsOf } from "../../src/protocol/limits.js";
import { helloOf } from "../../src/protocol/session/handshake.js";
import { until } from "./both-ways.js";

const service = defineService("numbers", {
  upTo: stream({ input: unchecked<number>(), output: unchecked<number>() }),
  echo: call({ input: unchecked<unknown>(), output: unchecked<unknown>() }),
});

let server: Server;
let bystander: Client<(typeof service)["routes"]>;
let connectionErrors: string[];
let streamErrors: string[];
let running: number;

beforeEach(async () => {
  connectionErrors = [];
  streamErrors = [];
  running = 0;
  server = await serve(
    service,
    {
      upTo: function* (n) {
        running += 1;
        try {
          for (let i = 0; i < n; i += 1) yield i;
        } finally {
          running -= 1;
        }
      },
      echo: (input) => input,
    },
    {
      onConnectionError: (error) => connectionErrors.push(`${error.code}: ${error.message}`),
      onHandlerError: (error) => streamErrors.push(String(error)),
    },
  );
  bystander = await connect(server.url, service);
});

afterEach(async () => {
  // Whoever misbehaved: the others were served all the time.
  expect(await bystander.echo("still here")).toBe("still here");
  await bystander.close();
  await server.close();
});

/** A raw WebSocket and what became of it. */
interface Raw {
  readonly socket: WebSocket;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

async function rawPeer(): Promise<Raw> {
  const socket = new WebSocket(server.url, "sluice.v1", { perMessageDeflate: false });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on("close", (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  socket.on("error", () => {});
  await new Promise((resolve) => socket.once("open", resolve));
  return { socket, closed };
}

function message(...write: ((writer: Writer) => void)[]): Uint8Array {
  const writer = new Writer();
  for (const one of write) one(writer);
  return writer.take();
}

function frame(what: Frame): (writer: Writer) => void {
  return (writer) => encodeFrame(writer, what);
}

const settings = settingsOf("client");
const hello = frame(helloOf("client", settings, ["msgpack", "raw"]));

function open(streamId: number, method = "numbers.upTo", items = 10): (writer: Writer) => void {
  return frame({
    kind: "open",
    streamId,
    interaction: method === "numbers.upTo" ? "stream" : "call",
    pipelined: false,
    urgency: 3,
    criticality: "critical",
    items,
    bytes: settings.shareBytes,
    deadlineMs: undefined,
    codec: 0,
    method,
    metadata: new Uint8Array(0),
  });
}

function input(streamId: number, ...values: unknown[]): (writer: Writer) => void {
  const payload = msgpackCodec.encode(values);
  return (writer) => encodeBatch(writer, streamId, values.length, payload);
}

describe("a server meets a peer that", () => {
  it.each<[string, Uint8Array, string]>([
    ["sends garbage", Buffer.from("00112233445566778899", "hex"), ""],
    ["sends an empty message", new Uint8Array(0), ""],
    ["says HELLO cut short", message(hello).subarray(0, 7), "MALFORMED"],
    [
      "speaks a newer major version",
      message(frame({ ...helloOf("client", settings, ["msgpack"]), major: 2 })),
      "VERSION_UNSUPPORTED",
    ],
    ["claims to be a server", message(frame(helloOf("server", settings, ["msgpack"]))), "SETTINGS_REFUSED"],
    ["opens a stream before HELLO", message(open(1)), "HELLO_EXPECTED"],
    ["says HELLO twice", message(hello, hello), "HELLO_REPEATED"],
    ["sends more items than granted", message(hello, open(1), input(1, 5, 6)), "ITEM_CREDIT_EXCEEDED"],
    ["sends more bytes than granted", message(hello, open(1), input(1, Buffer.alloc(300_000))), ""],
    ["opens a stream with an even id", message(hello, open(2)), "FRAME_UNEXPECTED"],
    ["names a stream that was never opened", message(hello, input(7, 1)), "STREAM_UNKNOWN"],
    [
      "lies about its final position",
      message(hello, open(1), input(1, 5), frame({ kind: "complete", streamId: 1, items: 3, bytes: 3 })),
      "POSITION_MISMATCH",
    ],
    [
      "opens more streams than granted",
      message(hello, ...Array.from({ length: 257 }, (_, i) => open(2 * i + 1))),
      "STREAM_LIMIT",
    ],
  ])("%s: its connection ends with a reason, nobody else's", async (_name, bytes, code) => {
    const { socket, closed } = await rawPeer();
    socket.send(bytes);
    const end = await closed;
    expect(end.code).toBe(1002);
    expect(end.reason).not.toBe("");
    await until(() => connectionErrors.length === 1);
    expect(connectionErrors[0]).toMatch(new RegExp(`^${code}`));
    expect(connectionErrors[0]).not.toContain("\n");
    await until(() => server.snapshot().connections.length === 1);
  });

  it("sends text: the connection is closed as one that takes binary only", async () => {
    const { socket, closed } = await rawPeer();
    socket.send("hello");
    expect(await closed).toEqual({
      code: 1003,
      reason: "Cannot read a text message: sluice.v1 speaks binary messages only",
    });
    await until(() => connectionErrors.length === 1);
    expect(connectionErrors[0]).toContain("binary messages only");
  });

  it("sends a message above 1 MiB: the connection is closed before it is read to its end", async () => {
    const { socket, closed } = await rawPeer();
    socket.send(new Uint8Array(1_048_577));
    expect((await closed).code).toBe(1009);
    await until(() => connectionErrors.length === 1);
  });

  it("vanishes in the middle of a stream, with no way back: the source is closed", async () => {
    const { socket } = await rawPeer();
    socket.send(
      message(
        frame(helloOf("client", settingsOf("client", { resumeMs: 0 }), ["msgpack", "raw"])),
        open(1),
        input(1, 1_000_000),
        frame({ kind: "complete", streamId: 1, items: 1, bytes: chargeOf(1_000_000) }),
      ),
    );
    await until(() => running === 1);
    socket.terminate();
    await until(() => running === 0);
    await until(() => server.snapshot().connections.length === 1);
    expect(connectionErrors[0]).toMatch(/^CONNECTION_LOST: The connection ended: the link broke/);
  });

  it("sends an input that is no msgpack: only its stream ends", async () => {
    const { socket } = await rawPeer();
    const answers: Buffer[] = [];
    socket.on("message", (data: Buffer) => answers.push(data));
    const junk = Buffer.from("91c1", "hex");
    socket.send(message(hello, open(1), (writer) => encodeBatch(writer, 1, 1, junk)));
    await until(() => streamErrors.length === 1);
    expect(streamErrors[0]).toContain(
      "Cannot decode a msgpack payload: it has the byte 0xc1, which is no value",
    );
    expect(connectionErrors).toEqual([]);
    socket.close();
  });

  it("asks for a route that does not exist: the answer names the nearest", async () => {
    const other = defineService("numbers", { upto: stream(), echo: call() });
    const client = await connect(server.url, other);
    await expect(client.upto().toArray()).rejects.toMatchObject({
      code: "NOT_FOUND",
      status: 404,
      notStarted: true,
      doNotRetry: true,
      message: 'Cannot open "numbers.upto": this server has no such route; did you mean "numbers.upTo"',
    });
    await client.close();
  });

  it("takes a call for a stream, or another codec: the answer says what it is", async () => {
    const asCall = await connect(server.url, defineService("numbers", { upTo: call() }));
    await expect(asCall.upTo()).rejects.toThrow("Cannot open numbers.upTo as a call: it is a stream");
    await asCall.close();
    const asJson = await connect(server.url, defineService("numbers", { echo: call({ codec: "json" }) }));
    await expect(asJson.echo()).rejects.toMatchObject({ code: "CODEC_UNSUPPORTED", status: 415 });
    await asJson.close();
  });
});

describe("a peer of another make", () => {
  it("is sent items above 1 MiB when it says that it takes them", async () => {
    const large = await serve(service, {
      upTo: () => [new Uint8Array(7_000_000) as unknown as number],
      echo: (x) => x,
    });
    const socket = new WebSocket(large.url, "sluice.v1", { perMessageDeflate: false });
    const lengths: number[] = [];
    socket.on("message", (data: Buffer) => lengths.push(data.length));
    const closed = new Promise<number>((resolve) => socket.on("close", resolve));
    await new Promise((resolve) => socket.once("open", resolve));
    const sizes = settingsOf("client", {
      messageBytes: 8_388_608,
      itemBytes: 8_000_000,
      receiveBudget: 67_108_864,
      shareBytes: 16_777_216,
      ownStreams: 1,
      // It acknowledges nothing, so nothing may be kept to be sent again.
      resumeMs: 0,
    });
    const generous = frame(helloOf("client", sizes, ["msgpack"]));
    const opening = frame({
      kind: "open",
      streamId: 1,
      interaction: "stream",
      pipelined: false,
      urgency: 3,
      criticality: "critical",
      items: 10,
      bytes: sizes.shareBytes,
      deadlineMs: undefined,
      codec: 0,
      method: "numbers.upTo",
      metadata: new Uint8Array(0),
    });
    socket.send(message(generous, opening, input(1, 1), frame(endOf(1, 1))));
    const sum = () => lengths.reduce((all, length) => all + length, 0);
    await until(() => sum() > 7_000_000 || socket.readyState !== WebSocket.OPEN);
    expect(sum()).toBeGreaterThan(7_000_000);
    expect(Math.max(...lengths)).toBeLessThan(34_000);
    socket.close();
    await closed;
    await large.close();
  });
});

function endOf(streamId: number, value: unknown): Frame {
  return { kind: "complete", streamId, items: 1, bytes: chargeOf(value) };
}

describe("the upgrade", () => {
  it.each([
    ["no subprotocol", {}, 400, "offered no subprotocol, wanted"],
    ["another subprotocol", { "sec-websocket-protocol": "chat" }, 400, 'offered the subprotocol "chat"'],
    [
      "a foreign page",
      { "sec-websocket-protocol": "sluice.v1", origin: "https://evil.example" },
      403,
      "https://evil.example",
    ],
  ])("is refused to %s, with the reason in words", async (_name, headers, status, text) => {
    const answer = await upgrade(headers);
    expect(answer.status).toBe(status);
    expect(answer.body).toContain(text);
  });

  it("leaves nothing open to a peer that was refused and does not hang up", async () => {
    const open = await serve(service, { upTo: () => [], echo: (x) => x });
    const socket = createConnection({ port: open.port, host: open.host, allowHalfOpen: true });
    socket.on("error", () => {});
    socket.write(
      "GET / HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n" +
        "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: chat\r\n\r\n",
    );
    socket.resume();
    await new Promise((resolve) => socket.once("end", resolve));
    await open.close();
    socket.destroy();
  });

  it("is granted to a page of the same origin, and to those allowed by name", async () => {
    const same = new WebSocket(server.url, "sluice.v1", { origin: `http://127.0.0.1:${server.port}` });
    await new Promise((resolve) => same.once("open", resolve));
    same.close();
    const listed = await serve(
      service,
      { upTo: () => [], echo: (x) => x },
      { origins: ["https://app.example"] },
    );
    const page = new WebSocket(listed.url, "sluice.v1", { origin: "https://app.example" });
    await new Promise((resolve) => page.once("open", resolve));
    page.close();
    await listed.close();
  });

  it("is what a plain HTTP request is told to ask for", async () => {
    const response = await fetch(`http://127.0.0.1:${server.port}/`);
    expect([response.status, await response.text()]).toEqual([
      426,
      "this port speaks WebSocket with the subprotocol sluice.v1\n",
    ]);
  });
});

function chargeOf(value: unknown): number {
  // One item: its batch's bytes and the overhead that the server announced, 16 (protocol.md §9).
  return msgpackCodec.encode([value]).byteLength + settingsOf("server").itemOverhead;
}

function upgrade(headers: Record<string, string>): Promise<{ status: number; body: string }> {
  return new Promise((resolve) => {
    const asked = request({
      host: "127.0.0.1",
      port: server.port,
      headers: {
        connection: "Upgrade",
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
        ...headers,
      },
    });
    asked.on("response", (response) => {
      let body = "";
      response.on("data", (chunk) => {
        body += String(chunk);
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    });
    asked.end();
  });
}
