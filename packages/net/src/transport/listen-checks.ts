// What is wrong with a place to listen at, in words that say what to give instead.

import { Server as HttpServer } from "node:http";
import { Server as HttpsServer } from "node:https";
import { Server as NetServer } from "node:net";
import { SluiceError } from "@sluice/core";

/** Throws a `RangeError` for what is no port. */
export function checkPort(port: number): void {
  if (Number.isInteger(port) && port >= 0 && port <= 65535) return;
  throw new RangeError(
    `Cannot listen on port ${String(port)}: it must be an integer from 0 to 65535; 0 takes any free one`,
  );
}

/** Throws a `TypeError` for what is no path, or more than one. */
export function checkPath(path: unknown): void {
  if (typeof path === "string" && /^\/[^?#*\s]*$/.test(path)) return;
  throw new TypeError(
    `Cannot serve at the path ${JSON.stringify(path) ?? "undefined"}: it must begin with "/" and is compared as it is, without query or wildcard, such as "/sluice"`,
  );
}

/** Throws a `TypeError` for what never emits the upgrades of HTTP/1.1, such as the application of a framework. */
export function checkAttachable(server: unknown): void {
  if (server instanceof HttpServer || server instanceof HttpsServer) return;
  if (server instanceof NetServer) {
    // A server of node:http2 that was made with allowHTTP1 has the time limits of HTTP/1.1, and no other has.
    if ("headersTimeout" in server) return;
    throw new TypeError(
      "Cannot attach to a server that takes no HTTP/1.1, with which a WebSocket begins: make it with node:http or node:https, or with createSecureServer of node:http2 and allowHTTP1",
    );
  }
  const what =
    typeof server === "function" ? "a function" : server instanceof Object ? "an object" : String(server);
  throw new TypeError(
    `Cannot attach to ${what}: server must be one of node:http or node:https; in Express it is what app.listen() returns, in Fastify app.server, in Hono what serve() returns`,
  );
}

/** The error of a port that cannot be listened on. */
export function listenFailure(host: string, port: number, error: NodeJS.ErrnoException): SluiceError {
  return new SluiceError("LISTEN_FAILED", `Cannot listen on ${host}:${port}: ${explain(error)}`, {
    cause: error,
  });
}

function explain(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case "EADDRINUSE":
      return "another program uses this port (EADDRINUSE); choose another one, or 0 for any free one";
    case "EACCES":
      return "not permitted (EACCES); choose a port above 1023";
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `this machine has no such address (${error.code}); use "127.0.0.1" or "0.0.0.0"`;
    default:
      return error.message;
  }
}
