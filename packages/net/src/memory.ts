// The door for a service and its client inside one process: for tests, and to try a contract out.

import { type Client, openClient } from "./service/client/client.js";
import type { Routes, Service } from "./service/contract/contract.js";
import { type Handlers, type ServerOptions, serveTransport } from "./service/server/server.js";
import { type MemoryPairOptions, memoryPair } from "./transport/memory.js";

/** What `link` can be told: the limits of both sides, and the size of the pipe between them. */
export interface LinkOptions extends ServerOptions, MemoryPairOptions {}

/**
 * Serves a service to one client in the same process, with the protocol in between: what works here works over
 * a socket.
 *
 * *Buffers:* as over a socket; `capacity` bytes each way in the pipe, 65,536 by default.
 *
 * @example
 * ```ts
 * import { defineService, stream, unchecked } from "@sluice/net";
 * import { link } from "@sluice/net/memory";
 * const letters = defineService("letters", { all: stream({ output: unchecked<string>() }) });
 * const client = await link(letters, { all: () => ["a", "b"] });
 * console.log(await client.all().toArray()); // prints [ 'a', 'b' ]
 * await client.close();
 * ```
 */
export function link<R extends Routes>(
  service: Service<R>,
  handlers: Handlers<R>,
  options: LinkOptions = {},
): Promise<Client<R>> {
  const [near, far] = memoryPair(options);
  serveTransport(far, service, handlers, options);
  return openClient(near, service, options.runtime === undefined ? {} : { runtime: options.runtime });
}
