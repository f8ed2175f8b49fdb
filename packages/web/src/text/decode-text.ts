import type { Operator } from "@sluice/core";
import { parseWith } from "./parse-with.js";
import { type DecodeOptions, decodingBy } from "./text-decoding.js";

/**
 * Decodes chunks of bytes into strings; a character that two chunks share comes with the second.
 *
 * *Demand:* one chunk at a time. *Buffers:* the bytes of one character. *Errors:* passed on; with `fatal`, bytes that
 * are no text fail with the code `INVALID_TEXT`. *Cancel:* passed on.
 *
 * @example
 * ```ts
 * import { of } from "@sluice/core";
 * import { decodeText } from "@sluice/web";
 * const halves = of(new Uint8Array([0x63, 0xc3]), new Uint8Array([0xa9]));
 * console.log(await halves.pipe(decodeText()).toArray()); // prints [ 'c', 'é' ]
 * ```
 */
export function decodeText(options?: DecodeOptions): Operator<string | Uint8Array, string> {
  const start = decodingBy("decodeText", options);
  return parseWith(() => {
    const decoding = start();
    return {
      push: (chunk) => unlessEmpty(decoding.textOf(chunk)),
      end: () => unlessEmpty(decoding.rest()),
    };
  });
}

function unlessEmpty(text: string): string[] {
  return text === "" ? [] : [text];
}
