import type { ClientRequest, IncomingMessage } from "node:http";
import type { Flow } from "@sluice/core";
import { checkOptions, requireFlow } from "@sluice/core/kit";
import { toWritable } from "../stream/to-writable.js";

/** How a request is sent. */
export interface HttpRequestOptions {
  /** Cancels the flow and breaks the request off when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sends a flow as the body of a request, as fast as the server takes it; resolves with the response as soon as that
 * begins, which may be before all is sent. Its body is read by `fromHttpBody`.
 *
 * *Demand:* what the request has room for, as `toWritable`. *Buffers:* that. *Errors:* the flow's breaks the request off; that
 * of the request (no connection, a server that leaves) cancels the flow; rejects with it. Once there is a response, the
 * flow's errors show as its body being cut off, and a server that takes no more only cancels the flow. *Cancel:* by
 * the signal; rejects with its reason.
 *
 * @example
 * ```ts
 * import { createServer, request } from "node:http";
 * import { of } from "@sluice/core";
 * import { fromHttpBody, toHttpRequest, toHttpResponse } from "@sluice/node";
 * const echo = createServer((asked, response) => void toHttpResponse(fromHttpBody(asked), response));
 * echo.listen(0, async () => {
 *   const { port } = echo.address() as { port: number };
 *   const response = await toHttpRequest(of("hello ", "echo"), request({ port, method: "POST" }));
 *   console.log(Buffer.concat(await fromHttpBody(response).toArray()).toString()); // prints hello echo
 *   echo.close();
 * });
 * ```
 */
export function toHttpRequest(
  flow: Flow<string | Uint8Array>,
  request: ClientRequest,
  options?: HttpRequestOptions,
): Promise<IncomingMessage> {
  requireFlow(flow, "toHttpRequest");
  if (typeof request?.setHeader !== "function") {
    throw new TypeError(`Cannot send ${String(request)}: toHttpRequest takes a ClientRequest`);
  }
  checkOptions("toHttpRequest", options);
  return new Promise((resolve, reject) => {
    request.once("response", resolve);
    // What comes when there is a response shows in its body: a second answer of a promise has no effect.
    request.on("error", reject);
    toWritable(flow, request, { signal: options?.signal }).catch(reject);
  });
}
