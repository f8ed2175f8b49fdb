import { Duplex } from "node:stream";
import type { Flow, Operator } from "@sluice/core";
import { checkOptions, requireFlow, requireFunction } from "@sluice/core/kit";
import { ReadableFeed } from "./readable-feed.js";
import { Written } from "./written.js";

/** What stream `toTransform` makes; of both sides unless one is named. */
export interface ToTransformOptions {
  /** `false`: the stream is written bytes, which come as `Uint8Array`s; default `true`. */
  readonly writableObjectMode?: boolean | undefined;
  /** `false`: the stream gives bytes, the items being strings or `Uint8Array`s; default `true`. */
  readonly readableObjectMode?: boolean | undefined;
  /** The most that waits to be taken by the operators: items, or bytes; default Node's own. */
  readonly writableHighWaterMark?: number | undefined;
  /** The most that waits to be read: items, or bytes; default Node's own. */
  readonly readableHighWaterMark?: number | undefined;
}

/**
 * A Node stream that sends what is written to it through operators: a Transform for `pipeline`.
 *
 * *Demand:* what the readable side has room for, as by `toReadable`; a write is answered when the operators asked for its
 * chunk. *Buffers:* what the two sides hold by their `highWaterMark`s, one chunk in between, and what the operators
 * hold. *Errors:* the operators' destroy the stream, after the items before; a stream that is destroyed cancels them.
 * *Cancel:* `destroy`. Operators that are done before the input is (`take`) end the readable side; what is still
 * written is dropped, as a pipeline would fail if the stream was closed.
 *
 * @param operators up to four, first to last, and the options behind them
 *
 * @example
 * ```ts
 * import { Readable } from "node:stream";
 * import { filter, map } from "@sluice/core";
 * import { toTransform } from "@sluice/node";
 * const tens = toTransform(filter((n: number) => n % 2 === 0), map((n) => n * 10));
 * for await (const n of Readable.from([1, 2, 3, 4]).pipe(tens)) console.log(n);
 * // prints 20
 * // prints 40
 * ```
 */
export function toTransform<T, A, B, C, R>(
  a: Operator<T, A>,
  b: Operator<A, B>,
  c: Operator<B, C>,
  d: Operator<C, R>,
  options?: ToTransformOptions,
): Duplex;
export function toTransform<T, A, B, R>(
  a: Operator<T, A>,
  b: Operator<A, B>,
  c: Operator<B, R>,
  options?: ToTransformOptions,
): Duplex;
export function toTransform<T, A, R>(
  a: Operator<T, A>,
  b: Operator<A, R>,
  options?: ToTransformOptions,
): Duplex;
export function toTransform<T, R>(a: Operator<T, R>, options?: ToTransformOptions): Duplex;
export function toTransform(...all: (Operator<never, unknown> | ToTransformOptions | undefined)[]): Duplex {
  const last = all.at(-1);
  const options = typeof last === "function" ? undefined : last;
  const operators = typeof last === "function" ? all : all.slice(0, -1);
  checkOptions("toTransform", options);
  const written = new Written<unknown>("toTransform", () => {});
  let flow: Flow<unknown> = written.flow;
  for (const operator of operators) {
    requireFunction("toTransform", operator);
    flow = requireFlow((operator as Operator<unknown, unknown>)(flow), "toTransform");
  }
  const stream = new Duplex({
    readableObjectMode: true,
    writableObjectMode: true,
    ...options,
    write: (chunk: unknown, _, answer) => written.write(chunk, answer),
    final(callback) {
      written.complete();
      callback();
    },
    read: () => feed.wanted(),
    destroy(error, callback) {
      feed.leave();
      written.destroy(error);
      callback(error);
    },
  });
  const feed = new ReadableFeed(stream, flow, () => written.discard());
  return stream;
}
