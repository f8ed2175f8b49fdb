import type { IncomingMessage } from "node:http";
import { defer, fail, finalize, type Flow } from "@sluice/core";
import { checkOptions } from "@sluice/core/kit";
import { BodyTooLargeError, limitBytes } from "@sluice/web";
import { fromReadable } from "../stream/from-readable.js";

/** How much of a body is taken. */
export interface HttpBodyOptions {
  /** More than so many bytes fail with a `BodyTooLargeError`, before they come if the peer says so; default: no limit. */
  readonly maxBytes?: number | undefined;
}

/**
 * The body of a request that a server was sent, or of a response that a client was, as chunks of bytes.
 *
 * A body can be read once.
 *
 * *Demand:* one read for each chunk requested: a peer whose body nobody takes is held up by TCP. *Buffers:* nothing; Node
 * holds its `highWaterMark`. *Errors:* a peer that leaves before the end, with `ERR_STREAM_PREMATURE_CLOSE` or
 * `ECONNRESET`; a `BodyTooLargeError`, whose `status` is for the answer. *Cancel:* what is left of the body of a request
 * is thrown away as it comes, so that it can still be answered; that of a response closes its connection. So does an error.
 *
 * @example
 * ```ts
 * import { createServer } from "node:http";
 * import { fromHttpBody } from "@sluice/node";
 * const server = createServer(async (request, response) => {
 *   try {
 *     let bytes = 0;
 *     for await (const chunk of fromHttpBody(request, { maxBytes: 1024 })) bytes += chunk.length;
 *     response.end(`took ${bytes} bytes`);
 *   } catch (error) {
 *     response.writeHead((error as { status?: number }).status ?? 500).end((error as Error).message);
 *   }
 * });
 * server.listen(0, async () => {
 *   const url = `http://localhost:${(server.address() as { port: number }).port}`;
 *   for (const size of [100, 2000]) {
 *     const answer = await fetch(url, { method: "POST", body: new Uint8Array(size) });
 *     console.log(answer.status, await answer.text());
 *   }
 *   server.close();
 * });
 * // prints 200 took 100 bytes
 * // prints 413 Cannot take the body: it has more than 1024 bytes; send less, or raise maxBytes
 * ```
 */
export function fromHttpBody(message: IncomingMessage, options?: HttpBodyOptions): Flow<Uint8Array> {
  if (typeof message?.headers !== "object") {
    throw new TypeError(`Cannot read the body of ${String(message)}: fromHttpBody takes an IncomingMessage`);
  }
  checkOptions("fromHttpBody", options);
  const { maxBytes } = options ?? {};
  const limit = maxBytes === undefined ? undefined : limitBytes<Uint8Array>(maxBytes);
  return defer(() => {
    if (maxBytes !== undefined && Number(message.headers["content-length"]) > maxBytes) {
      leave(message);
      return fail<Uint8Array>(new BodyTooLargeError(maxBytes));
    }
    const chunks = fromReadable<Uint8Array>(message, { destroyOnCancel: false }).pipe(
      finalize((end) => {
        if (end === "cancel") leave(message);
      }),
    );
    return limit === undefined ? chunks : chunks.pipe(limit);
  });
}

/** What a server throws away is bounded by its `requestTimeout`, and takes no memory. */
function leave(message: IncomingMessage): void {
  const isRequest = message.statusCode == null;
  if (isRequest) message.resume();
  else message.destroy();
}
