// Bytes of a ReadableStream in chunks of a bounded size, read into buffers of ours where the stream can do that.

import { type Flow, fromWebStream } from "@sluice/core";
import { checkCapacity, checkOptions, describe, dropError } from "@sluice/core/kit";
import { bytesOf } from "./bytes-of.js";

/** How `fromByteStream` reads. */
export interface ByteReadOptions {
  /** The most bytes of an item, an integer >= 1; default 65,536. */
  readonly chunkBytes?: number | undefined;
}

/**
 * Sends the bytes of a `ReadableStream`, such as a file, a socket or a body, in items of at most `chunkBytes`: n items
 * requested are never more than n x `chunkBytes` bytes.
 *
 * A byte stream (`type: "bytes"`) is read with a BYOB reader, which writes into a buffer of `chunkBytes` that is made
 * for it. One that comes back less than half full is copied out and used for the next read, any other goes with its
 * item: an item is yours for good, and never keeps more than twice its bytes alive. A stream of another kind is read
 * as it is, and its larger chunks are cut, without a copy. As any web stream it can be read once.
 *
 * *Demand:* reads once for each item requested, one read at a time. *Buffers:* one buffer of `chunkBytes`, or what is
 * left of a chunk that was cut. *Errors:* the stream's; a chunk that is no bytes is a `TypeError`, and cancels the
 * stream. *Cancel:* cancels the stream and releases its lock; if that fails, the error goes to `onDroppedError`.
 *
 * @example
 * ```ts
 * import { fromByteStream } from "@sluice/web";
 * const file = new Blob(["one two three"]);
 * const sizes = await fromByteStream(file.stream(), { chunkBytes: 5 }).toArray();
 * console.log(sizes.map((bytes) => bytes.length)); // prints [ 5, 5, 3 ]
 * ```
 */
export function fromByteStream(
  stream: ReadableStream<Uint8Array>,
  options?: ByteReadOptions,
): Flow<Uint8Array> {
  if (typeof stream?.getReader !== "function") {
    throw new TypeError(`Cannot make a flow of ${describe(stream)}: fromByteStream takes a ReadableStream`);
  }
  checkOptions("fromByteStream", options);
  const chunkBytes = checkCapacity("fromByteStream", options?.chunkBytes ?? 65_536, 1, "chunkBytes");
  // All that fromWebStream asks of a stream is a reader, and all that of a reader these three methods.
  const cut = { getReader: () => readerOf(stream, chunkBytes) };
  return fromWebStream(cut as unknown as ReadableStream<Uint8Array>);
}

type Step = ReadableStreamReadResult<Uint8Array>;
type Reader = Pick<ReadableStreamDefaultReader<Uint8Array>, "cancel" | "releaseLock"> & {
  read(): Promise<Step> | Step;
};

function readerOf(stream: ReadableStream<Uint8Array>, chunkBytes: number): Reader {
  let reader: ReadableStreamBYOBReader;
  try {
    reader = stream.getReader({ mode: "byob" });
  } catch {
    return new CuttingReader(stream.getReader(), chunkBytes); // throws again for a stream that is locked
  }
  return new FillingReader(reader, chunkBytes);
}

/** Of a byte stream. The buffer of a read comes back with what was read: meanwhile nobody has it. */
class FillingReader implements Reader {
  private readonly reader: ReadableStreamBYOBReader;
  private readonly chunkBytes: number;
  private spare: Uint8Array<ArrayBuffer> | undefined = undefined;

  constructor(reader: ReadableStreamBYOBReader, chunkBytes: number) {
    this.reader = reader;
    this.chunkBytes = chunkBytes;
  }

  read(): Promise<Step> {
    // Over an ArrayBuffer of its own: one that a typed array makes costs a sixth more, as the stream moves it twice.
    const buffer = this.spare ?? new Uint8Array(new ArrayBuffer(this.chunkBytes));
    this.spare = undefined;
    return this.reader.read(buffer).then(this.take);
  }

  cancel(reason?: unknown): Promise<void> {
    return this.reader.cancel(reason);
  }

  releaseLock(): void {
    this.reader.releaseLock();
  }

  private readonly take = (step: ReadableStreamReadResult<Uint8Array<ArrayBuffer>>): Step => {
    if (step.done || step.value.byteLength * 2 >= this.chunkBytes) return step;
    this.spare = new Uint8Array(step.value.buffer);
    return { done: false, value: step.value.slice() };
  };
}

/** Of any other stream: what does not fit into an item waits for the next read. */
class CuttingReader implements Reader {
  private readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  private readonly chunkBytes: number;
  private rest: Uint8Array = NOTHING;

  constructor(reader: ReadableStreamDefaultReader<Uint8Array>, chunkBytes: number) {
    this.reader = reader;
    this.chunkBytes = chunkBytes;
  }

  read(): Promise<Step> | Step {
    return this.rest === NOTHING ? this.reader.read().then(this.take) : this.cut(this.rest);
  }

  cancel(reason?: unknown): Promise<void> {
    this.rest = NOTHING;
    return this.reader.cancel(reason);
  }

  releaseLock(): void {
    this.reader.releaseLock();
  }

  private readonly take = (step: Step): Step => {
    if (step.done) return step;
    try {
      return this.cut(bytesOf(step.value, "fromByteStream"));
    } catch (error) {
      this.cancel(error).catch(dropError); // the stream itself is well: nobody else would tell it to stop
      throw error;
    }
  };

  private cut(bytes: Uint8Array): Step {
    if (bytes.byteLength <= this.chunkBytes) {
      this.rest = NOTHING;
      return { done: false, value: bytes };
    }
    this.rest = bytes.subarray(this.chunkBytes);
    return { done: false, value: bytes.subarray(0, this.chunkBytes) };
  }
}

/** That nothing waits; told by identity, as a stream may have empty chunks. */
const NOTHING = new Uint8Array(0);
