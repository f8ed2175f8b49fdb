// An upgrade request by hand, to see what a server answers in HTTP, and an HTTP server that ends with the test.

import { createServer, request, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** What a client of `sluice.v1` asks with. */
export const UPGRADE: Readonly<Record<string, string>> = {
  connection: "Upgrade",
  upgrade: "websocket",
  "sec-websocket-version": "13",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
  "sec-websocket-protocol": "sluice.v1",
};

/** Asks for an upgrade (101 is an answer too, whose socket is ended at once) or, without `upgrade`, for anything else. */
export function ask(
  port: number,
  path = "/",
  headers: Readonly<Record<string, string>> = UPGRADE,
  { method = "GET", body = "" } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port, path, method, headers });
    asked.on("error", reject);
    asked.on("upgrade", (response, socket) => {
      socket.on("error", () => {});
      socket.end();
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: "" });
    });
    asked.on("response", (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.on("error", reject);
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
      });
    });
    asked.end(body);
  });
}

/** A server on a free port that ends, with all that hangs on it, when the test ends. */
export async function httpServer(
  listener: RequestListener = (_, response) => response.end("a page"),
): Promise<{ readonly http: Server; readonly port: number }> {
  const http = createServer(listener);
  return { http, port: await listening(http) };
}

/** Has a server listen on a free port until the test ends. */
export async function listening(server: Server, host = "127.0.0.1"): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, host, resolve);
  });
  onTestFinished(() => {
    server.close();
    server.closeAllConnections?.();
  });
  return (server.address() as AddressInfo).port;
}
