import { defer, map, type Operator } from "@sluice/core";
import { requireFlow } from "@sluice/core/kit";

/**
 * Formats each item as a line of JSON, its `"\n"` included.
 *
 * *Demand:* passed on as it is. *Buffers:* nothing. *Errors:* passed on; an item that JSON cannot say (`undefined`, a
 * function, a circle, a bigint) fails with a `TypeError` that tells which. *Cancel:* passed on.
 *
 * @example
 * ```ts
 * import { of } from "@sluice/core";
 * import { formatNdjson } from "@sluice/web";
 * console.log(await of({ n: 1 }, [2]).pipe(formatNdjson()).toArray()); // prints [ '{"n":1}\n', '[2]\n' ]
 * ```
 */
export function formatNdjson(): Operator<unknown, string> {
  return (upstream) => {
    requireFlow(upstream, "formatNdjson");
    return defer(() => {
      let items = 0;
      const format = (item: unknown): string => {
        items++;
        let text: string | undefined;
        try {
          text = JSON.stringify(item); // undefined for what JSON has no word for, which its type does not say
        } catch (cause) {
          throw new TypeError(`Cannot format the item ${items} as JSON: ${(cause as Error).message}`, {
            cause,
          });
        }
        if (text === undefined) {
          throw new TypeError(
            `Cannot format the item ${items} as JSON: it is ${typeof item}, which JSON has no word for`,
          );
        }
        return `${text}\n`;
      };
      return upstream.pipe(map(format));
    });
  };
}
