// A gate before Fastify: a hook onRequest, which comes before Fastify reads or parses a body.

import { type Decision, Entrance, type EntranceOptions } from "./entrance.js";
import { fieldOf, type NodeRequest, peerOf } from "./guard-node.js";
import { goneSignal, hasGone, holdUntilEnd, type NodeResponse } from "./response-end.js";

/** What is used of a `FastifyRequest`. */
export interface FastifyRequestLike {
  readonly raw: NodeRequest;
}

/** What is used of a `FastifyReply`. */
export interface FastifyReplyLike {
  readonly raw: NodeResponse;
  code(status: number): unknown;
  headers(values: Record<string, string>): unknown;
  send(body: string): unknown;
  hijack(): unknown;
}

/**
 * A hook for `onRequest` of Fastify that asks a gate before anything of the request's body is read; in all else it does
 * what `guardNode` does.
 *
 * *Buffers:* nothing. *Errors:* what the gate or a function of the options throws goes to the error handler of Fastify,
 * and the request is not let in. *Cancel:* a client that leaves while its request waits leaves the line.
 *
 * @example
 * ```ts
 * import Fastify from "fastify";
 * import { tokenBucket } from "@sluice/gates";
 * import { guardFastify } from "@sluice/gates/http";
 * const app = Fastify();
 * app.addHook("onRequest", guardFastify({ gate: tokenBucket({ capacity: 1, ratePerSecond: 0.1 }), jitter: 0 }));
 * app.get("/", () => "served");
 * console.log((await app.inject("/")).statusCode); // prints 200
 * console.log((await app.inject("/")).headers["retry-after"]); // prints 10
 * await app.close();
 * ```
 */
export function guardFastify<R extends FastifyRequestLike = FastifyRequestLike>(
  options: EntranceOptions<R>,
): (request: R, reply: FastifyReplyLike) => Promise<unknown> {
  const entrance = new Entrance("guardFastify", options, (request: R, name) => fieldOf(request.raw, name));
  return async (request, reply) => {
    let decision: Decision;
    try {
      decision = await entrance.ask(request, peerOf(request.raw), () => goneSignal(reply.raw));
    } catch (error) {
      if (hasGone(reply.raw)) return reply.hijack();
      throw error;
    }
    if (decision.kind === "refused") {
      const { status, headers, body } = decision.refusal;
      reply.code(status);
      reply.headers({ ...headers });
      reply.send(body);
      return reply;
    }
    if (holdUntilEnd(reply.raw, decision.held) === "gone") return reply.hijack(); // nobody is left to answer to
    reply.headers({ ...decision.fields });
    return undefined;
  };
}
