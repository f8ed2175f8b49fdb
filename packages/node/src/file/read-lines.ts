import type { Flow } from "@sluice/core";
import { type LineOptions, lines } from "@sluice/web";
import { type ReadBytesOptions, readBytes } from "./read-bytes.js";

/** How `readLines` reads. */
export interface ReadLinesOptions extends ReadBytesOptions, LineOptions {}

/**
 * Reads a text file line by line; each subscriber opens it anew.
 *
 * *Demand:* one chunk of bytes at a time, the next when its lines are taken. *Buffers:* the lines of one chunk, and at
 * most `maxLength` characters of a line that has not ended. *Errors:* those of the file system; a line that is too long
 * fails with a `MalformedInputError`. *Cancel:* closes the file; so does every other end.
 *
 * @example
 * ```ts
 * import { writeFileSync } from "node:fs";
 * import { tmpdir } from "node:os";
 * import { join } from "node:path";
 * import { readLines } from "@sluice/node";
 * const path = join(tmpdir(), `sluice-${process.pid}-lines`);
 * writeFileSync(path, "one\ntwo\n");
 * console.log(await readLines(path).toArray()); // prints [ 'one', 'two' ]
 * ```
 */
export function readLines(path: string | URL, options?: ReadLinesOptions): Flow<string> {
  return readBytes(path, options).pipe(lines(options));
}
