// A gate before a handler of the fetch kind, (request) => response: Deno, Bun, workers, Hono, SvelteKit, Next.

import { requireFunction } from "@sluice/core/kit";
import { answered, hasLeft, NOBODY, refusedResponse } from "./answered.js";
import { Entrance, type EntranceOptions } from "./entrance.js";

/** As for any entrance; and who the peer is, which a `Request` does not say. */
export interface FetchGuardOptions<Rest extends readonly unknown[]> extends EntranceOptions<Request> {
  /**
   * The address of the peer, from what the server gives its handlers besides the request. Default: nobody knows, as with
   * a Unix socket.
   */
  readonly address?: ((request: Request, ...rest: Rest) => string | undefined) | undefined;
}

/**
 * `handler` behind a gate, which is asked before anything of the request's body is read.
 *
 * Who is refused hears 429 or 503, Retry-After and why. The permit goes back when the body of the answer has been read to
 * its end (`"failure"` for a status of 500 and more, else `"success"`), when the handler or its body fails
 * (`"failure"`), or when the client has gone, which cancels the body or aborts the request's signal (`"ignored"`): then
 * not before the handler has ended, as it still works.
 *
 * *Demand:* one chunk of the body for each that the server reads. *Buffers:* nothing. *Errors:* what the gate, the
 * handler or a function of the options throws rejects the promise, and nobody gets in by it. *Cancel:* a client that
 * leaves while its request waits leaves the line.
 *
 * @example
 * ```ts
 * import { tokenBucket } from "@sluice/gates";
 * import { guardFetch } from "@sluice/gates/http";
 * const serve = guardFetch(() => new Response("served"), {
 *   gate: tokenBucket({ capacity: 1, ratePerSecond: 0.1 }),
 *   jitter: 0,
 * });
 * console.log((await serve(new Request("http://localhost/"))).status); // prints 200
 * console.log((await serve(new Request("http://localhost/"))).headers.get("retry-after")); // prints 10
 * ```
 */
export function guardFetch<Rest extends readonly unknown[] = []>(
  handler: (request: Request, ...rest: Rest) => Response | Promise<Response>,
  options: FetchGuardOptions<Rest>,
): (request: Request, ...rest: Rest) => Promise<Response> {
  requireFunction("guardFetch", handler);
  const entrance = new Entrance<Request>("guardFetch", options, headerOf);
  const { address } = options;
  if (address !== undefined) requireFunction("guardFetch by an address", address);
  return async (request, ...rest) => {
    const decision = await entrance.ask(request, address?.(request, ...rest), () => request.signal);
    if (decision.kind === "refused") return refusedResponse(request, decision.refusal);
    if (hasLeft(request, decision)) return new Response(null, NOBODY);
    try {
      return answered(request, await handler(request, ...rest), decision);
    } catch (error) {
      decision.held.release(request.signal.aborted ? "ignored" : "failure");
      throw error;
    }
  };
}

/** The field of a request as one text. */
export function headerOf(request: Request, name: string): string | undefined {
  return request.headers.get(name) ?? undefined;
}
