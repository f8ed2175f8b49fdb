// A gate as middleware of Hono.

import { answered, hasLeft, NOBODY, refusedResponse } from "./answered.js";
import { Entrance, type EntranceOptions } from "./entrance.js";
import { headerOf } from "./guard-fetch.js";
import { type NodeRequest, peerOf } from "./guard-node.js";

/** What is used of a Hono `Context`. */
export interface HonoContextLike {
  readonly req: { readonly raw: Request };
  res: Response;
  readonly env: unknown;
}

/** As for any entrance; and who the peer is. */
export interface HonoGuardOptions<C> extends EntranceOptions<C> {
  /** The address of the peer, such as `getConnInfo(context).remote.address`. Default: on Node, that of the socket. */
  readonly address?: ((context: C) => string | undefined) | undefined;
}

/**
 * A middleware of Hono that asks a gate before anything of the request's body is read; in all else it does what
 * `guardFetch` does.
 *
 * *Demand:* one chunk of the body for each that the server reads. *Buffers:* nothing. *Errors:* what the gate or a
 * function of the options throws goes to `app.onError`, and nobody gets in by it. *Cancel:* a client that leaves while
 * its request waits leaves the line.
 *
 * @example
 * ```ts
 * import { Hono } from "hono";
 * import { tokenBucket } from "@sluice/gates";
 * import { guardHono } from "@sluice/gates/http";
 * const app = new Hono();
 * app.use(guardHono({ gate: tokenBucket({ capacity: 1, ratePerSecond: 0.1 }), jitter: 0 }));
 * app.get("/", (context) => context.text("served"));
 * console.log((await app.request("/")).status); // prints 200
 * console.log((await app.request("/")).headers.get("retry-after")); // prints 10
 * ```
 */
export function guardHono<C extends HonoContextLike = HonoContextLike>(
  options: HonoGuardOptions<C>,
): (context: C, next: () => Promise<void>) => Promise<Response | undefined> {
  const entrance = new Entrance<C>("guardHono", options, (context, name) => headerOf(context.req.raw, name));
  const { address = socketAddress } = options;
  return async (context, next) => {
    const request = context.req.raw;
    const decision = await entrance.ask(context, address(context), () => request.signal);
    if (decision.kind === "refused") return refusedResponse(request, decision.refusal);
    if (hasLeft(request, decision)) return new Response(null, NOBODY);
    try {
      await next(); // what handlers throw has become an answer of app.onError
      const answer = answered(request, context.res, decision);
      // Setting it makes another Response, which a switch of protocols does not survive.
      if (answer !== context.res) context.res = answer;
    } catch (error) {
      decision.held.release("failure");
      throw error;
    }
    return undefined;
  };
}

/** Of @hono/node-server, which hands on the request of Node as `env.incoming`. */
function socketAddress({ env }: HonoContextLike): string | undefined {
  const incoming = (env as { incoming?: NodeRequest } | undefined)?.incoming;
  return incoming === undefined ? undefined : peerOf(incoming);
}
