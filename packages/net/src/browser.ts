// The door for browsers: `connect` over the WebSocket that pages and workers have. It needs nothing of Node.

import {
  type Address,
  Addresses,
  type AddressOptions,
  type AddressPick,
} from "./service/client/addresses.js";
import { type Client, type ClientOptions, prepareClient } from "./service/client/client.js";
import type { Routes, Service } from "./service/contract/contract.js";
import { browserConnect, type BrowserConnectOptions, pageUrl } from "./transport/browser-connect.js";
import { checkMessageBytes, checkTimeout } from "./transport/ws-checks.js";

export type { Address, AddressOptions, AddressPick };

/** What `connect` can be told. */
export interface ConnectOptions extends ClientOptions, AddressOptions, BrowserConnectOptions {}

/**
 * Connects to a service over the browser's WebSocket, at one address, at one of several (`options.pick`), or at what
 * a function says each time; and again, when the connection breaks (`options.reconnect`). An address may be a path, such
 * as `"/feed"`, of the server that the page came from. Works in pages and workers, and wherever else there is a
 * `WebSocket`.
 *
 * *Buffers:* at most `shareBytes` (16 KiB) for each stream and what it borrows, `receiveBudget` (16 MiB) in all. *Errors:* a wrong address is a `TypeError` at the call;
 * an unreachable server, another subprotocol, another major version: a `SluiceError` that says what to do.
 * *Cancel:* `options.signal` gives the attempt up; `client.close()` ends the connection.
 *
 * @example
 * ```ts
 * import { call, defineService, unchecked } from "@sluice/net";
 * import { connect } from "@sluice/net/browser";
 * const sums = defineService("sums", { add: call({ input: unchecked<number[]>(), output: unchecked<number>() }) });
 * const text = await connect("ws://127.0.0.1:1", sums).catch((error) => error.code);
 * console.log(text); // prints CONNECT_FAILED
 * ```
 */
export function connect<R extends Routes>(
  address: Address,
  service: Service<R>,
  options: ConnectOptions = {},
): Promise<Client<R>> {
  checkMessageBytes(options.limits);
  checkTimeout(options);
  const open = prepareClient(service, options);
  const { timeoutMs, signal } = options;
  return open({
    addresses: new Addresses(wholeAddress(address), options.pick),
    dial: (url, given) =>
      browserConnect(url, { ...(timeoutMs === undefined ? {} : { timeoutMs }), signal: given }),
    isLone: false,
    signal,
  });
}

function wholeAddress(address: Address): Address {
  if (typeof address === "function") return async () => pageUrl(await address());
  return typeof address === "string" ? pageUrl(address) : address.map(pageUrl);
}
