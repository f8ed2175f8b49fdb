// The door for Node: `connect` and `serve` over WebSocket.

import type { Settings } from "./protocol/limits.js";
import { type Address, Addresses } from "./service/client/addresses.js";
import { type Client, type ClientOptions, prepareClient } from "./service/client/client.js";
import type { Routes, Service } from "./service/contract/contract.js";
import {
  type CloseOptions,
  type Handlers,
  type ServerOptions,
  type ServerSnapshot,
  ServiceHost,
} from "./service/server/server.js";
import { MAX_MESSAGE_BYTES } from "./transport/transport.js";
import { checkTimeout, checkUrl, type WsConnectOptions, wsConnect } from "./transport/ws-client.js";
import { type WsListenOptions, wsListen } from "./transport/ws-server.js";

export type { Address };

/** What `connect` can be told. */
export interface ConnectOptions extends ClientOptions, WsConnectOptions {}

/** What `serve` can be told. */
export interface ServeOptions extends ServerOptions, WsListenOptions {}

/** A service that listens on a port. */
export interface Server {
  readonly host: string;
  readonly port: number;
  /** What a client on this machine connects to. */
  readonly url: string;
  /** Counters of all connections and their streams, computed on call. */
  snapshot(): ServerSnapshot;
  /**
   * Takes nothing new, lets running streams and calls end for `drainMs` (default 0), then cuts what is left;
   * resolves when every socket is closed and the port is free.
   */
  close(options?: CloseOptions): Promise<void>;
}

/**
 * Connects to a service over WebSocket, at one address, at the first of several that answers, or at what a function
 * says each time; and again, when the connection breaks (`options.reconnect`).
 *
 * *Buffers:* at most 256 KiB for each stream, 16 MiB in all. *Errors:* a wrong URL is a `TypeError` at the call;
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
  const open = prepareClient(service, options);
  const { headers, timeoutMs, signal } = options;
  const how = {
    ...(headers === undefined ? {} : { headers }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
  return open({
    addresses: new Addresses(address),
    dial: (url, given) => wsConnect(url, { ...how, signal: given }),
    isLone: false,
    signal,
  });
}

/**
 * Serves a service over WebSocket.
 *
 * *Buffers:* per connection one batch for each stream that sends, and 16 MiB of inputs at most. *Errors:* a
 * wrong port is a `RangeError`, a missing handler a `TypeError`, both at the call; a port in use rejects with a
 * `SluiceError` `LISTEN_FAILED`. What a handler throws ends its stream alone and goes to `onHandlerError`; a peer that
 * breaks the protocol ends its connection alone and goes to `onConnectionError`.
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
  const host = new ServiceHost(service, handlers, options);
  return wsListen((request) => host.enter(request), options).then((listener) => ({
    host: listener.host,
    port: listener.port,
    url: urlOf(listener.host, listener.port),
    snapshot: () => host.snapshot(),
    close: async (how) => {
      const ended = host.close(how);
      // In the same turn, so that nobody comes in while the last ones leave; it is free when they have left.
      const freed = listener.close();
      await ended;
      await freed;
    },
  }));
}

/** `ws` cuts a peer off above 1 MiB, so larger messages must not be announced. */
function checkMessageBytes(limits: Partial<Settings> | undefined): void {
  const { messageBytes } = limits ?? {};
  if (messageBytes === undefined || messageBytes <= MAX_MESSAGE_BYTES) return;
  throw new RangeError(
    `Cannot take messages of ${messageBytes} bytes over WebSocket: messageBytes is at most ${MAX_MESSAGE_BYTES}`,
  );
}

/** An address that means "all of this machine" is nowhere to connect to; loopback is. */
function urlOf(host: string, port: number): string {
  if (host === "0.0.0.0") return `ws://127.0.0.1:${port}`;
  if (host === "::") return `ws://[::1]:${port}`;
  return host.includes(":") ? `ws://[${host}]:${port}` : `ws://${host}:${port}`;
}
