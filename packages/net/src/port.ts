// The door for MessagePorts: a service in a worker and its client in a page, a process or another worker.

import { type Client, type ClientOptions, openClient } from "./service/client/client.js";
import type { Routes, Service } from "./service/contract/contract.js";
import {
  type CloseOptions,
  type Handlers,
  type ServerOptions,
  type ServerSnapshot,
  ServiceHost,
} from "./service/server/server.js";
import { giveAway } from "./transport/given-away.js";
import { type PortLike, portTransport } from "./transport/port-transport.js";

export { giveAway, type PortLike, portTransport };

/**
 * Memory that moves keeps nobody waiting behind it, however much it is: messages may be larger than on a network. Not as
 * large as may be, because what is in them is read in one go: judgement.
 */
const PORT_LIMITS = { targetAlone: 256 * 1024, targetShared: 256 * 1024 };

/** A service at the other end of a port. */
export interface PortServer {
  /** Counters of the connection and its streams, computed on call. */
  snapshot(): ServerSnapshot;
  /** Lets running streams and calls end for `drainMs` (default 0), cuts what is left, and closes the port. */
  close(options?: CloseOptions): Promise<void>;
}

/**
 * Makes a client of the service at the other end of a port: a `MessagePort`, a `Worker` that serves `self` or
 * `parentPort`, or a function that gives a new one each time, so that a worker that ended is replaced.
 *
 * *Buffers:* at most 256 KiB for each stream, 16 MiB in all; 64 KiB in the port each way. *Errors:* rejects with a
 * `SluiceError`: no HELLO in time, another major version. *Cancel:* `client.close()` ends the connection and closes a
 * `MessagePort`; a `Worker` goes on.
 *
 * @example
 * ```ts
 * import { range } from "@sluice/core";
 * import { defineService, stream, unchecked } from "@sluice/net";
 * import { connectPort, servePort } from "@sluice/net/port";
 * const numbers = defineService("numbers", { upTo: stream({ input: unchecked<number>(), output: unchecked<number>() }) });
 * const { port1, port2 } = new MessageChannel();
 * servePort(port2, numbers, { upTo: (n) => range(1, n) });
 * const client = await connectPort(port1, numbers);
 * console.log(await client.upTo(3, { window: 256 }).toArray()); // prints [ 1, 2, 3 ]
 * await client.close();
 * ```
 */
export function connectPort<R extends Routes>(
  port: PortLike | (() => PortLike | PromiseLike<PortLike>),
  service: Service<R>,
  options: ClientOptions = {},
): Promise<Client<R>> {
  const how = { ...options, limits: { ...PORT_LIMITS, ...options.limits } };
  const { messageBytes } = how.limits;
  if (typeof port !== "function") return openClient(portTransport(port, messageBytes), service, how);
  return openClient(async () => portTransport(await port(), messageBytes), service, how);
}

/**
 * Serves a service at one end of a port: in a worker, `self` or `parentPort`, or a `MessagePort` that was sent to it.
 * Call it in the worker's first turn when it is `self`, which does not keep what nobody hears.
 *
 * *Buffers:* as over a socket; 64 KiB in the port each way. *Errors:* as `serve`.
 *
 * @example
 * ```ts
 * import { call, defineService, unchecked } from "@sluice/net";
 * import { connectPort, servePort } from "@sluice/net/port";
 * const sums = defineService("sums", { add: call({ input: unchecked<number[]>(), output: unchecked<number>() }) });
 * const { port1, port2 } = new MessageChannel();
 * const server = servePort(port2, sums, { add: (numbers) => numbers.reduce((a, b) => a + b, 0) });
 * const client = await connectPort(port1, sums);
 * console.log(await client.add([1, 2, 3])); // prints 6
 * await server.close();
 * ```
 */
export function servePort<R extends Routes>(
  port: PortLike,
  service: Service<R>,
  handlers: Handlers<R>,
  options: ServerOptions = {},
): PortServer {
  // There is no other port over which a session could go on.
  const limits = { ...PORT_LIMITS, ...options.limits, resumeMs: 0 };
  const host = new ServiceHost(service, handlers, { ...options, limits });
  host.accept(portTransport(port, limits.messageBytes));
  return { snapshot: () => host.snapshot(), close: (how) => host.close(how) };
}
