import { concat, concatMap, defer, type FlowInput, of, type Operator } from "@sluice/core";
import { requireFlow, requireFunction } from "@sluice/core/kit";

/** Makes items of chunks whose borders mean nothing: what is not complete yet it keeps, and it is to bound that. */
export interface ChunkParser<T, R> {
  /** What has become complete with this chunk: an array, or anything else that `from` takes. */
  push(chunk: T): FlowInput<R>;
  /** What is left when the last chunk has come; it fails here if that is not whole. */
  end(): FlowInput<R>;
}

/**
 * Sends what a parser makes of the chunks: lines, records, frames of your own.
 *
 * `make` is called for each subscriber, so that no two share a state. What a parser found before an error is sent
 * before it: return `concat(found, fail(error))`.
 *
 * *Demand:* one chunk at a time, the next one when all that came of the last one is sent. *Buffers:* what `push`
 * returned for one chunk, and what the parser keeps. *Errors:* passed on; so is what the parser throws, which cancels
 * upstream. *Cancel:* passed on.
 *
 * @param make makes the parser of one subscriber
 *
 * @example
 * ```ts
 * import { of } from "@sluice/core";
 * import { parseWith } from "@sluice/web";
 * const pairs = parseWith(() => {
 *   let rest = "";
 *   return {
 *     push: (chunk: string) => {
 *       const all = rest + chunk;
 *       rest = all.length % 2 === 1 ? all.slice(-1) : "";
 *       return all.match(/../g) ?? [];
 *     },
 *     end: () => (rest === "" ? [] : [rest]),
 *   };
 * });
 * console.log(await of("abc", "de").pipe(pairs).toArray()); // prints [ 'ab', 'cd', 'e' ]
 * ```
 */
export function parseWith<T, R>(make: () => ChunkParser<T, R>): Operator<T, R> {
  requireFunction("parseWith", make);
  return (upstream) => {
    requireFlow(upstream, "parseWith");
    return defer(() => {
      const parser = make();
      // The end is a chunk of its own, so that it is parsed when what came before it has been sent.
      return concat([upstream, of(END)]).pipe(
        concatMap((chunk): FlowInput<R> => (chunk === END ? parser.end() : parser.push(chunk as T))),
      );
    });
  };
}

const END = Symbol("the end of the chunks");
