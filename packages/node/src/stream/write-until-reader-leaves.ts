// Writing to somebody who may have enough: a pipe to another program, a client behind a socket.

import { finalize, type Flow } from "@sluice/core";
import { type ToWritableOptions, toWritable } from "./to-writable.js";

/** How it ended well: all was written, or whoever reads wants no more. */
export type WriteOutcome = "complete" | "reader-gone";

/**
 * As `toWritable`, but a reader that leaves is no error: the flow is cancelled all the same. The flow's own errors stay
 * errors, also where they have such a code.
 */
export async function writeUntilReaderLeaves(
  flow: Flow<string | Uint8Array>,
  stream: NodeJS.WritableStream,
  options?: ToWritableOptions,
): Promise<WriteOutcome> {
  let hasFailed = false;
  const watched = flow.pipe(
    finalize((end) => {
      hasFailed = end === "error";
    }),
  );
  try {
    await toWritable(watched, stream, options);
    return "complete";
  } catch (error) {
    if (hasFailed || !READER_GONE.has((error as NodeJS.ErrnoException | undefined)?.code)) throw error;
    return "reader-gone";
  }
}

/** What Node says of it, by the platform and the moment. */
const READER_GONE: ReadonlySet<string | undefined> = new Set([
  ...["EPIPE", "ECONNRESET", "EOF"],
  ...["ERR_STREAM_PREMATURE_CLOSE", "ERR_STREAM_DESTROYED", "STREAM_DESTROYED"],
]);
