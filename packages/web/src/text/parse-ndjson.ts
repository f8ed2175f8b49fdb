import { defer, filter, map, type Operator } from "@sluice/core";
import { requireFlow, requireFunction } from "@sluice/core/kit";
import { jsonErrorIndex } from "./json-error-index.js";
import { type LineOptions, splitterBy } from "./line-splitter.js";
import { MalformedInputError } from "./malformed-input-error.js";
import { type OnInvalid, skippingBy } from "./on-invalid.js";
import { parseWith } from "./parse-with.js";

/** How `parseNdjson` reads. */
export type NdjsonOptions = LineOptions &
  OnInvalid & {
    /** As of `JSON.parse`; what it throws fails the flow. */
    readonly reviver?: ((this: unknown, key: string, value: unknown) => unknown) | undefined;
  };

/**
 * Parses newline-delimited JSON, one value a line, out of bytes or text; empty lines are passed over.
 *
 * *Demand:* one chunk at a time. *Buffers:* the lines of one chunk, parsed as they are asked for, and at most
 * `maxLength` characters of a line that has not ended. *Errors:* passed on; a line that is no JSON or too long fails with a
 * `MalformedInputError` of the code `INVALID_JSON` or `LINE_TOO_LONG`, behind the values before it; with `onInvalid:
 * "skip"` it is left out and counted. *Cancel:* passed on.
 *
 * @example
 * ```ts
 * import { of } from "@sluice/core";
 * import { parseNdjson } from "@sluice/web";
 * const onSkip = (error: Error, skipped: number) => console.log(skipped, error.message);
 * const values = of('{"n":1}\n{"n":', "2}\n{n:3}\n").pipe(parseNdjson<{ n: number }>({ onInvalid: "skip", onSkip }));
 * console.log(await values.toArray());
 * // prints 1 Cannot parse the line 3 as JSON: the character 2 is wrong: {n:3}
 * // prints [ { n: 1 }, { n: 2 } ]
 * ```
 */
export function parseNdjson<T = unknown>(options?: NdjsonOptions): Operator<string | Uint8Array, T> {
  const start = splitterBy("parseNdjson", options);
  const skip = skippingBy("parseNdjson", options);
  const { reviver } = options ?? {};
  if (reviver !== undefined) requireFunction("parseNdjson", reviver);
  return (upstream) => {
    requireFlow(upstream, "parseNdjson");
    return defer(() => {
      const refuse = skip();
      let line = 0;
      const parse = (text: string): unknown => {
        line++;
        if (isBlank(text)) return NOTHING;
        try {
          return JSON.parse(text, reviver);
        } catch (thrown) {
          const index = jsonErrorIndex(text);
          if (index === undefined) throw thrown; // it is JSON: the reviver threw
          refuse(invalid(text, line, index, thrown));
          return NOTHING;
        }
      };
      return upstream.pipe(
        parseWith(() => start(options?.onInvalid === "skip" ? refuse : undefined)),
        map(parse),
        filter((value): boolean => value !== NOTHING),
      );
    }) as ReturnType<Operator<string | Uint8Array, T>>; // whoever calls says what is in the lines
  };
}

function invalid(text: string, line: number, index: number, cause: unknown): MalformedInputError {
  const what = index < text.length ? `the character ${index + 1} is wrong` : "it ends too early";
  const message = `Cannot parse the line ${line} as JSON: ${what}`;
  return new MalformedInputError("INVALID_JSON", message, line, index + 1, text, { cause });
}

function isBlank(text: string): boolean {
  return text === "" || text.trim() === "";
}

const NOTHING = Symbol("an empty line, or one that was left out");
