// TLS is a matter of the server that a service is attached to: one of node:https, with a certificate made for the test.

import { once } from "node:events";
import { type ClientHttp2Session, connect as connectHttp2, createSecureServer } from "node:http2";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { type TLSSocket, connect as tlsConnect } from "node:tls";
import { range } from "@sluice/core";
import { call, defineService, stream, unchecked } from "@sluice/net";
import { connect, serve } from "@sluice/net/node";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { httpServer, listening } from "./ask-upgrade.js";
import { type Certificate, certificate } from "./certificate.js";

const service = defineService("numbers", {
  upTo: stream({ input: unchecked<number>(), output: unchecked<number>() }),
  whoami: call({ output: unchecked<string>() }),
});
const handlers = {
  upTo: (n: number) => range(1, n),
  whoami: (_: undefined, { principal }: { principal: string }) => principal,
};

let ours: Certificate;
let theirs: Certificate;

beforeAll(async () => {
  [ours, theirs] = await Promise.all([certificate(), certificate("client.example")]);
});

describe("serve on a server of node:https", () => {
  it("speaks wss: calls and streams, to a client that is told whom to trust", async () => {
    const https = createServer(ours, (_, response) => response.end("a page"));
    const port = await listening(https);
    const server = await serve(service, handlers, { server: https, path: "/numbers" });
    expect(server.url).toBe(`wss://127.0.0.1:${port}/numbers`);
    const client = await connect(`wss://localhost:${port}/numbers`, service, { tls: { ca: ours.cert } });
    const numbers = await client.upTo(10_000, { window: 256 }).toArray();
    expect([numbers.length, numbers.at(-1)]).toEqual([10_000, 10_000]);
    await client.close();
    await server.close();
  });

  it("serves over TLS a request that only offers another protocol", async () => {
    const https = createServer(ours, (_, response) => response.end("a page"));
    const port = await listening(https);
    const server = await serve(service, handlers, { server: https, path: "/numbers" });
    const socket = tlsConnect({ port, host: "127.0.0.1", ca: ours.cert });
    socket.write("GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade, close\r\nupgrade: h2c\r\n\r\n");
    let said = "";
    socket.on("data", (data) => {
      said += String(data);
    });
    await once(socket, "end");
    expect(said).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*a page/);
    await server.close();
  });

  it("can know a client by its certificate", async () => {
    const https = createServer({ ...ours, requestCert: true, ca: theirs.cert, rejectUnauthorized: false });
    const port = await listening(https);
    const server = await serve(service, handlers, {
      server: https,
      path: "/",
      authorizeUpgrade: ({ raw }) => {
        const socket = raw.socket as TLSSocket;
        return socket.authorized && socket.getPeerCertificate().subject.CN;
      },
    });
    const url = `wss://127.0.0.1:${port}`;
    const client = await connect(url, service, { tls: { ca: ours.cert, ...theirs } });
    expect(await client.whoami()).toBe("client.example");
    await expect(connect(url, service, { tls: { ca: ours.cert } })).rejects.toThrow(
      "refused, the server does not know who asks",
    );
    await client.close();
    await server.close();
  });

  it("that takes HTTP/2 too serves both: requests by HTTP/2, WebSockets by HTTP/1.1", async () => {
    const http2 = createSecureServer({ ...ours, allowHTTP1: true }, (_, response) => response.end("a page"));
    http2.listen(0, "127.0.0.1");
    await once(http2, "listening");
    onTestFinished(() => void http2.close());
    const server = await serve(service, handlers, { server: http2, path: "/numbers" });
    const { port } = http2.address() as AddressInfo;
    const client = await connect(server.url, service, { tls: { ca: ours.cert } });
    expect(await client.upTo(3).toArray()).toEqual([1, 2, 3]);
    const session = connectHttp2(`https://127.0.0.1:${port}`, { ca: ours.cert });
    expect(await pageOf(session)).toBe("a page");
    session.close();
    await client.close();
    await server.close();
  });
});

describe("connect by wss", () => {
  it("tells who does not trust the certificate what to give", async () => {
    const https = createServer(ours);
    const port = await listening(https);
    const server = await serve(service, handlers, { server: https, path: "/" });
    await expect(connect(server.url, service)).rejects.toThrow(
      `Cannot connect to wss://127.0.0.1:${port}/: its certificate is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT); give the one that signed it as tls.ca, and connect by a name that it was made for`,
    );
    await server.close();
  });

  it("tells of a certificate for another name", async () => {
    const https = createServer(theirs);
    await listening(https);
    const server = await serve(service, handlers, { server: https, path: "/" });
    await expect(connect(server.url, service, { tls: { ca: theirs.cert } })).rejects.toThrow(
      "its certificate is not trusted (ERR_TLS_CERT_ALTNAME_INVALID)",
    );
    const named = { ca: theirs.cert, servername: "client.example" };
    const client = await connect(server.url, service, { tls: named });
    expect(await client.whoami()).toBe("");
    await client.close();
    await server.close();
  });

  it("tells who mixes up ws and wss which one to use", async () => {
    const { port } = await httpServer();
    await expect(connect(`wss://127.0.0.1:${port}`, service)).rejects.toThrow(
      /TLS failed \(.*\); check that this port speaks TLS, and use ws: if it does not/,
    );
    const https = createServer(ours);
    const securePort = await listening(https);
    await serve(service, handlers, { server: https, path: "/" });
    await expect(connect(`ws://127.0.0.1:${securePort}`, service)).rejects.toThrow(/wss:/);
  });

  it("tells where the server has moved, as a proxy does that wants TLS", async () => {
    const { port } = await httpServer((_, response) => {
      response.writeHead(301, { location: "https://example.org/numbers" }).end();
    });
    await expect(connect(`ws://127.0.0.1:${port}`, service)).rejects.toThrow(
      'it answered HTTP 301, it is at "https://example.org/numbers"; connect there, with ws: for http: and wss: for https:',
    );
  });
});

async function pageOf(session: ClientHttp2Session): Promise<string> {
  const asked = session.request({ ":path": "/" });
  let text = "";
  asked.setEncoding("utf8");
  asked.on("data", (chunk) => {
    text += chunk;
  });
  await once(asked, "end");
  return text;
}
