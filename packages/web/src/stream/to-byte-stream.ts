// A flow as a readable byte stream, which fills the reader's own buffers.

import type { Flow, InboxOptions } from "@sluice/core";
import { checkOptions, checkSignal, describe, requireFlow } from "@sluice/core/kit";
import { bytesOf } from "./bytes-of.js";

/** How `toByteStream` is fed, and whose the bytes are. */
export interface ByteStreamOptions extends InboxOptions {
  /** Chunks asked for ahead of the reader; default 16. */
  readonly prefetch?: number | undefined;
  /**
   * `true`: nobody else looks at the flow's chunks again, and one that is all of its ArrayBuffer is moved into the
   * stream instead of copied, which leaves the chunk empty for everybody else; default `false`.
   */
  readonly giveAway?: boolean | undefined;
}

/**
 * A readable byte stream (`type: "bytes"`) of the chunks of a flow: for whoever reads with buffers of his own (BYOB).
 *
 * A BYOB reader gets the bytes written into its buffer, and what does not fit by its next read; any other reader gets a
 * chunk for each of the flow. Either way each byte is copied once: a byte stream otherwise takes the memory of what is
 * put into it, and would leave a chunk that the flow's source or another subscriber still holds empty. There is no
 * `autoAllocateChunkSize`: the size of a chunk is known when a buffer for it is made. Empty chunks are left out, as
 * such a stream can have none. The flow is subscribed when the stream is first read.
 *
 * *Demand:* `prefetch` chunks at first, then as many again whenever three quarters have been read. *Buffers:*
 * `prefetch` chunks; the stream itself holds nothing. *Errors:* the stream fails with the flow's error, after the
 * chunks before it; an item that is no bytes is a `TypeError`, and cancels the flow. *Cancel:* a cancel of the stream
 * cancels the flow; so does the signal, and the stream fails with its reason.
 *
 * @example
 * ```ts
 * import { of } from "@sluice/core";
 * import { toByteStream } from "@sluice/web";
 * const reader = toByteStream(of(new Uint8Array([1, 2, 3]))).getReader({ mode: "byob" });
 * console.log((await reader.read(new Uint8Array(2))).value); // prints Uint8Array(2) [ 1, 2 ]
 * console.log((await reader.read(new Uint8Array(2))).value); // prints Uint8Array(1) [ 3 ]
 * ```
 */
export function toByteStream(
  flow: Flow<Uint8Array>,
  options?: ByteStreamOptions,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  checkOptions("toByteStream", options);
  const { prefetch = 16, signal, giveAway = false } = options ?? {};
  if (typeof giveAway !== "boolean") {
    throw new TypeError(
      `Cannot give toByteStream the giveAway ${describe(giveAway)}: it must be true or false`,
    );
  }
  checkSignal("toByteStream", signal);
  return new ReadableStream(
    new ByteSource(requireFlow(flow, "toByteStream").values({ prefetch, signal }), giveAway),
  );
}

/**
 * idle --pull--> reading --chunk--> idle
 *                        --the flow's end--> closed | failed
 *
 * The stream pulls again only when it was answered, so there is never a second read.
 */
class ByteSource implements UnderlyingByteSource {
  readonly type = "bytes" as const;
  private readonly chunks: AsyncIterator<Uint8Array>;
  private readonly giveAway: boolean;
  /** Of a chunk that was larger than the reader's buffer. */
  private rest: Uint8Array | undefined = undefined;

  constructor(chunks: AsyncIterator<Uint8Array>, giveAway: boolean) {
    this.chunks = chunks;
    this.giveAway = giveAway;
  }

  /** What it throws once the stream is cancelled nobody hears. */
  async pull(controller: ReadableByteStreamController): Promise<void> {
    const bytes = this.rest ?? (await this.read());
    this.rest = undefined;
    const { byobRequest } = controller; // looked at now: its reader may have left meanwhile
    const buffer = byobRequest?.view as Uint8Array | null | undefined;
    if (bytes === undefined) {
      controller.close();
      byobRequest?.respond(0); // the stream is closed once the reader has its buffer back
    } else if (byobRequest && buffer) {
      const count = Math.min(buffer.byteLength, bytes.byteLength);
      buffer.set(bytes.subarray(0, count));
      if (count < bytes.byteLength) this.rest = bytes.subarray(count);
      byobRequest.respond(count);
    } else {
      // Not by slice(), which a Buffer of Node has made a view.
      controller.enqueue(this.giveAway && isAll(bytes) ? bytes : new Uint8Array(bytes));
    }
  }

  async cancel(): Promise<void> {
    this.rest = undefined;
    await this.chunks.return?.();
  }

  /** The next chunk that is not empty; none: the flow has completed. */
  private async read(): Promise<Uint8Array | undefined> {
    try {
      for (;;) {
        const { done, value } = await this.chunks.next();
        if (done) return undefined;
        const bytes = bytesOf(value, "toByteStream");
        if (bytes.byteLength > 0) return bytes;
      }
    } catch (error) {
      await this.chunks.return?.(); // the flow goes on where it was only an item that was wrong
      throw error;
    }
  }
}

/** A part must not be moved: the rest of its memory, such as Node's pool of small Buffers, would go with it. */
function isAll(bytes: Uint8Array): bytes is Uint8Array<ArrayBuffer> {
  return bytes.byteLength === bytes.buffer.byteLength && bytes.buffer instanceof ArrayBuffer;
}
