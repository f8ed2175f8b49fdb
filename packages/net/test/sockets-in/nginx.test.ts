// Behind a real nginx with its default buffering: calls and streams as without it, and what goes wrong when one of the
// directives of docs/deploying.md is left out. Time is real here, because nginx's is.

import { map, range, tap } from "@sluice/core";
import { call, defineService, stream, unchecked } from "@sluice/net";
import { connect, type ServeOptions, serve } from "@sluice/net/node";
import { describe, expect, it, onTestFinished } from "vitest";
import { component } from "@sluice/testbed";
import { turns, until } from "../service/both-ways.js";
import { certificate } from "./certificate.js";
import { PASS_UPGRADE, startNginx } from "./nginx.js";

const service = defineService("numbers", {
  upTo: stream({ input: unchecked<number>(), output: unchecked<number>() }),
  large: stream({ output: unchecked<Uint8Array>() }),
  whoami: call({ output: unchecked<string>() }),
  after: call({ input: unchecked<number>(), output: unchecked<string>() }),
});

const state = { produced: 0, upgrades: 0 };

function count(): void {
  state.produced += 1;
}

const handlers = {
  upTo: (n: number) => range(1, n).pipe(tap(count)),
  large: () =>
    range(1, 100_000).pipe(
      tap(count),
      map((n) => new Uint8Array(4096).fill(n)),
    ),
  whoami: (_: undefined, { principal }: { principal: string }) => principal,
  after: (ms: number) => new Promise<string>((resolve) => setTimeout(resolve, ms, `after ${ms} ms`)),
};

async function served(options: ServeOptions = {}) {
  Object.assign(state, { produced: 0, upgrades: 0 });
  const authorizeUpgrade = (): void => {
    state.upgrades += 1;
  };
  const server = await serve(service, handlers, { authorizeUpgrade, ...options });
  onTestFinished(() => server.close());
  return server;
}

const nginx = component("nginx", ["nginx"], "nginx-light") ?? "";

describe.skipIf(nginx === "")("behind nginx", () => {
  it("streams arrive whole and in order, and calls are answered, many at once", {
    timeout: 30_000,
  }, async () => {
    const server = await served();
    const proxy = await startNginx(nginx, server.port, PASS_UPGRADE);
    const client = await connect(`ws://127.0.0.1:${proxy.port}/any/path`, service);
    let next = 1;
    await client.upTo(100_000, { window: 1024 }).forEach((n) => {
      if (n !== next++) throw new Error(`${n} came where ${next - 1} was due`);
    });
    expect(next).toBe(100_001);
    const answers = await Promise.all(Array.from({ length: 500 }, () => client.whoami()));
    expect(answers.length).toBe(500);
    await client.close();
  });

  it("demand is what limits a stream, whatever nginx would buffer", { timeout: 30_000 }, async () => {
    const server = await served();
    const proxy = await startNginx(nginx, server.port, PASS_UPGRADE);
    const client = await connect(`ws://127.0.0.1:${proxy.port}`, service);
    const reading = client.large(undefined, { window: 16 })[Symbol.asyncIterator]();
    await reading.next();
    // Everything else goes on meanwhile, and the stream that nobody reads stands still.
    for (let i = 0; i < 50; i += 1) await client.whoami();
    const before = state.produced;
    for (let i = 0; i < 50; i += 1) await client.whoami();
    expect(state.produced).toBe(before);
    // 256 is what an async iterator asks for ahead of its reader.
    expect(before).toBeLessThanOrEqual(16 + 256);
    await reading.return?.();
    await client.close();
  });

  it("an idle connection outlives proxy_read_timeout when heartbeatMs is below it", {
    timeout: 30_000,
  }, async () => {
    const server = await served({ limits: { heartbeatMs: 300 } });
    const proxy = await startNginx(nginx, server.port, `${PASS_UPGRADE} proxy_read_timeout 1s;`);
    const client = await connect(`ws://127.0.0.1:${proxy.port}`, service, { reconnect: false });
    expect(await client.after(3000)).toBe("after 3000 ms");
    await client.close();
  });

  it("is cut when heartbeatMs is above it, and the client goes on over a new connection", {
    timeout: 30_000,
  }, async () => {
    const server = await served({ limits: { heartbeatMs: 60_000 } });
    const proxy = await startNginx(nginx, server.port, `${PASS_UPGRADE} proxy_read_timeout 1s;`);
    const url = `ws://127.0.0.1:${proxy.port}`;
    const limits = { heartbeatMs: 60_000 };
    const lone = await connect(url, service, { reconnect: false, limits });
    const lost = lone.after(3000).catch((error: unknown) => error);
    const client = await connect(url, service, { reconnect: { baseMs: 10, capMs: 50 }, limits });
    expect(await client.after(2500)).toBe("after 2500 ms");
    expect(await lost).toMatchObject({ code: "CONNECTION_LOST" });
    expect(state.upgrades).toBeGreaterThan(2);
    await client.close();
  });

  it("without the Upgrade header a client hears which directives are missing", async () => {
    const server = await served();
    const proxy = await startNginx(nginx, server.port, "");
    await expect(connect(`ws://127.0.0.1:${proxy.port}`, service)).rejects.toThrow(
      `Cannot connect to ws://127.0.0.1:${proxy.port}: refused, the request for a WebSocket came without its Upgrade header: have the proxy in between pass it on (in nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade")`,
    );
  });

  it("without the Host header a page hears that its host is another one", async () => {
    const server = await served();
    const directives = PASS_UPGRADE.replace("proxy_set_header Host $http_host;", "");
    const without = await startNginx(nginx, server.port, directives);
    const from = (port: number) => ({ headers: { origin: `http://127.0.0.1:${port}` } });
    await expect(connect(`ws://127.0.0.1:${without.port}`, service, from(without.port))).rejects.toThrow(
      `the origin "http://127.0.0.1:${without.port}" is not that of the host asked for, "127.0.0.1:${server.port}": name it in origins, or have the proxy in between pass the Host header on`,
    );
    const proxy = await startNginx(nginx, server.port, PASS_UPGRADE);
    const client = await connect(`ws://127.0.0.1:${proxy.port}`, service, from(proxy.port));
    await client.close();
  });

  it("trustProxy: 1 sees the client's address, whatever it says itself", async () => {
    const authenticate = (_: Uint8Array, { address }: { address?: string | undefined }) => String(address);
    const server = await served({ trustProxy: 1, authenticate });
    const proxy = await startNginx(nginx, server.port, PASS_UPGRADE);
    const headers = { "x-forwarded-for": "203.0.113.7" };
    const client = await connect(`ws://127.0.0.1:${proxy.port}`, service, { headers });
    expect(await client.whoami()).toBe("127.0.0.1");
    await client.close();
  });

  it("that speaks TLS itself the server needs none", async () => {
    const pair = await certificate();
    const server = await served();
    const proxy = await startNginx(nginx, server.port, PASS_UPGRADE, pair);
    const client = await connect(`wss://localhost:${proxy.port}`, service, { tls: { ca: pair.cert } });
    expect(await client.upTo(1000, { window: 64 }).reduce((sum, n) => sum + n, 0)).toBe(500_500);
    await client.close();
  });

  it("that is restarted a stream goes on, each item once", { timeout: 30_000 }, async () => {
    const server = await served();
    const proxy = await startNginx(nginx, server.port, PASS_UPGRADE);
    const client = await connect(`ws://127.0.0.1:${proxy.port}`, service, {
      reconnect: { baseMs: 10, capMs: 50 },
    });
    let next = 1;
    let restarted: Promise<void> | undefined;
    await client.upTo(50_000, { window: 256 }).forEach(async (n) => {
      if (n !== next++) throw new Error(`${n} came where ${next - 1} was due`);
      if (n === 20_000) restarted = proxy.crash().then(() => proxy.start());
      if (n % 1000 === 0) await turns(1);
    });
    expect(next).toBe(50_001);
    await restarted;
    expect(state.upgrades).toBeGreaterThan(1);
    expect(server.snapshot().connections.length).toBe(1);
    await client.close();
    await until(() => server.snapshot().connections.length === 0);
  });

  it("whose server is down a client hears that from whom it is", async () => {
    const server = await served();
    const proxy = await startNginx(nginx, server.port, PASS_UPGRADE);
    await server.close();
    await expect(connect(`ws://127.0.0.1:${proxy.port}`, service)).rejects.toThrow(
      "it answered HTTP 502: a proxy is there, and cannot reach its server; start that, or try again later",
    );
  });
});
