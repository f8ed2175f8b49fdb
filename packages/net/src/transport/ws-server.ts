// Where WebSockets come in: on a port of our own, or at a path of an HTTP server that somebody else runs.

import { createServer } from "node:http";
import type { IncomingMessage, Server as HttpServer, ServerResponse } from "node:http";
import type { AddressInfo, Server as NetServer } from "node:net";
import { Server as TlsServer } from "node:tls";
import { SluiceError } from "@sluice/core";
import { REASON_HEADER } from "./http-refusal.js";
import { checkAttachable, checkPath, checkPort, listenFailure } from "./listen-checks.js";
import { SUBPROTOCOL } from "./transport.js";
import type { UpgradeOptions } from "./upgrade-options.js";
import { addRoute } from "./upgrade-routes.js";
import { type UpgradeParts, Upgrades } from "./upgrades.js";

/** A port of one's own. */
export interface OwnPortOptions {
  /** 0 to 65,535; default 0: any free port, which the result names. */
  readonly port?: number;
  /** Default `"127.0.0.1"`: this machine only. `"0.0.0.0"` or `"::"` opens it to the network. */
  readonly host?: string;
  /** The only path at which the service is; default: every path. */
  readonly path?: string;
  readonly server?: undefined;
}

/** A path of an HTTP server that somebody else runs. */
export interface AttachOptions {
  /**
   * A server of node:http or node:https, listening or not: of Express what `app.listen()` returns, of Fastify
   * `app.server`, of Hono what `serve()` returns. Its requests, and upgrades of other paths, stay as they are.
   */
  readonly server: NetServer;
  /** Where the service is, such as `"/sluice"`; compared without query, and with or without a slash at its end. */
  readonly path: string;
  readonly port?: undefined;
  readonly host?: undefined;
}

/** Where and for whom to listen. */
export type WsListenOptions = UpgradeOptions & (OwnPortOptions | AttachOptions);

/** A place where WebSockets come in. */
export interface WsListener {
  /** Where it is, as that is known now; throws a `SluiceError` `NOT_LISTENING` for a server that listens on no port. */
  address(): WsAddress;
  /** Takes no more sockets; a port is freed now, a path when `gone`. The transports must be closed by their owner. */
  close(gone: Promise<void>): Promise<void>;
}

/** Where WebSockets come in. */
export interface WsAddress {
  readonly host: string;
  readonly port: number;
  /** "" for every path. */
  readonly path: string;
  readonly isSecure: boolean;
}

/**
 * Listens, and hands a Transport to the place that `parts.door` gives for each WebSocket that speaks `sluice.v1`.
 *
 * *Errors:* options that cannot work are a `RangeError` or `TypeError` at the call; a port in use, or one that this user
 * may not open, and a path that is taken reject with a `SluiceError` `LISTEN_FAILED`.
 */
export function wsListen(parts: UpgradeParts, options: WsListenOptions = {}): Promise<WsListener> {
  const upgrades = new Upgrades(parts, options);
  if (!("server" in options)) return ownPort(upgrades, options);
  const { server, path, port, host } = options;
  // Also what the types would not let pass: a server that is undefined by mistake must not become a port of our own.
  checkAttachable(server);
  checkPath(path);
  if (port !== undefined || host !== undefined) {
    throw new TypeError(
      "Cannot attach to a server and listen on a port too: leave out port and host, or server",
    );
  }
  return attached(upgrades, server as NetServer, path as string);
}

function ownPort(upgrades: Upgrades, options: OwnPortOptions): Promise<WsListener> {
  const { port = 0, host = "127.0.0.1", path } = options;
  checkPort(port);
  if (path !== undefined) checkPath(path);
  // Headers must be complete within the handshake time of protocol.md G (H6: slow handshakes). Node looks only
  // every 30 s by default, so 5 s would be 35.
  const limits = { headersTimeout: 5000, requestTimeout: 5000, connectionsCheckingInterval: 1000 };
  const http = createServer(limits, upgradeRequired);
  addRoute(http, path, (request, socket, head) => upgrades.onUpgrade(request, socket, head));
  return new Promise((resolve, reject) => {
    // Stays for good: an error after listening has nobody to reject to, and must not be uncaught.
    http.on("error", (error: NodeJS.ErrnoException) => reject(listenFailure(host, port, error)));
    http.listen(port, host, () => {
      const address = { host, port: (http.address() as AddressInfo).port, path: path ?? "", isSecure: false };
      resolve({
        address: () => address,
        close: (gone) => {
          const freed = closeServer(http);
          upgrades.close();
          return Promise.all([freed, gone]).then(() => {});
        },
      });
    });
  });
}

async function attached(upgrades: Upgrades, server: NetServer, path: string): Promise<WsListener> {
  const remove = addRoute(server, path, (request, socket, head) => upgrades.onUpgrade(request, socket, head));
  return {
    address: () => {
      const isSecure = server instanceof TlsServer;
      return { ...portOf(server), path, isSecure };
    },
    close: async (gone) => {
      upgrades.close();
      // Who comes meanwhile hears that the server is ending and when to come back, not that nothing is here.
      await gone;
      remove();
    },
  };
}

function upgradeRequired(request: IncomingMessage, response: ServerResponse): void {
  const reason = "sec-websocket-key" in request.headers ? LOST_UPGRADE : NO_WEBSOCKET;
  response.writeHead(426, {
    upgrade: "websocket",
    connection: "upgrade, close",
    "content-type": "text/plain",
    [REASON_HEADER]: reason,
  });
  response.end(`${reason}\n`);
}

function portOf(server: NetServer): { host: string; port: number } {
  const address = server.address();
  if (address !== null && typeof address === "object") return { host: address.address, port: address.port };
  const why =
    address === null
      ? "does not listen; call its listen() first"
      : `listens on ${address}, which has no port`;
  throw new SluiceError("NOT_LISTENING", `Cannot tell the address of this service: its server ${why}`);
}

function closeServer(http: HttpServer): Promise<void> {
  return new Promise((resolve) => {
    http.close(() => resolve());
    http.closeAllConnections();
  });
}

const NO_WEBSOCKET = `this port speaks WebSocket with the subprotocol ${SUBPROTOCOL}`;

// What a proxy makes of an upgrade by default: hop-by-hop headers end at it (RFC 9110 §7.6.1).
const LOST_UPGRADE =
  'the request for a WebSocket came without its Upgrade header: have the proxy in between pass it on (in nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade")';
