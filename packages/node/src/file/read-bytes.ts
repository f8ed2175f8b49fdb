import { open } from "node:fs/promises";
import { type Flow, fromAsyncIterable } from "@sluice/core";
import { checkCapacity, checkOptions } from "@sluice/core/kit";

/** Which part of a file is read, and in pieces of what size. */
export interface ReadBytesOptions {
  /** Bytes of each chunk but the last; default 65,536. */
  readonly chunkBytes?: number | undefined;
  /** The first byte that is read, counted from 0; default 0. */
  readonly start?: number | undefined;
  /** The first byte that is not read any more, as with `subarray`; default: all there are. */
  readonly end?: number | undefined;
}

/**
 * Reads a file as chunks of bytes, one for each that is asked for; each subscriber opens it anew.
 *
 * For what is no file (a pipe, a terminal, a socket) take `fromReadable`: a read that waits for such a peer cannot be
 * called off.
 *
 * *Demand:* one read for each chunk requested, one at a time; nothing is read ahead. The end is found by the request
 * behind the last chunk. *Buffers:* nothing; each chunk is memory of its own, and yours. *Errors:* those of the file
 * system, such as `ENOENT`. *Cancel:* closes the file when the read under way is done; so does every other end.
 *
 * @example
 * ```ts
 * import { writeFileSync } from "node:fs";
 * import { tmpdir } from "node:os";
 * import { join } from "node:path";
 * import { readBytes } from "@sluice/node";
 * const path = join(tmpdir(), `sluice-${process.pid}-bytes`);
 * writeFileSync(path, "some bytes");
 * for await (const chunk of readBytes(path, { chunkBytes: 4 })) console.log(chunk.length);
 * // prints 4
 * // prints 4
 * // prints 2
 * ```
 */
export function readBytes(path: string | URL, options?: ReadBytesOptions): Flow<Uint8Array> {
  checkOptions("readBytes", options);
  const chunkBytes = checkCapacity("readBytes", options?.chunkBytes ?? 65_536, 1, "chunkBytes");
  const start = checkPosition("start", options?.start ?? 0);
  const end = options?.end === undefined ? Number.POSITIVE_INFINITY : checkPosition("end", options.end);
  return fromAsyncIterable({ [Symbol.asyncIterator]: () => chunksOf(path, chunkBytes, start, end) });
}

async function* chunksOf(
  path: string | URL,
  chunkBytes: number,
  start: number,
  end: number,
): AsyncGenerator<Uint8Array> {
  const file = await open(path);
  try {
    let position = start;
    while (position < end) {
      const size = Math.min(chunkBytes, end - position);
      const chunk = new Uint8Array(size);
      const { bytesRead } = await file.read(chunk, 0, size, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      // A short one is copied, so that no chunk holds memory which it does not show.
      yield bytesRead === size ? chunk : chunk.slice(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

function checkPosition(option: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new RangeError(`Cannot give readBytes the ${option} ${String(value)}: it must be an integer >= 0`);
}
