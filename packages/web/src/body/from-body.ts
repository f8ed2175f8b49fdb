// The body of a response, a request or a file as a flow, and no more of it than was allowed.

import type { Flow } from "@sluice/core";
import { checkCapacity, checkOptions, complete, describe, fail, flowFrom } from "@sluice/core/kit";
import { type ByteReadOptions, fromByteStream } from "../stream/from-byte-stream.js";
import { BodyTooLargeError, limitBytes } from "./limit-bytes.js";

/** A `Response`, a `Request`, or anything that has a body as they do. */
export interface BodyOwner {
  readonly body: ReadableStream<Uint8Array> | null;
  readonly bodyUsed?: boolean | undefined;
  readonly headers?: { get(name: string): string | null } | undefined;
}

/** A `Blob` or a `File`. */
export interface BlobLike {
  readonly size: number;
  stream(): ReadableStream<Uint8Array>;
}

/** How `fromBody` reads, and how much at most. */
export interface BodyOptions extends ByteReadOptions {
  /** The most bytes in all, an integer >= 0, as they are read: after a `Content-Encoding` was undone; default: no limit. */
  readonly maxBytes?: number | undefined;
}

/**
 * Sends the bytes of a body in items of at most `chunkBytes`: of what `fetch` answered, of a request that is served, of
 * a file. No body at all is an empty one. A body can be read once, a `Blob` by each subscriber.
 *
 * With `maxBytes` a body that says that it is longer is refused before it is read, and any other as soon as it is.
 *
 * *Demand:* reads once for each item requested: what nobody asks for stays with whoever sends it. *Buffers:* one buffer
 * of `chunkBytes`. *Errors:* the stream's; a `BodyTooLargeError`, which cancels the body; a `TypeError` for a body that
 * somebody else has read. *Cancel:* cancels the body, which ends the transfer, and releases its lock.
 *
 * @example
 * ```ts
 * import { fromBody } from "@sluice/web";
 * const response = new Response("far more than was wanted");
 * const bytes = fromBody(response, { maxBytes: 10 });
 * await bytes.toArray().catch((error) => console.log(error.code, error.maxBytes)); // prints BODY_TOO_LARGE 10
 * ```
 */
export function fromBody(source: BodyOwner | BlobLike, options?: BodyOptions): Flow<Uint8Array> {
  if (!isBlob(source) && !("body" in Object(source))) {
    throw new TypeError(
      `Cannot read the body of ${describe(source)}: fromBody takes a Response, a Request or a Blob`,
    );
  }
  checkOptions("fromBody", options);
  const maxBytes = options?.maxBytes;
  if (maxBytes !== undefined) checkCapacity("fromBody", maxBytes, 0, "maxBytes");
  return flowFrom<Uint8Array>(
    (downstream) => {
      const stream = isBlob(source) ? source.stream() : source.body;
      if (stream === null) complete(downstream);
      else if ((source as BodyOwner).bodyUsed || stream.locked) {
        fail(downstream, new TypeError("Cannot read a body twice: clone() its owner before the first time"));
      } else if (maxBytes === undefined) fromByteStream(stream, options).connect(downstream);
      else if (announcedBytes(source) > maxBytes) {
        stream.cancel().catch(() => {}); // nobody reads it: what goes wrong with it changes nothing
        fail(downstream, new BodyTooLargeError(maxBytes));
      } else fromByteStream(stream, options).pipe(limitBytes(maxBytes)).connect(downstream);
    },
    { name: "fromBody", settings: { maxBytes } },
  );
}

function isBlob(source: BodyOwner | BlobLike): source is BlobLike {
  return typeof (source as BlobLike | undefined)?.stream === "function";
}

/** What is known before it is read. The length of an encoded body says nothing of what it decodes to. */
function announcedBytes(source: BodyOwner | BlobLike): number {
  if (isBlob(source)) return source.size;
  return source.headers?.get("content-encoding") == null ? Number(source.headers?.get("content-length")) : 0;
}
