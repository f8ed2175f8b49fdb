// A service at a path of an HTTP server that somebody else runs: that server's requests, upgrades and end stay its own.

import { once } from "node:events";
import { createServer, request } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import { createConnection, createServer as createNetServer, type Server as NetServer } from "node:net";
import { call, defineService, unchecked } from "@sluice/net";
import { connect, type ServeOptions, serve } from "@sluice/net/node";
import { describe, expect, it, onTestFinished } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { ask, httpServer, listening, UPGRADE } from "./ask-upgrade.js";

const sums = defineService("sums", {
  double: call({ input: unchecked<number>(), output: unchecked<number>() }),
  hang: call({}),
});
const words = defineService("words", {
  upper: call({ input: unchecked<string>(), output: unchecked<string>() }),
});
const doubling = { double: (n: number) => 2 * n, hang: () => new Promise<never>(() => {}) };
const uppering = { upper: (text: string) => text.toUpperCase() };

describe("serve on somebody else's server", () => {
  it("serves two services at two paths, and the server's own requests as before", async () => {
    const { http, port } = await httpServer();
    const one = await serve(sums, doubling, { server: http, path: "/sums" });
    const two = await serve(words, uppering, { server: http, path: "/api/words/" });
    expect([one.port, one.url]).toEqual([port, `ws://127.0.0.1:${port}/sums`]);
    expect(http.listenerCount("upgrade")).toBe(1);
    const numbers = await connect(one.url, sums);
    // The slash at the end and the query make no difference.
    const texts = await connect(`ws://127.0.0.1:${port}/api/words?lang=de`, words);
    expect([await numbers.double(21), await texts.upper("a")]).toEqual([42, "A"]);
    expect(await ask(port, "/sums", {})).toMatchObject({ status: 200, body: "a page" });
    await Promise.all([numbers.close(), texts.close()]);
    await Promise.all([one.close(), two.close()]);
  });

  it("answers an upgrade of another path with 404 and what is served here", async () => {
    const { http, port } = await httpServer();
    const one = await serve(sums, doubling, { server: http, path: "/sums" });
    const two = await serve(words, uppering, { server: http, path: "/words" });
    const body = 'nothing is served at "/sum"; this server serves "/sums", "/words"\n';
    expect(await ask(port, "/sum?x=1")).toMatchObject({ status: 404, body });
    await expect(connect(`ws://127.0.0.1:${port}/sum`, sums)).rejects.toThrow(
      `Cannot connect to ws://127.0.0.1:${port}/sum: refused, nothing is served at "/sum"; this server serves "/sums", "/words"`,
    );
    expect((await ask(port, "/sums/more")).status).toBe(404);
    expect((await ask(port, "//sums")).status).toBe(404);
    expect((await ask(port, "/SUMS")).status).toBe(404);
    await Promise.all([one.close(), two.close()]);
  });

  it("leaves other upgrades to whoever listens for them, before it or after it", async () => {
    const { http, port } = await httpServer();
    const echo = new WebSocketServer({ noServer: true });
    const upgrade = (...[message, socket, head]: Parameters<typeof echo.handleUpgrade>) => {
      if (message.url !== "/echo") return;
      echo.handleUpgrade(message, socket, head, (peer) => {
        peer.on("message", (data) => peer.send(data));
      });
    };
    http.on("upgrade", upgrade as never);
    const server = await serve(sums, doubling, { server: http, path: "/sums" });
    const echoed = async (): Promise<string> => {
      const peer = new WebSocket(`ws://127.0.0.1:${port}/echo`);
      await once(peer, "open");
      peer.send("hallo");
      const [data] = await once(peer, "message");
      peer.terminate();
      return String(data);
    };
    expect(await echoed()).toBe("hallo");
    const client = await connect(server.url, sums);
    expect(await client.double(1)).toBe(2);
    http.off("upgrade", upgrade as never);
    http.on("upgrade", upgrade as never);
    expect(await echoed()).toBe("hallo");
    await client.close();
    await server.close();
    expect(http.listeners("upgrade")).toEqual([upgrade]);
  });

  it.each(["h2c", "TLS/1.0", "foo, h2c"])(
    "serves a request that offers to upgrade to %s as a request",
    async (upgrade) => {
      const seen: string[] = [];
      const { http, port } = await httpServer((asked, response) => {
        let text = "";
        asked.on("data", (chunk) => {
          text += chunk;
        });
        asked.on("end", () => {
          const { upgrade: offered, "x-mine": mine } = asked.headers;
          seen.push(`${asked.method} ${asked.url} ${mine} ${offered} ${text}`);
          response.end(`heard ${text}`);
        });
      });
      const server = await serve(sums, doubling, { server: http, path: "/sums" });
      const headers = {
        connection: "Upgrade, HTTP2-Settings",
        upgrade,
        "http2-settings": "AAMAAABk",
        "x-mine": "a",
      };
      expect(await ask(port, "/page", headers)).toMatchObject({ status: 200, body: "heard " });
      expect(await ask(port, "/sums", headers, { method: "POST", body: "abc" })).toMatchObject({
        status: 200,
        body: "heard abc",
      });
      const head = `a ${upgrade}`;
      expect(seen).toEqual([`GET /page ${head} `, `POST /sums ${head} abc`]);
      await server.close();
    },
  );

  it("says so when another server of WebSockets takes what is for it, and goes on", async () => {
    const { http, port } = await httpServer();
    // Without a path `ws` takes every upgrade, and throws at whoever takes the same socket after it.
    const greedy = new WebSocketServer({ server: http });
    greedy.on("connection", (peer) => peer.send("mine"));
    const errors: string[] = [];
    const server = await serve(sums, doubling, {
      server: http,
      path: "/sums",
      onConnectionError: ({ code, message }) => errors.push(`${code}: ${message}`),
    });
    await expect(connect(server.url, sums, { reconnect: false })).rejects.toThrow();
    expect(errors).toEqual([
      "UPGRADE_TAKEN: Cannot take the upgrade of /sums: something else on this server has taken it; attach that to a path of its own",
    ]);
    expect(server.snapshot().connections).toEqual([]);
    expect((await ask(port, "/sums", {})).status).toBe(200);
    for (const peer of greedy.clients) peer.terminate();
    greedy.close();
    await server.close();
  });

  it("H6 cuts off who opens a socket and says no HELLO, and who dribbles the headers of an upgrade", async () => {
    const http = createServer({ headersTimeout: 300, requestTimeout: 300, connectionsCheckingInterval: 50 });
    const port = await listening(http);
    const server = await serve(sums, doubling, {
      server: http,
      path: "/sums",
      limits: { handshakeMs: 200 },
    });
    const silent = new WebSocket(`ws://127.0.0.1:${port}/sums`, "sluice.v1");
    const [code] = await once(silent, "close");
    expect(code).toBe(1002);
    const slow = createConnection({ port, host: "127.0.0.1" });
    slow.write("GET /sums HTTP/1.1\r\nupgrade: webs");
    slow.resume();
    await once(slow, "close");
    expect(server.snapshot().connections).toEqual([]);
    await server.close();
  });

  it("refuses a path that is taken, and takes it when it is free again", async () => {
    const { http } = await httpServer();
    const first = await serve(sums, doubling, { server: http, path: "/sums" });
    await expect(serve(words, uppering, { server: http, path: "/sums/" })).rejects.toMatchObject({
      code: "LISTEN_FAILED",
      message:
        "Cannot serve at /sums: another service is attached to this path of this server; choose another path, or close that one first",
    });
    await first.close();
    await first.close();
    const second = await serve(words, uppering, { server: http, path: "/sums" });
    const client = await connect(second.url, words);
    expect(await client.upper("b")).toBe("B");
    // What has been closed already takes nothing away from who came after it.
    await first.close();
    expect(http.listenerCount("upgrade")).toBe(1);
    await client.close();
    await second.close();
    expect(http.listenerCount("upgrade")).toBe(0);
  });
});

describe("the end of a service on somebody else's server", () => {
  it("leaves the server open; who comes while it drains hears when to come back", async () => {
    const { http, port } = await httpServer();
    const server = await serve(sums, doubling, { server: http, path: "/sums" });
    const client = await connect(server.url, sums, { reconnect: false });
    const hanging = client.hang().catch((error: unknown) => error);
    await client.double(1);
    const closing = server.close({ drainMs: 60_000, reconnectAfterMs: 2500, reason: "a new version" });
    expect(await ask(port, "/sums")).toMatchObject({
      status: 503,
      headers: { "retry-after": "3" },
      body: "a new version\n",
    });
    expect(await ask(port, "/sums", {})).toMatchObject({ status: 200 });
    await client.close();
    await hanging;
    await closing;
    expect(http.listenerCount("upgrade")).toBe(0);
    expect(http.listening).toBe(true);
    // Nobody listens for upgrades any more: Node serves the request.
    expect(await ask(port, "/sums")).toMatchObject({ status: 200, body: "a page" });
  });

  it("may come after the server was told to close, which waits for the sockets", async () => {
    const { http } = await httpServer();
    const server = await serve(sums, doubling, { server: http, path: "/sums" });
    const client = await connect(server.url, sums, { reconnect: false });
    const closed = once(http, "close");
    http.close();
    expect(await client.double(4)).toBe(8);
    expect(() => server.url).toThrow("its server does not listen; call its listen() first");
    await server.close();
    await closed;
    await client.closed;
  });

  it("may come when the server has gone, or never listened", async () => {
    const { http } = await httpServer();
    const server = await serve(sums, doubling, { server: http, path: "/sums" });
    const closed = once(http, "close");
    http.close();
    await closed;
    await server.close();
    const silent = createServer();
    const other = await serve(sums, doubling, { server: silent, path: "/sums" });
    await other.close();
    expect(silent.listenerCount("upgrade")).toBe(0);
  });
});

describe("the address of a service on somebody else's server", () => {
  it("is known when the server listens, and is asked for in vain before", async () => {
    const http = createServer();
    const server = await serve(sums, doubling, { server: http, path: "/sums" });
    expect(() => server.port).toThrow(
      "Cannot tell the address of this service: its server does not listen; call its listen() first",
    );
    const port = await listening(http);
    expect(server.port).toBe(port);
    const client = await connect(server.url, sums);
    expect(await client.double(2)).toBe(4);
    await client.close();
    await server.close();
  });

  it.each(["::1", "::"])(
    "is one that a client can connect to when the server listens on %s",
    async (host) => {
      const http = createServer();
      const port = await listening(http, host);
      const server = await serve(sums, doubling, { server: http, path: "/sums" });
      expect(server.url).toBe(`ws://[::1]:${port}/sums`);
      const client = await connect(server.url, sums);
      expect(await client.double(3)).toBe(6);
      await client.close();
      await server.close();
    },
  );

  it("is none on a socket of the file system", async () => {
    const http = createServer();
    const path = `/tmp/sluice-${process.pid}-attached.sock`;
    http.listen(path);
    await once(http, "listening");
    onTestFinished(() => void http.close());
    const server = await serve(sums, doubling, { server: http, path: "/sums" });
    expect(() => server.url).toThrow(`its server listens on ${path}, which has no port`);
    const asked = request({ socketPath: path, path: "/sums", headers: UPGRADE });
    asked.end();
    const [response, socket] = await once(asked, "upgrade");
    expect(response.statusCode).toBe(101);
    socket.destroy();
    await server.close();
  });
});

describe("serve refuses to attach", () => {
  const app = Object.assign(() => {}, { listen: () => {}, on: () => {} });
  const wrong: readonly [string, unknown, string][] = [
    [
      "an application of Express",
      app,
      "Cannot attach to a function: server must be one of node:http or node:https; in Express it is what app.listen() returns, in Fastify app.server, in Hono what serve() returns",
    ],
    ["an application of Fastify or Hono", { fetch: () => {} }, "Cannot attach to an object: server must be"],
    ["nothing, by mistake", undefined, "Cannot attach to undefined: server must be"],
    [
      "a server of HTTP/2 without TLS",
      createHttp2Server(),
      "Cannot attach to a server that takes no HTTP/1.1",
    ],
    ["a server of TCP", createNetServer(), "Cannot attach to a server that takes no HTTP/1.1"],
  ];
  it.each(wrong)("to %s", (_name, server, message) => {
    expect(() => serve(sums, doubling, { server: server as NetServer, path: "/sums" })).toThrow(message);
  });

  it.each([undefined, "", "sums", "/sums?x=1", "/sums/*", "/a b", 5])("at the path %j", (path) => {
    const options = { server: createServer(), path } as unknown as ServeOptions;
    expect(() => serve(sums, doubling, options)).toThrow(
      /Cannot serve at the path .*: it must begin with "\/"/,
    );
  });

  it("and to listen on a port as well", () => {
    const options = { server: createServer(), path: "/sums", port: 8080 } as unknown as ServeOptions;
    expect(() => serve(sums, doubling, options)).toThrow(
      "Cannot attach to a server and listen on a port too: leave out port and host, or server",
    );
  });
});

describe("serve on a port of its own", () => {
  it("is at every path, or at the one that it is told", async () => {
    const everywhere = await serve(sums, doubling);
    const client = await connect(`${everywhere.url}/any/where`, sums);
    expect(await client.double(5)).toBe(10);
    await client.close();
    await everywhere.close();
    const there = await serve(sums, doubling, { path: "/sums" });
    expect(there.url).toBe(`ws://127.0.0.1:${there.port}/sums`);
    expect((await ask(there.port, "/sums")).status).toBe(101);
    expect(await ask(there.port, "/other")).toMatchObject({
      status: 404,
      body: 'nothing is served at "/other"; this server serves "/sums"\n',
    });
    await there.close();
  });

  it("tells a request that is none for a WebSocket what this port speaks, also one that offers HTTP/2", async () => {
    const server = await serve(sums, doubling);
    const answer = {
      status: 426,
      headers: { upgrade: "websocket" },
      body: "this port speaks WebSocket with the subprotocol sluice.v1\n",
    };
    expect(await ask(server.port, "/", {})).toMatchObject(answer);
    expect(await ask(server.port, "/", { connection: "Upgrade", upgrade: "h2c" })).toMatchObject(answer);
    await server.close();
  });
});
