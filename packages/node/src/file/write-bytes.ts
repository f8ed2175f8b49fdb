import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Flow } from "@sluice/core";
import { checkOptions, checkSignal, requireFlow } from "@sluice/core/kit";
import { toWritable } from "../stream/to-writable.js";

/** How a file is written. */
export interface WriteBytesOptions {
  /**
   * `true`: written beside its place under another name, forced to the disk, and moved there when all is well. Who reads
   * finds the old file or the new one, never half of it; an end that is not good leaves the old one. Default `false`.
   */
  readonly atomic?: boolean | undefined;
  /** As of `fs.open`: `"a"` appends, `"wx"` refuses a file that exists; default `"w"`. Not together with `atomic`. */
  readonly flags?: string | undefined;
  /** Of a file that is made new; default `0o666`, less what the umask takes. */
  readonly mode?: number | undefined;
  /** Cancels the flow and closes the file when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes bytes or text (as UTF-8) into a file; resolves when it is closed, with the number of bytes.
 *
 * *Demand:* as many chunks as fit into 256 KiB if they are like the largest so far; more whenever three quarters are
 * written. *Buffers:* that many. *Errors:* the flow's, those of the file system, and of an item that is neither bytes nor
 * text; rejects with it, when the file is closed. What was written until then stays, unless `atomic`. *Cancel:* by the
 * signal: cancels the flow and rejects with its reason.
 *
 * @example
 * ```ts
 * import { readFileSync } from "node:fs";
 * import { tmpdir } from "node:os";
 * import { join } from "node:path";
 * import { of } from "@sluice/core";
 * import { writeBytes } from "@sluice/node";
 * const path = join(tmpdir(), `sluice-${process.pid}-written`);
 * console.log(await writeBytes(of("some ", "bytes"), path, { atomic: true })); // prints 10
 * console.log(readFileSync(path, "utf8")); // prints some bytes
 * ```
 */
export function writeBytes(
  flow: Flow<string | Uint8Array>,
  path: string | URL,
  options?: WriteBytesOptions,
): Promise<number> {
  requireFlow(flow, "writeBytes");
  checkOptions("writeBytes", options);
  const { atomic = false, flags, signal } = options ?? {};
  checkSignal("writeBytes", signal);
  if (!atomic) return write(flow, path, flags ?? "w", options);
  if (flags === undefined) return replace(flow, path, options);
  throw new TypeError(
    `Cannot give writeBytes the flags ${JSON.stringify(flags)} with atomic: it writes a new file, leave them out`,
  );
}

async function replace(
  flow: Flow<string | Uint8Array>,
  path: string | URL,
  options: WriteBytesOptions | undefined,
): Promise<number> {
  const place = path instanceof URL ? fileURLToPath(path) : path;
  const beside = `${place}.${randomUUID()}.tmp`; // in the same folder: a move between disks would be a copy
  try {
    const bytes = await write(flow, beside, "wx", options);
    await rename(beside, place);
    return bytes;
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

async function write(
  flow: Flow<string | Uint8Array>,
  path: string | URL,
  flags: string,
  options: WriteBytesOptions | undefined,
): Promise<number> {
  const { atomic, mode = 0o666, signal } = options ?? {};
  const flush = atomic === true; // to the disk, before the move can get there
  const file = createWriteStream(path, { flags, mode, flush, highWaterMark: 262_144 });
  const closed = new Promise<void>((resolve) => file.once("close", resolve));
  try {
    await toWritable(flow, file, { signal });
    return file.bytesWritten;
  } finally {
    await closed;
  }
}
