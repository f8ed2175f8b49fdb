// A gate before what speaks (request, response, next): node:http itself, Connect, Express.

import { isThenable } from "@sluice/core/kit";
import { type Decision, Entrance, type EntranceOptions } from "./entrance.js";
import { goneSignal, hasGone, holdUntilEnd, type NodeResponse } from "./response-end.js";

/** What is used of an `IncomingMessage`. */
export interface NodeRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly socket: { readonly remoteAddress?: string | undefined };
}

/** A middleware; `next` begins the work, and is not called for who is refused. */
export type NodeGuard<R> = (request: R, response: NodeResponse, next: () => unknown) => void | Promise<void>;

/**
 * A middleware `(request, response, next)` that asks a gate before anything of the request's body is read.
 *
 * Who is refused hears 429 or 503, Retry-After and why. The permit goes back when the answer has been sent (`"failure"`
 * for a status of 500 and more, else `"success"`), when `next` fails, or when the client has gone (`"ignored"`; a
 * response destroyed with an error is a `"failure"`).
 *
 * *Buffers:* nothing. *Errors:* what the gate or a function of the options throws is thrown, or rejects the promise that
 * is returned, and the request is not let in; so is what `next` throws. *Cancel:* a client that leaves while its request
 * waits leaves the line.
 *
 * @example
 * ```ts
 * import { once } from "node:events";
 * import { createServer } from "node:http";
 * import { tokenBucket } from "@sluice/gates";
 * import { guardNode } from "@sluice/gates/http";
 * const guard = guardNode({ gate: tokenBucket({ capacity: 1, ratePerSecond: 0.1 }), jitter: 0 });
 * const server = createServer((request, response) => guard(request, response, () => response.end("served")));
 * server.listen(0);
 * await once(server, "listening");
 * const url = `http://localhost:${(server.address() as { port: number }).port}`;
 * console.log((await fetch(url)).status); // prints 200
 * const refused = await fetch(url);
 * console.log(refused.status, refused.headers.get("retry-after")); // prints 429 10
 * server.close();
 * server.closeAllConnections();
 * ```
 */
export function guardNode<R extends NodeRequest = NodeRequest>(options: EntranceOptions<R>): NodeGuard<R> {
  const entrance = new Entrance("guardNode", options, fieldOf);
  return (request, response, next) => {
    const decision = entrance.ask(request, peerOf(request), () => goneSignal(response));
    if (!isThenable(decision)) return enter(decision, response, next);
    return decision.then(
      (made) => enter(made, response, next),
      (error) => {
        // Whoever left the line because its client has gone has nobody to tell.
        if (!hasGone(response)) throw error;
      },
    );
  };
}

/** The field of a request as one text. */
export function fieldOf({ headers }: Pick<NodeRequest, "headers">, name: string): string | undefined {
  const value = headers[name.toLowerCase()];
  return Array.isArray(value) ? value.join(", ") : value;
}

/** Whose socket it is. */
export function peerOf({ socket }: Pick<NodeRequest, "socket">): string | undefined {
  return socket?.remoteAddress;
}

function enter(decision: Decision, response: NodeResponse, next: () => unknown): void | Promise<void> {
  if (decision.kind === "refused") {
    const { status, headers, body } = decision.refusal;
    response.statusCode = status;
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    response.end(body);
    return;
  }
  const { held, fields } = decision;
  if (holdUntilEnd(response, held) === "gone") return;
  const failed = (error: unknown): never => {
    held.release("failure");
    throw error;
  };
  try {
    for (const [name, value] of Object.entries(fields)) response.setHeader(name, value);
    const work = next();
    if (isThenable(work)) return Promise.resolve(work).then(() => {}, failed);
  } catch (error) {
    failed(error);
  }
}
