// The site that the browser visits: a page, a worker and a service on one port of this machine, under a content security
// policy that lets a page do no more than it must. `/relay?N` joins two sockets, for the cases of a transport.

import { createServer, type IncomingMessage, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { fileURLToPath } from "node:url";
import { serve, type Server } from "@sluice/net/node";
import { build } from "esbuild";
import { WebSocket, WebSocketServer } from "ws";
import { handlers } from "./handlers.js";
import { wares } from "./wares.js";

/** What a bank might send. No unsafe-eval, no inline script, nobody else's server. */
export const POLICY =
  "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'";

/** A site that is up. */
export interface Site {
  readonly url: string;
  readonly server: Server;
  close(): Promise<void>;
}

/** Bundles the page and the worker as an application would, and serves them. */
export async function openSite(): Promise<Site> {
  const files = await bundle();
  const http = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://site").pathname;
    const text = files.get(path);
    const type = text === undefined || path.endsWith(".js") ? "text/javascript" : "text/html";
    response.writeHead(text === undefined ? 404 : 200, {
      "content-type": `${type}; charset=utf-8`,
      "content-security-policy": POLICY,
    });
    response.end(text);
  });
  const relay = joinSockets(http);
  http.on("upgrade", ({ url = "" }, socket: Duplex) => {
    if (!url.startsWith("/relay") && url !== "/wares") socket.end("HTTP/1.1 404 Not Found\r\n\r\n");
  });
  const cut = (): void => {
    // After the answer to the call is on its way, or in the middle of it: both happen.
    setImmediate(() => {
      for (const socket of sockets) socket.destroy();
    });
  };
  const sockets = upgraded(http, "/wares");
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const server = await serve(wares, handlers(cut), {
    server: http,
    path: "/wares",
    authenticate: (auth) => new TextDecoder().decode(auth),
  });
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    server,
    close: async () => {
      relay.close();
      for (const socket of relay.clients) socket.terminate();
      await server.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

async function bundle(): Promise<ReadonlyMap<string, string>> {
  const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
  const { outputFiles } = await build({
    entryPoints: [file("page.ts"), file("worker.ts")],
    outdir: "/",
    bundle: true,
    format: "iife",
    platform: "browser",
    target: "es2022",
    conditions: ["@sluice/source"],
    write: false,
  });
  const html = '<!doctype html><title>wares</title><script src="/page.js"></script>';
  return new Map([["/", html], ...outputFiles.map(({ path, text }) => [path, text] as const)]);
}

/** The sockets that were upgraded at a path and are open. */
function upgraded(http: HttpServer, path: string): ReadonlySet<Duplex> {
  const open = new Set<Duplex>();
  http.on("upgrade", (request: IncomingMessage, socket: Duplex) => {
    if (request.url !== path) return;
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  return open;
}

/** Whoever comes with the same number is the other's peer: messages, and codes as they came, go across. */
function joinSockets(http: HttpServer): WebSocketServer {
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => "sluice.v1" });
  const waiting = new Map<string, WebSocket>();
  http.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const [path, number = ""] = (request.url ?? "").split("?");
    if (path !== "/relay") return;
    sockets.handleUpgrade(request, socket, head, (one) => {
      const other = waiting.get(number);
      if (other === undefined) {
        waiting.set(number, one);
        one.pause();
        return;
      }
      waiting.delete(number);
      pass(one, other);
      pass(other, one);
      other.resume();
    });
  });
  return sockets;
}

function pass(from: WebSocket, to: WebSocket): void {
  from.on("error", () => to.terminate());
  from.on("message", (message: Buffer) => to.send(message));
  from.on("close", (code: number, reason: Buffer) => {
    if (to.readyState === WebSocket.OPEN) to.close(code === 1005 ? 1000 : code, reason);
  });
}
