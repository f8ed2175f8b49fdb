import type { Operator } from "@sluice/core";
import { parseWith } from "./parse-with.js";

/**
 * Encodes strings as UTF-8; a character that two strings share, half of a surrogate pair in each, stays whole. Bytes
 * pass as they are.
 *
 * *Demand:* one string at a time. *Buffers:* one half of a surrogate pair. *Errors:* passed on; an item that is neither
 * fails with a `TypeError`. *Cancel:* passed on.
 *
 * @example
 * ```ts
 * import { of } from "@sluice/core";
 * import { encodeText } from "@sluice/web";
 * console.log(await of("é").pipe(encodeText()).toArray()); // prints [ Uint8Array(2) [ 195, 169 ] ]
 * ```
 */
export function encodeText(): Operator<string | Uint8Array, Uint8Array> {
  return parseWith(() => {
    const encoder = new TextEncoder();
    let half = "";
    const encode = (text: string): Uint8Array[] => (text === "" ? [] : [encoder.encode(text)]);
    return {
      push: (item) => {
        if (typeof item !== "string") {
          if (!(item instanceof Uint8Array)) {
            throw new TypeError(
              `Cannot encodeText an item of type ${typeof item}: it must be a string or a Uint8Array`,
            );
          }
          const before = encode(half);
          half = "";
          return [...before, item];
        }
        const text = half + item;
        half = HIGH_SURROGATE.test(text) ? text.slice(-1) : "";
        return encode(half === "" ? text : text.slice(0, -1));
      },
      end: () => encode(half),
    };
  });
}

const HIGH_SURROGATE = /[\uD800-\uDBFF]$/;
