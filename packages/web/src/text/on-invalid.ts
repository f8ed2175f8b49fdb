// The choice that everybody has who parses: fail, or leave it out, but never in silence.

import { checkOptions } from "@sluice/core/kit";
import type { MalformedInputError } from "./malformed-input-error.js";

/** What becomes of input that cannot be parsed. */
export type OnInvalid =
  | {
      /** Default: the first such line is the end of the flow. */
      readonly onInvalid?: "fail" | undefined;
    }
  | {
      /** It is left out, and told of. */
      readonly onInvalid: "skip";
      /** Hears of each that is left out, and how many those are by now; what it throws fails the flow. */
      readonly onSkip: (error: MalformedInputError, skipped: number) => void;
    };

/**
 * What a parser does with malformed input, by the user's choice: checked at the call, it answers with what is called for
 * each subscriber, and that with what is called for each error: it throws it, or tells and counts it. For parsers of
 * your own, with `parseWith`.
 *
 * *Demand:* nothing to do with it. *Buffers:* a count. *Errors:* throws a `TypeError` for a choice that there is not, or
 * where nobody is told; and what it is given, or what `onSkip` throws. *Cancel:* nothing to release.
 *
 * @example
 * ```ts
 * import { MalformedInputError, skippingBy } from "@sluice/web";
 * const onSkip = (error: Error, skipped: number) => console.log(skipped, error.message);
 * const refuse = skippingBy("parseFoo", { onInvalid: "skip", onSkip })();
 * refuse(new MalformedInputError("INVALID_FOO", "Cannot parse the line 1", 1, 1, "bar"));
 * // prints 1 Cannot parse the line 1: bar
 * ```
 */
export function skippingBy(
  place: string,
  options: OnInvalid | undefined,
): () => (error: MalformedInputError) => void {
  checkOptions(place, options);
  const { onInvalid = "fail", onSkip } = (options ?? {}) as { onInvalid?: unknown; onSkip?: OnSkip };
  if (onInvalid !== "fail" && onInvalid !== "skip") {
    throw new TypeError(
      `Cannot give ${place} onInvalid: ${JSON.stringify(onInvalid)}: choose "fail" or "skip"`,
    );
  }
  if (onInvalid === "skip" && typeof onSkip !== "function") {
    throw new TypeError(
      `Cannot give ${place} onInvalid: "skip" without onSkip: what is left out has to be told to somebody`,
    );
  }
  return () => {
    let skipped = 0;
    return (error) => {
      if (onSkip === undefined || onInvalid === "fail") throw error;
      onSkip(error, ++skipped);
    };
  };
}

type OnSkip = (error: MalformedInputError, skipped: number) => void;
