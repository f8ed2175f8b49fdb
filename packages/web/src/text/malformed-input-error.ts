// What all parsers of text say of input that is not what it should be.

import { SluiceError } from "@sluice/core";

/**
 * Input that could not be parsed: `line` and `column` count from 1, the column in characters of JavaScript, and in CSV in
 * fields; `text` is the place, shortened.
 *
 * @example
 * ```ts
 * import { of } from "@sluice/core";
 * import { MalformedInputError, parseNdjson } from "@sluice/web";
 * const broken = of('{"a":1}\n', '{"a":}\n').pipe(parseNdjson());
 * await broken.toArray().catch((error) => {
 *   if (error instanceof MalformedInputError) console.log(error.line, error.column, error.text); // prints 2 6 {"a":}
 * });
 * ```
 */
export class MalformedInputError extends SluiceError {
  readonly line: number;
  readonly column: number;
  readonly text: string;

  /** @param text all of it, or so much that `column` lies in it */
  constructor(
    code: string,
    message: string,
    line: number,
    column: number,
    text: string,
    options?: ErrorOptions,
  ) {
    const shown = excerpt(text, column);
    super(code, `${message}: ${shown}`, options);
    this.line = line;
    this.column = column;
    this.text = shown;
  }
}

/** At most 80 characters: the beginning, or what lies around the column. */
function excerpt(text: string, column: number): string {
  if (text.length <= LONGEST) return text;
  const start = Math.min(Math.max(0, column - 1 - LONGEST / 2), text.length - LONGEST);
  const before = start > 0 ? "…" : "";
  const after = start + LONGEST < text.length ? "…" : "";
  return before + text.slice(start + before.length, start + LONGEST - after.length) + after;
}

const LONGEST = 80;
