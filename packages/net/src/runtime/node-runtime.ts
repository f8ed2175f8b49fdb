// What Node gives to the service layer besides what every runtime has: it remembers which request is being handled,
// across everything that a handler awaits (AsyncLocalStorage).
//
// That has a price for every promise of the process on Node 20: 5 % of the instructions of a call to a process that both
// serves and connects. So it begins with the first `connect`; a server whose process asks nobody pays nothing.

import { AsyncLocalStorage } from "node:async_hooks";
import { type Ambient, defaultRuntime, type Runtime } from "../service/connection/runtime.js";
import type { HandlerContext } from "../service/contract/handler-context.js";

/** The request that is being handled, in this process. */
class NodeAmbient implements Ambient {
  private readonly storage = new AsyncLocalStorage<HandlerContext>();
  private isAsked = false;

  /** Somebody may want to know from now on. */
  begin(): void {
    this.isAsked = true;
  }

  run<A, B, R>(context: HandlerContext, work: (a: A, b: B) => R, a: A, b: B): R {
    return this.isAsked ? this.storage.run(context, work, a, b) : work(a, b);
  }

  current(): HandlerContext | undefined {
    return this.isAsked ? this.storage.getStore() : undefined;
  }
}

const ambient = new NodeAmbient();

/**
 * What `connect` and `serve` stand on: `defaultRuntime`, with the request that is being handled. For tests that give a
 * runtime of their own and want that too.
 *
 * @example
 * ```ts
 * import { nodeRuntime } from "@sluice/net/node";
 * console.log(nodeRuntime.ambient?.current()); // prints undefined
 * ```
 */
export const nodeRuntime: Runtime = { ...defaultRuntime, ambient };

/** The runtime of a client that is told none. */
export function clientRuntime(): Runtime {
  ambient.begin();
  return nodeRuntime;
}
