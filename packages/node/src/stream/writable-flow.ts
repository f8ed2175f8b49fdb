import { Writable } from "node:stream";
import type { Flow } from "@sluice/core";
import { checkOptions } from "@sluice/core/kit";
import { Written } from "./written.js";

/** What stream `writableFlow` makes. */
export interface WritableFlowOptions {
  /** `false`: a stream of bytes; strings written to it come as `Uint8Array`s; default `true`. */
  readonly objectMode?: boolean | undefined;
  /** The most that the stream holds: items, or bytes; default Node's own: 16 items, or 16 KiB (64 KiB from Node 22 on). */
  readonly highWaterMark?: number | undefined;
}

/** A stream, and what is written to it. */
export interface WritableFlow<T> {
  readonly writable: Writable;
  readonly flow: Flow<T>;
}

/**
 * A Node stream whose writes are a flow: for libraries that want something to write to.
 *
 * The flow has one subscriber; until it comes, writes wait.
 *
 * *Demand:* a write is answered when its chunk was asked for and taken: without demand the stream fills up and tells its
 * writer so. *Buffers:* one chunk, and what the stream holds by its `highWaterMark`. *Errors:* `destroy(error)` fails
 * the flow with the error, `destroy()` with `ERR_STREAM_PREMATURE_CLOSE`, at once. *Cancel:* destroys the stream, so
 * that its writer stops.
 *
 * @example
 * ```ts
 * import { map } from "@sluice/core";
 * import { writableFlow } from "@sluice/node";
 * const { writable, flow } = writableFlow<number>();
 * writable.write(1);
 * writable.end(2);
 * console.log(await flow.pipe(map((n) => n * 10)).toArray()); // prints [ 10, 20 ]
 * ```
 */
export function writableFlow<T = Uint8Array>(options?: WritableFlowOptions): WritableFlow<T> {
  checkOptions("writableFlow", options);
  const { objectMode = true, highWaterMark } = options ?? {};
  const written = new Written<T>("writableFlow", () => void writable.destroy());
  const writable = new Writable({
    objectMode,
    highWaterMark,
    write: (chunk: T, _, answer) => written.write(chunk, answer),
    final(callback) {
      written.complete();
      callback();
    },
    destroy(error, callback) {
      written.destroy(error);
      callback(error);
    },
  });
  return { writable, flow: written.flow };
}
