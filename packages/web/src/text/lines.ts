import type { Operator } from "@sluice/core";
import { type LineOptions, splitterBy } from "./line-splitter.js";
import { parseWith } from "./parse-with.js";

/**
 * Cuts bytes or text into lines, however the chunks lie; `"\n"` and `"\r\n"` end a line and are not part of it.
 *
 * The last line need not end. A byte order mark at the beginning of bytes is left out.
 *
 * *Demand:* one chunk at a time. *Buffers:* the lines of one chunk, and at most `maxLength` characters of a line that
 * has not ended. *Errors:* passed on; a line longer than `maxLength` fails with a `MalformedInputError` of the code
 * `LINE_TOO_LONG`, behind the lines before it. *Cancel:* passed on.
 *
 * @example
 * ```ts
 * import { of } from "@sluice/core";
 * import { lines } from "@sluice/web";
 * console.log(await of("one\r\ntw", "o\n\nthree").pipe(lines()).toArray()); // prints [ 'one', 'two', '', 'three' ]
 * ```
 */
export function lines(options?: LineOptions): Operator<string | Uint8Array, string> {
  const start = splitterBy("lines", options);
  return parseWith(() => start());
}
