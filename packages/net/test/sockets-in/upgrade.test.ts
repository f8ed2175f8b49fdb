// Who may come in, asked at the upgrade: the answers are HTTP, and a socket is made for nobody else.

import { once } from "node:events";
import { createConnection } from "node:net";
import { type Gate, SluiceError } from "@sluice/core";
import { call, defineService, unchecked } from "@sluice/net";
import { connect, type ServeOptions, serve, type UpgradeRequest } from "@sluice/net/node";
import { captureReported } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { until } from "../service/both-ways.js";
import { ask, httpServer, UPGRADE } from "./ask-upgrade.js";

const service = defineService("who", { whoami: call({ output: unchecked<string>() }) });
const handlers = { whoami: (_: undefined, { principal }: { principal: string }) => principal };

/** Serves, asks once and closes. */
async function answerTo(options: ServeOptions, headers: Record<string, string> = {}) {
  const server = await serve(service, handlers, options);
  const answer = await ask(server.port, "/", { ...UPGRADE, ...headers });
  await until(() => server.snapshot().connections.length === 0);
  await server.close();
  return answer;
}

const refusing = (thrown: unknown): ServeOptions => ({
  authorizeUpgrade: () => {
    throw thrown;
  },
});

describe("authorizeUpgrade", () => {
  it("names the principal; with `authenticate` it only tells that one", async () => {
    const authorizeUpgrade = async ({ headers, url }: UpgradeRequest) => `${headers["x-name"]} of ${url}`;
    const plain = await serve(service, handlers, { authorizeUpgrade });
    const headers = { "x-name": "anna" };
    const one = await connect(`${plain.url}/a?b=c`, service, { headers });
    expect(await one.whoami()).toBe("anna of /a?b=c");
    const asked = await serve(service, handlers, {
      authorizeUpgrade,
      authenticate: (auth, request) => `${new TextDecoder().decode(auth)}, ${request.authorized}`,
    });
    const two = await connect(asked.url, service, { headers, auth: "bert" });
    expect(await two.whoami()).toBe("bert, anna of /");
    const silent = await serve(service, handlers, { authorizeUpgrade: () => ({ id: 7 }) });
    const three = await connect(silent.url, service);
    expect(await three.whoami()).toBe("");
    await Promise.all([one.close(), two.close(), three.close()]);
    await Promise.all([plain.close(), asked.close(), silent.close()]);
  });

  it("is given Node's own request, as middleware for sessions wants it", async () => {
    const server = await serve(service, handlers, {
      authorizeUpgrade: ({ raw, address }) => `${raw.socket.remotePort !== undefined} ${address}`,
    });
    const client = await connect(server.url, service);
    expect(await client.whoami()).toBe("true 127.0.0.1");
    await client.close();
    await server.close();
  });

  it.each([
    ["UNAUTHENTICATED", 401, undefined],
    ["FORBIDDEN", 403, undefined],
    ["OVERLOADED", 503, "1"],
  ])("refuses as %s with HTTP %i and its own words", async (code, status, retryAfter) => {
    const answer = await answerTo(refusing(new SluiceError(code, "not today")));
    expect(answer).toMatchObject({ status, body: "not today\n" });
    expect(answer.headers["x-sluice-reason"]).toBe("not today");
    expect(answer.headers["retry-after"]).toBe(retryAfter);
  });

  it("passes on after how long asking again makes sense", async () => {
    const error = Object.assign(new SluiceError("OVERLOADED", "busy"), { retryAfterMs: 61_001 });
    expect((await answerTo(refusing(error))).headers["retry-after"]).toBe("62");
    const never = Object.assign(new SluiceError("OVERLOADED", "busy"), {
      retryAfterMs: Number.POSITIVE_INFINITY,
    });
    expect((await answerTo(refusing(never))).headers["retry-after"]).toBe("86400");
  });

  it("refuses by answering false, as other libraries have it", async () => {
    expect(await answerTo({ authorizeUpgrade: async () => false })).toMatchObject({
      status: 401,
      body: "the server does not know who asks\n",
    });
  });

  it.each([
    ["an error that is not meant for strangers", new Error("table users: password of root is 1234")],
    ["a SluiceError of another code", new SluiceError("DATABASE_GONE", "1234")],
    ["nothing at all", undefined],
  ])("that throws %s is HTTP 500 for the client, and goes to onConnectionError", async (_name, thrown) => {
    const errors: SluiceError[] = [];
    const onConnectionError = (error: SluiceError): void => void errors.push(error);
    const answer = await answerTo({ ...refusing(thrown), onConnectionError });
    expect(answer).toMatchObject({ status: 500, body: "the server cannot judge this request now\n" });
    expect(JSON.stringify(answer)).not.toContain("1234");
    expect(errors.map(({ code, message, cause }) => [code, message, cause])).toEqual([
      ["INTERNAL", "Cannot judge an upgrade: authorizeUpgrade failed; see the cause", thrown],
    ]);
  });

  it("a client that is refused for who it is does not try again, one that comes too early does", async () => {
    let asked = 0;
    const server = await serve(service, handlers, {
      authorizeUpgrade: ({ headers }) => {
        asked += 1;
        if (headers["x-name"] === undefined)
          throw new SluiceError("UNAUTHENTICATED", "the cookie is missing");
        return true;
      },
    });
    await expect(connect(server.url, service)).rejects.toThrow("refused, the cookie is missing");
    expect(asked).toBe(1);
    await server.close();
  });

  it("puts nothing into the header that would be one more header, or is not ASCII", async () => {
    const text = `no\r\nset-cookie: a=b\r\n\r\n<b>für</b>${"x".repeat(1000)}`;
    const answer = await answerTo(refusing(new SluiceError("FORBIDDEN", text)));
    expect(answer.headers["set-cookie"]).toBeUndefined();
    const reason = String(answer.headers["x-sluice-reason"]);
    expect(reason.slice(0, 40)).toBe("no??set-cookie: a=b????<b>f?r</b>xxxxxxx");
    expect(reason.length).toBe(500);
    expect(answer.body).toBe(`${text.slice(0, 500)}\n`);
  });

  it("that does not answer within handshakeMs is HTTP 503; its answer, when it comes, is nobody's", async () => {
    let signal: AbortSignal | undefined;
    let answer: (name: string) => void = () => {};
    const errors: unknown[] = [];
    const server = await serve(service, handlers, {
      limits: { handshakeMs: 50 },
      authorizeUpgrade: (request) => {
        ({ signal } = request);
        return new Promise((resolve) => {
          answer = resolve;
        });
      },
      onConnectionError: (error) => errors.push(error),
    });
    expect(await ask(server.port)).toMatchObject({
      status: 503,
      headers: { "retry-after": "1" },
      body: "the server cannot find out within 50 ms whether this client may connect\n",
    });
    expect(signal?.aborted).toBe(true);
    answer("late");
    await new Promise((resolve) => setImmediate(resolve));
    expect(server.snapshot().connections).toEqual([]);
    expect(errors).toEqual([]);
    await server.close();
  });

  it("is told when its client has gone, and what it throws because of that is nobody's error", async () => {
    const signals: AbortSignal[] = [];
    const errors: unknown[] = [];
    const server = await serve(service, handlers, {
      maxConnections: 1,
      authorizeUpgrade: ({ signal }) => {
        signals.push(signal);
        return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      },
      onConnectionError: (error) => errors.push(error),
    });
    const socket = createConnection({ port: server.port, host: "127.0.0.1" });
    const head = Object.entries(UPGRADE).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`GET / HTTP/1.1\r\nhost: x\r\n${head.join("")}\r\n`);
    await until(() => signals.length === 1);
    // The only place is taken by who is still asked.
    expect((await ask(server.port)).body).toBe(
      "all 1 connections of this server are taken; try again later\n",
    );
    socket.resetAndDestroy();
    await until(() => signals[0]?.aborted === true);
    expect(String(signals[0]?.reason)).toContain("The client has gone");
    expect(errors).toEqual([]);
    const next = ask(server.port);
    await until(() => signals.length === 2);
    // A server that closes waits for nobody who waits for it.
    await server.close();
    expect(await next).toMatchObject({ status: 503, body: "The server is ending\n" });
  });

  it("is asked for nobody who would be refused anyway", async () => {
    let asked = 0;
    const server = await serve(service, handlers, {
      authorizeUpgrade: () => {
        asked += 1;
      },
      maxConnections: 1,
    });
    const client = await connect(server.url, service);
    expect(asked).toBe(1);
    expect((await ask(server.port)).status).toBe(503);
    expect((await ask(server.port, "/", { ...UPGRADE, origin: "https://evil.example" })).status).toBe(403);
    expect((await ask(server.port, "/", { ...UPGRADE, "sec-websocket-protocol": "chat" })).status).toBe(400);
    expect(asked).toBe(1);
    await client.close();
    await server.close();
  });

  it("is heard of: who was turned away, from where and why", async () => {
    const events: unknown[] = [];
    const server = await serve(service, handlers, {
      ...refusing(new SluiceError("FORBIDDEN", "not today")),
      onEvent: (event) => events.push(event),
    });
    await ask(server.port);
    await server.close();
    expect(events).toEqual([
      { kind: "refused", address: "127.0.0.1", reason: "not today", retryAfterMs: undefined },
    ]);
  });

  it("stands behind the gate at the door, whose permit goes back whatever comes of it", async () => {
    const outcomes: unknown[] = [];
    const keys: unknown[] = [];
    let isShut = false;
    const connectionGate: Gate = {
      tryAcquire: (_cost, request) => {
        keys.push(request?.key);
        if (isShut) return { granted: false, reason: "too many from you", retryAfterMs: 1500 };
        return { granted: true, release: (outcome) => outcomes.push(outcome) };
      },
      acquire: () => Promise.reject(new Error("never waits")),
    };
    const server = await serve(service, handlers, {
      connectionGate,
      trustProxy: 1,
      authorizeUpgrade: ({ headers }) => headers["x-name"] ?? false,
    });
    const from = { ...UPGRADE, "x-forwarded-for": "203.0.113.7" };
    expect((await ask(server.port, "/", from)).status).toBe(401);
    const client = await connect(server.url, service, { headers: { "x-name": "anna" } });
    await client.close();
    await until(() => outcomes.length === 2);
    isShut = true;
    expect(await ask(server.port, "/", from)).toMatchObject({
      status: 503,
      headers: { "retry-after": "2" },
      body: "too many from you\n",
    });
    expect(outcomes).toEqual(["ignored", "success"]);
    expect(keys).toEqual(["203.0.113.7", "127.0.0.1", "203.0.113.7"]);
    await server.close();
  });

  it.each([
    ["gives no reason", () => ({ granted: false })],
    ["answers with a promise", async () => ({ granted: true })],
    [
      "throws",
      () => {
        throw new Error("no");
      },
    ],
  ])("and a gate at the door that %s lets nobody in, and ends nothing", async (_name, tryAcquire) => {
    const connectionGate = { tryAcquire, acquire: tryAcquire } as unknown as Gate;
    await captureReported(async () => {
      expect((await answerTo({ connectionGate })).status).toBe(503);
    });
  });

  it("that fails for one leaves the place to the next", async () => {
    const server = await serve(service, handlers, {
      maxConnections: 1,
      authorizeUpgrade: ({ headers }) => headers["x-name"] !== undefined,
    });
    for (let i = 0; i < 3; i += 1) expect((await ask(server.port)).status).toBe(401);
    // `ws` itself refuses this one, behind the hook.
    const broken = { ...UPGRADE, "x-name": "a", "sec-websocket-key": "short" };
    expect((await ask(server.port, "/", broken)).status).toBe(400);
    const client = await connect(server.url, service, { headers: { "x-name": "a" } });
    expect(await client.whoami()).toBe("");
    await client.close();
    await server.close();
  });
});

describe("origins", () => {
  const from = (origin: string): Record<string, string> => ({ origin });

  it("without them only pages of the host that was asked for may connect", async () => {
    const server = await serve(service, handlers);
    const host = `127.0.0.1:${server.port}`;
    const status = async (headers: Record<string, string>) =>
      (await ask(server.port, "/", { ...UPGRADE, ...headers })).status;
    expect(await status(from(`http://${host}`))).toBe(101);
    expect(await status({ origin: "https://example.org", host: "EXAMPLE.org" })).toBe(101);
    expect(await status(from("null"))).toBe(403);
    expect(await ask(server.port, "/", { ...UPGRADE, origin: "https://example.org" })).toMatchObject({
      status: 403,
      body: `the origin "https://example.org" is not that of the host asked for, "${host}": name it in origins, or have the proxy in between pass the Host header on\n`,
    });
    await server.close();
  });

  it("may be a list, in which a browser extension and pages without origin can stand", async () => {
    const origins = ["https://example.org", "chrome-extension://abcdef", "null"];
    for (const origin of origins) expect((await answerTo({ origins }, from(origin))).status).toBe(101);
    expect(await answerTo({ origins }, from("https://example.com"))).toMatchObject({
      status: 403,
      body: 'the origin "https://example.com" is not among those allowed\n',
    });
    expect((await answerTo({ origins })).status).toBe(101);
  });

  it("may be a function of the origin and the request, and only `true` lets in", async () => {
    const origins = (origin: string, { url }: { url: string }): boolean =>
      origin.endsWith(".example.org") && url === "/";
    expect((await answerTo({ origins }, from("https://a.example.org"))).status).toBe(101);
    expect((await answerTo({ origins }, from("https://a.example.com"))).status).toBe(403);
    const later = (async () => false) as unknown as () => boolean;
    expect((await answerTo({ origins: later }, from("https://a.example.org"))).status).toBe(403);
  });

  it("as a function that throws let nobody in, and the server hears of it", async () => {
    const errors: string[] = [];
    const answer = await answerTo(
      {
        origins: () => {
          throw new Error("no list today");
        },
        onConnectionError: (error) => errors.push(error.message),
      },
      from("https://example.org"),
    );
    expect(answer.status).toBe(500);
    expect(errors).toEqual(["Cannot judge an upgrade: origins failed; see the cause"]);
  });

  it.each([
    "*",
    "example.org",
    "https://example.org/",
    "https://EXAMPLE.org",
    "https://example.org:443",
    "https://*.example.org",
    "",
    7,
  ])("that no browser sends are refused at the call: %j", (origin) => {
    expect(() => serve(service, handlers, { origins: [origin as string] })).toThrow(
      `Cannot allow the origin ${JSON.stringify(origin)}: it must be scheme, host and port as a browser sends them, such as "https://example.org"`,
    );
  });
});

describe("an upgrade request", () => {
  it.each([
    [
      { "sec-websocket-version": "8" },
      426,
      'offered the version "8" of WebSocket, wanted 13 (RFC 6455 §4.1)',
    ],
    [
      { "sec-websocket-protocol": "chat, sluice.v2" },
      400,
      'offered the subprotocol "chat, sluice.v2", wanted "sluice.v1"',
    ],
  ])("with %j is answered with %i and why", async (headers, status, reason) => {
    expect(await answerTo({}, headers as Record<string, string>)).toMatchObject({
      status,
      body: `${reason}\n`,
    });
  });

  it("by POST is answered with 405", async () => {
    const { http, port } = await httpServer();
    const server = await serve(service, handlers, { server: http, path: "/who" });
    const answer = await ask(port, "/who", UPGRADE, { method: "POST" });
    expect(answer).toMatchObject({
      status: 405,
      body: "a WebSocket begins with GET (RFC 6455 §4.1), not POST\n",
    });
    await server.close();
  });

  it("that is refused leaves no socket behind, also when its client never ends its own half", async () => {
    const { http, port } = await httpServer();
    const server = await serve(service, handlers, { server: http, path: "/who" });
    const socket = createConnection({ port, host: "127.0.0.1", allowHalfOpen: true });
    const head = Object.entries(UPGRADE).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`GET /elsewhere HTTP/1.1\r\nhost: x\r\n${head.join("")}\r\n`);
    socket.resume();
    await once(socket, "end");
    const open = (): Promise<number> =>
      new Promise((resolve) => http.getConnections((_, count) => resolve(count)));
    while ((await open()) > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(socket.writable).toBe(true);
    socket.destroy();
    await server.close();
  });

  it("in pieces is read as one, with what comes right behind it", async () => {
    const server = await serve(service, handlers);
    const socket = createConnection({ port: server.port, host: "127.0.0.1" });
    await once(socket, "connect");
    const head = Object.entries(UPGRADE).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write("GET / HTTP/1.1\r\nhost: x\r\n");
    // A masked text message right behind the headers: it must be read, and refused as no binary one.
    const text = Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0x41]);
    socket.write(Buffer.concat([Buffer.from(`${head.join("")}\r\n`), text]));
    const said: Buffer[] = [];
    socket.on("data", (data) => said.push(data));
    await once(socket, "end");
    expect(Buffer.concat(said).toString("latin1")).toMatch(
      /^HTTP\/1\.1 101 [\s\S]*Cannot read a text message/,
    );
    socket.destroy();
    await server.close();
  });
});
