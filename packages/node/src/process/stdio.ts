import { defer, type Flow } from "@sluice/core";
import { checkOptions, checkSignal, requireFlow } from "@sluice/core/kit";
import { type FromReadableOptions, fromReadable } from "../stream/from-readable.js";
import { type WriteOutcome, writeUntilReaderLeaves } from "../stream/write-until-reader-leaves.js";

/**
 * The standard input of this process as chunks of bytes.
 *
 * It is opened when it is subscribed. It can be read once: share it for several readers.
 *
 * *Demand:* one read for each chunk requested. *Buffers:* nothing; Node holds 64 KiB. *Errors:* those of the stream.
 * *Cancel:* destroys it, so that the process can end; with `destroyOnCancel: false` it stays for the next who reads it, and the process with it until the input ends.
 *
 * @example
 * ```ts
 * import { take } from "@sluice/core";
 * import { fromStdin } from "@sluice/node";
 * import { lines } from "@sluice/web";
 * const first = await fromStdin().pipe(lines(), take(1)).toArray();
 * console.log(first.length <= 1); // prints true
 * ```
 */
export function fromStdin(options?: FromReadableOptions): Flow<Uint8Array> {
  return defer(() => fromReadable<Uint8Array>(process.stdin, options));
}

/** How `toStdout` writes. */
export interface ToStdoutOptions {
  /** Cancels the flow when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes bytes or text to the standard output of this process, which stays open.
 *
 * A reader that leaves, as `head` does in `node rows.js | head`, is no error: the flow is cancelled, and the answer is
 * `"reader-gone"`, where Node would end the process with `EPIPE`.
 *
 * *Demand:* what the stream has room for, as `toWritable`. *Buffers:* that. *Errors:* the flow's, and other errors of the
 * stream; rejects with it. *Cancel:* by the signal; rejects with its reason.
 *
 * @example
 * ```ts
 * import { of } from "@sluice/core";
 * import { toStdout } from "@sluice/node";
 * await toStdout(of("one\n", "two\n"));
 * // prints one
 * // prints two
 * ```
 */
export function toStdout(flow: Flow<string | Uint8Array>, options?: ToStdoutOptions): Promise<WriteOutcome> {
  requireFlow(flow, "toStdout");
  checkOptions("toStdout", options);
  checkSignal("toStdout", options?.signal);
  return writeUntilReaderLeaves(flow, process.stdout, { signal: options?.signal, end: false });
}
