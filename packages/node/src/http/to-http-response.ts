import type { OutgoingHttpHeaders, ServerResponse } from "node:http";
import { type Flow, tap } from "@sluice/core";
import { checkOptions, checkSignal, requireFlow } from "@sluice/core/kit";
import { type WriteOutcome, writeUntilReaderLeaves } from "../stream/write-until-reader-leaves.js";

/** How a response begins. */
export interface HttpResponseOptions {
  /** Default: what the response says, which is 200 unless it was changed. */
  readonly status?: number | undefined;
  /** Beside those that are set already. */
  readonly headers?: OutgoingHttpHeaders | undefined;
  /** Cancels the flow when it aborts, which counts as an error of it. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Answers a request with the chunks of a flow, as fast as the client takes them.
 *
 * The head goes with the first chunk. So a flow that fails before that leaves the response untouched, to be answered
 * otherwise: that is still a status and a text. Behind the head there is no other way to say so than to break the
 * connection, which the client sees as a body that was cut off. A client that leaves is no error: the flow is cancelled,
 * and the answer is `"reader-gone"`.
 *
 * *Demand:* what the response has room for, as `toWritable`. *Buffers:* that. *Errors:* the flow's, as said; rejects
 * with it. *Cancel:* by the signal: cancels the flow, and rejects with its reason, as with an error of the flow.
 *
 * @example
 * ```ts
 * import { createServer } from "node:http";
 * import { of } from "@sluice/core";
 * import { toHttpResponse } from "@sluice/node";
 * const server = createServer((_, response) => {
 *   void toHttpResponse(of("id,name\n", "1,Ann\n"), response, { headers: { "content-type": "text/csv" } });
 * });
 * server.listen(0, async () => {
 *   const answer = await fetch(`http://localhost:${(server.address() as { port: number }).port}`);
 *   console.log(answer.headers.get("content-type"), (await answer.text()).split("\n")[1]); // prints text/csv 1,Ann
 *   server.close();
 * });
 * ```
 */
export function toHttpResponse(
  flow: Flow<string | Uint8Array>,
  response: ServerResponse,
  options?: HttpResponseOptions,
): Promise<WriteOutcome> {
  requireFlow(flow, "toHttpResponse");
  if (typeof response?.writeHead !== "function") {
    throw new TypeError(`Cannot answer with ${String(response)}: toHttpResponse takes a ServerResponse`);
  }
  checkOptions("toHttpResponse", options);
  checkSignal("toHttpResponse", options?.signal);
  return answer(flow, response, options ?? {});
}

async function answer(
  flow: Flow<string | Uint8Array>,
  response: ServerResponse,
  { status = response.statusCode, headers, signal }: HttpResponseOptions,
): Promise<WriteOutcome> {
  const begin = (): void => {
    if (!response.headersSent) response.writeHead(status, headers);
  };
  try {
    // Left open: a stream that is ended with its flow is destroyed with it, and could not be answered otherwise.
    const outcome = await writeUntilReaderLeaves(flow.pipe(tap(begin)), response, { signal, end: false });
    if (outcome === "reader-gone" || response.destroyed) return "reader-gone";
    begin();
    return await ended(response);
  } catch (error) {
    if (response.headersSent) response.destroy();
    throw error;
  }
}

/** The rest is with the system when it is finished; a client may leave even then. */
function ended(response: ServerResponse): Promise<WriteOutcome> {
  return new Promise((resolve) => {
    response.once("close", () => resolve(response.writableFinished ? "complete" : "reader-gone"));
    response.end();
  });
}
