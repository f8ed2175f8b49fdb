// One listener for the upgrades of an HTTP server, however many services are attached to it: each has a path. What is
// for none of them is left to whoever else listens; when nobody does, it is answered as if no service were there.

import type { IncomingMessage } from "node:http";
import type { Server } from "node:net";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import { SluiceError } from "@sluice/core";
import { refuse } from "./http-refusal.js";
import { pathOf } from "./upgrade-request.js";

/** Takes over the socket of an upgrade. */
export type OnUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/**
 * Has `onUpgrade` take the upgrades of one path of `server`, or of all paths (`undefined`), and answers how to end that.
 *
 * *Errors:* a `SluiceError` `LISTEN_FAILED` for a path that is taken.
 */
export function addRoute(server: Server, path: string | undefined, onUpgrade: OnUpgrade): () => void {
  let routes = routesOf.get(server);
  if (routes === undefined) {
    routes = new UpgradeRoutes(server);
    routesOf.set(server, routes);
  }
  return routes.add(path === undefined ? ANYWHERE : pathOf(path), onUpgrade);
}

/** Known to newer lines of Node, and not to the types of the oldest. */
interface AskingServer extends Server {
  shouldUpgradeCallback?: ((request: IncomingMessage) => boolean) | undefined;
}

class UpgradeRoutes {
  private readonly server: AskingServer;
  private askedBefore: AskingServer["shouldUpgradeCallback"] = undefined;
  /** One entry for each attached service. */
  private readonly byPath = new Map<string, OnUpgrade>();

  constructor(server: Server) {
    this.server = server;
  }

  add(path: string, onUpgrade: OnUpgrade): () => void {
    if (this.byPath.has(path)) {
      const text = `Cannot serve at ${path}: another service is attached to this path of this server; choose another path, or close that one first`;
      throw new SluiceError("LISTEN_FAILED", text);
    }
    if (this.byPath.size === 0) this.listen();
    this.byPath.set(path, onUpgrade);
    return () => {
      if (this.byPath.get(path) === onUpgrade) this.byPath.delete(path);
      if (this.byPath.size === 0) this.leave();
    };
  }

  private listen(): void {
    const { server } = this;
    server.on("upgrade", this.onUpgrade);
    // Where Node asks whether a request is an upgrade (22.21, 24.9 and later), what is none never comes here.
    this.askedBefore = server.shouldUpgradeCallback;
    if (this.askedBefore !== undefined) server.shouldUpgradeCallback = this.shouldUpgrade;
  }

  private leave(): void {
    const { server } = this;
    server.off("upgrade", this.onUpgrade);
    if (server.shouldUpgradeCallback === this.shouldUpgrade) server.shouldUpgradeCallback = this.askedBefore;
  }

  private readonly shouldUpgrade = (request: IncomingMessage): boolean => {
    if (this.routeOf(request) !== undefined) return true;
    if (this.isAlone()) return isWebSocket(request);
    return this.askedBefore?.call(this.server, request) ?? true;
  };

  private readonly onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const ours = this.routeOf(request);
    if (ours !== undefined) ours(request, socket, head);
    else if (!this.isAlone()) return;
    else if (isWebSocket(request)) refuse(socket, { status: 404, reason: this.whatIsHere(request) });
    else serveAsRequest(this.server, request, socket, head);
  };

  private routeOf(request: IncomingMessage): OnUpgrade | undefined {
    if (!isWebSocket(request)) return undefined;
    return this.byPath.get(pathOf(request.url ?? "/")) ?? this.byPath.get(ANYWHERE);
  }

  /** Nobody else takes upgrades. */
  private isAlone(): boolean {
    return this.server.listenerCount("upgrade") === 1;
  }

  private whatIsHere(request: IncomingMessage): string {
    const path = pathOf(request.url ?? "/");
    const paths = [...this.byPath.keys()].slice(0, 10).map((known) => JSON.stringify(known));
    return `nothing is served at ${JSON.stringify(path.slice(0, 100))}; this server serves ${paths.join(", ")}`;
  }
}

function isWebSocket(request: IncomingMessage): boolean {
  return /(?:^|,)\s*websocket\s*(?:,|$)/i.test(request.headers.upgrade ?? "");
}

/**
 * Serves as an ordinary request what asked for another protocol than WebSocket. Node takes every request with an Upgrade
 * header for an upgrade as soon as somebody listens for any, and clients that offer HTTP/2 in that way (`Upgrade: h2c`;
 * Java's and curl's do) would never be answered. An offer may be ignored (RFC 9110 §7.8), so the request is put back
 * without it, and the server reads it again. Newer lines of Node ask, and need none of this (`shouldUpgrade`).
 */
function serveAsRequest(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const lines = [`${request.method} ${request.url} HTTP/${request.httpVersion}`];
  const { rawHeaders } = request;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const [name, value] = [rawHeaders[i] as string, rawHeaders[i + 1] as string];
    const isConnection = name.toLowerCase() === "connection";
    lines.push(`${name}: ${isConnection ? withoutUpgrade(value) : value}`);
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), head]));
  server.emit(socket instanceof TLSSocket ? "secureConnection" : "connection", socket);
}

/** An Upgrade header that Connection does not name is none (RFC 9110 §7.8). */
function withoutUpgrade(connection: string): string {
  const names = connection.split(",").map((name) => name.trim());
  return names.filter((name) => name.toLowerCase() !== "upgrade").join(", ");
}

/** No path, for those are with a slash. */
const ANYWHERE = "*";

/** Lets go of a server with the server. */
const routesOf = new WeakMap<Server, UpgradeRoutes>();
