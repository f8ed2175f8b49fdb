// Listens for WebSockets with the `ws` package on a port of its own. Who does not speak `sluice.v1`, or comes
// from a foreign page, gets an HTTP answer that says why, and no socket.

import { createServer } from "node:http";
import type { IncomingHttpHeaders, IncomingMessage, Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { type Rejected, SluiceError } from "@sluice/core";
import { WebSocketServer } from "ws";
import { SUBPROTOCOL } from "./transport.js";
import type { Transport } from "./transport.js";
import { WS_OPTIONS, wsTransport } from "./ws-transport.js";

/** Where and for whom to listen. */
export interface WsListenOptions {
  /** 0 to 65,535; default 0: any free port, which the result names. */
  readonly port?: number;
  /** Default `"127.0.0.1"`: this machine only. `"0.0.0.0"` or `"::"` opens it to the network. */
  readonly host?: string;
  /**
   * Web pages that may connect, as origins (`"https://example.org"`). Default: none but those served from the
   * same host and port; a browser lets every page open a WebSocket to everywhere (protocol.md H24). Programs,
   * which send no Origin, are not concerned.
   */
  readonly origins?: readonly string[];
}

/** A place that was taken for a socket that is still to be made. One of both is called. */
export interface TakenPlace {
  readonly granted: true;
  accept(transport: Transport, request: WsRequest): void;
  leave(): void;
}

/** Who is let in now; asked for each upgrade, before a socket is made of it. */
export type Door = (request: WsRequest) => TakenPlace | Rejected;

/** The upgrade request of a socket. */
export interface WsRequest {
  readonly origin: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly address: string | undefined;
}

/** A port that is being listened on. */
export interface WsListener {
  readonly host: string;
  readonly port: number;
  /** Takes no more sockets and frees the port; the transports handed out before must be closed by their owner. */
  close(): Promise<void>;
}

/**
 * Listens on a port, and hands a Transport to the place that `door` gives for each WebSocket that speaks `sluice.v1`.
 *
 * *Errors:* a port out of range is a `RangeError` at the call; a port in use, or one that this user may not
 * open, rejects with a `SluiceError` `LISTEN_FAILED`. Whom `door` does not let in gets HTTP 503 with its reason.
 */
export function wsListen(door: Door, options: WsListenOptions = {}): Promise<WsListener> {
  const { port = 0, host = "127.0.0.1", origins } = options;
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new RangeError(
      `Cannot listen on port ${String(port)}: it must be an integer from 0 to 65535; 0 takes any free one`,
    );
  }
  // Headers must be complete within the handshake time of protocol.md G (H6: slow handshakes). Node looks only
  // every 30 s by default, so 5 s would be 35.
  const limits = { headersTimeout: 5000, requestTimeout: 5000, connectionsCheckingInterval: 1000 };
  const http = createServer(limits, (_request, response) => {
    response.writeHead(426, { upgrade: "websocket", "content-type": "text/plain" });
    response.end(`This port speaks WebSocket with the subprotocol ${SUBPROTOCOL}\n`);
  });
  const sockets = new WebSocketServer({
    ...WS_OPTIONS,
    noServer: true,
    clientTracking: false,
    handleProtocols: () => SUBPROTOCOL,
  });
  http.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const reason = whyRefused(request, origins);
    if (reason !== undefined) {
      refuse(socket, reason);
      return;
    }
    const { headers } = request;
    const about = { origin: headers.origin, headers, address: request.socket.remoteAddress };
    const place = door(about);
    if (!place.granted) {
      refuse(socket, full(place));
      return;
    }
    let isOpen = false;
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      isOpen = true;
      place.accept(wsTransport(webSocket, socket), about);
    });
    // Answers at once, one way or the other: what is no WebSocket has been told so.
    if (!isOpen) place.leave();
  });
  return new Promise((resolve, reject) => {
    // Stays for good: an error after listening has nobody to reject to, and must not be uncaught.
    http.on("error", (error: NodeJS.ErrnoException) => reject(listenFailure(host, port, error)));
    http.listen(port, host, () => {
      const address = http.address() as AddressInfo;
      resolve({ host, port: address.port, close: () => closeServer(http) });
    });
  });
}

interface Refusal {
  readonly status: string;
  readonly reason: string;
  readonly retryAfterSeconds?: number;
}

function whyRefused(request: IncomingMessage, origins: readonly string[] | undefined): Refusal | undefined {
  const offered = String(request.headers["sec-websocket-protocol"] ?? "");
  if (!offered.split(",").some((name) => name.trim() === SUBPROTOCOL)) {
    const what = offered === "" ? "no subprotocol" : `the subprotocol ${JSON.stringify(offered)}`;
    return { status: "400 Bad Request", reason: `offered ${what}, wanted "${SUBPROTOCOL}"` };
  }
  const origin = request.headers.origin;
  if (origin !== undefined && !isAllowed(origin, request.headers.host, origins)) {
    return {
      status: "403 Forbidden",
      reason: `the origin ${JSON.stringify(origin)} is not among those allowed`,
    };
  }
  return undefined;
}

function full({ reason, retryAfterMs = 1000 }: Rejected): Refusal {
  return { status: "503 Service Unavailable", reason, retryAfterSeconds: Math.ceil(retryAfterMs / 1000) };
}

function isAllowed(
  origin: string,
  host: string | undefined,
  origins: readonly string[] | undefined,
): boolean {
  if (origins !== undefined) return origins.includes(origin);
  return URL.canParse(origin) && new URL(origin).host === host;
}

/** Says why in the header, which our client shows, and in the body, which people see. */
function refuse(socket: Duplex, refusal: Refusal): void {
  const body = `${refusal.reason}\n`;
  socket.on("error", () => socket.destroy());
  // An upgraded socket has no time limit any more, and half of it would stay open for as long as the peer likes.
  socket.once("finish", () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${refusal.status}\r\nconnection: close\r\ncontent-type: text/plain\r\n` +
      `${refusal.retryAfterSeconds === undefined ? "" : `retry-after: ${refusal.retryAfterSeconds}\r\n`}` +
      `x-sluice-reason: ${refusal.reason}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

function listenFailure(host: string, port: number, error: NodeJS.ErrnoException): SluiceError {
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

function closeServer(http: Server): Promise<void> {
  return new Promise((resolve) => {
    http.close(() => resolve());
    http.closeAllConnections();
  });
}
