// The door for Node: `connect` and `serve` over WebSocket.

import { clientRuntime, nodeRuntime } from "./runtime/node-runtime.js";
import {
  type Address,
  Addresses,
  type AddressOptions,
  type AddressPick,
} from "./service/client/addresses.js";
import { type Client, type ClientOptions, prepareClient } from "./service/client/client.js";
import type { Routes, Service } from "./service/contract/contract.js";
import { guarded } from "./service/connection/guarded.js";
import {
  type CloseOptions,
  type Handlers,
  type ServerOptions,
  type ServerSnapshot,
  ServiceHost,
} from "./service/server/server.js";
import { checkMessageBytes, checkTimeout, checkUrl } from "./transport/ws-checks.js";
import { type WsConnectOptions, wsConnect } from "./transport/ws-client.js";
import type { UpgradeParts } from "./transport/upgrades.js";
import { type WsAddress, type WsListener, type WsListenOptions, wsListen } from "./transport/ws-server.js";

export type { Address, AddressOptions, AddressPick };
export { nodeRuntime } from "./runtime/node-runtime.js";
export type { Origins } from "./transport/origins.js";
export type { AuthorizeUpgrade, UpgradeOptions, UpgradeRequest } from "./transport/upgrade-options.js";
export type { TlsOptions, WsConnectOptions } from "./transport/ws-client.js";
export type { AttachOptions, OwnPortOptions, WsListenOptions } from "./transport/ws-server.js";

/** What `connect` can be told. */
export interface ConnectOptions extends ClientOptions, AddressOptions, WsConnectOptions {}

/** What `serve` can be told. */
export type ServeOptions = ServerOptions & WsListenOptions;

/** A service that is listened for. */
export interface Server {
  /**
   * Where it is and what a client on this machine connects to. Of an attached server that listens on no port (yet) they
   * throw a `SluiceError` `NOT_LISTENING`.
   */
  readonly host: string;
  readonly port: number;
  readonly url: string;
  /** Counters of all connections and their streams, computed on call. */
  snapshot(): ServerSnapshot;
  /**
   * Takes nothing new, lets running streams and calls end for `drainMs` (default 0), then cuts what is left;
   * resolves when every socket is closed and the port is free. A server that it is attached to stays as it is, without
   * the path; close that one behind this, for it waits for its sockets.
   */
  close(options?: CloseOptions): Promise<void>;
}

/**
 * Connects to a service over WebSocket, at one address, at one of several (`options.pick`), or at what a function
 * says each time; and again, when the connection breaks (`options.reconnect`).
 *
 * *Buffers:* at most `shareBytes` (16 KiB) for each stream and what it borrows, `receiveBudget` (16 MiB) in all. *Errors:* a wrong URL is a `TypeError` at the call;
 * an unreachable server, another subprotocol, another major version: a `SluiceError` that says what to do.
 * *Cancel:* `options.signal` gives the attempt up; `client.close()` ends the connection.
 *
 * @example
 * ```ts
 * import { range } from "@sluice/core";
 * import { defineService, stream, unchecked } from "@sluice/net";
 * import { connect, serve } from "@sluice/net/node";
 * const numbers = defineService("numbers", { upTo: stream({ input: unchecked<number>(), output: unchecked<number>() }) });
 * const server = await serve(numbers, { upTo: (n) => range(1, n) });
 * const client = await connect(server.url, numbers);
 * console.log(await client.upTo(3, { window: 256 }).toArray()); // prints [ 1, 2, 3 ]
 * await client.close();
 * await server.close();
 * ```
 */
export function connect<R extends Routes>(
  address: Address,
  service: Service<R>,
  options: ConnectOptions = {},
): Promise<Client<R>> {
  checkMessageBytes(options.limits);
  if (typeof address === "string") checkUrl(address);
  else if (typeof address !== "function") address.forEach(checkUrl);
  checkTimeout(options);
  const open = prepareClient(service, { ...options, runtime: options.runtime ?? clientRuntime() });
  const { headers, tls, timeoutMs, signal } = options;
  const how = {
    ...(tls === undefined ? {} : { tls }),
    ...(headers === undefined ? {} : { headers }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
  return open({
    addresses: new Addresses(address, options.pick),
    dial: (url, given) => wsConnect(url, { ...how, signal: given }),
    isLone: false,
    signal,
  });
}

/**
 * Serves a service over WebSocket: on a port of its own, or at a path of an HTTP server (`server`, `path`), which may
 * serve others besides.
 *
 * *Buffers:* per connection one batch for each stream that sends, and 16 MiB of inputs at most. *Errors:* a wrong port
 * is a `RangeError`, a missing handler, a wrong path and what is no HTTP server a `TypeError`, all at the call; a port in
 * use and a path that is taken reject with a `SluiceError` `LISTEN_FAILED`. What a handler throws ends its stream alone
 * and goes to `onHandlerError`; a peer that breaks the protocol ends its connection alone and goes to
 * `onConnectionError`, and so does what a hook throws that is asked at the upgrade.
 *
 * @param options port 0 (any free one) and host "127.0.0.1" (this machine only) by default
 *
 * @example
 * ```ts
 * import { call, defineService, unchecked } from "@sluice/net";
 * import { connect, serve } from "@sluice/net/node";
 * const sums = defineService("sums", { add: call({ input: unchecked<number[]>(), output: unchecked<number>() }) });
 * const server = await serve(sums, { add: (numbers) => numbers.reduce((a, b) => a + b, 0) });
 * const client = await connect(server.url, sums);
 * console.log(await client.add([1, 2, 3])); // prints 6
 * await client.close();
 * await server.close();
 * ```
 */
export function serve<R extends Routes>(
  service: Service<R>,
  handlers: Handlers<R>,
  options: ServeOptions = {},
): Promise<Server> {
  checkMessageBytes(options.limits);
  const host = new ServiceHost(service, handlers, { ...options, runtime: options.runtime ?? nodeRuntime });
  const parts: UpgradeParts = {
    door: (request) => host.enter(request),
    handshakeMs: host.handshakeMs,
    onError: guarded(options.onConnectionError),
  };
  return wsListen(parts, options).then((listener) => running(host, listener));
}

function running<R extends Routes>(host: ServiceHost<R>, listener: WsListener): Server {
  return {
    get host() {
      return listener.address().host;
    },
    get port() {
      return listener.address().port;
    },
    get url() {
      return urlOf(listener.address());
    },
    snapshot: () => host.snapshot(),
    close: async (how) => {
      const gone = host.close(how);
      // In the same turn, so that nobody comes in while the last ones leave; it is free when they have left.
      await listener.close(gone);
    },
  };
}

/** An address that means "all of this machine" is nowhere to connect to; loopback is. */
function urlOf({ host, port, path, isSecure }: WsAddress): string {
  const here = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return `${isSecure ? "wss" : "ws"}://${here.includes(":") ? `[${here}]` : here}:${port}${path}`;
}
