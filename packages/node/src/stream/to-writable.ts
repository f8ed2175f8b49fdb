import type { Flow } from "@sluice/core";
import { prefetch } from "@sluice/core";
import { checkOptions, requireFlow, describe, checkSignal } from "@sluice/core/kit";
import { unusable } from "./stream-end.js";
import { WritableEnd } from "./writable-end.js";

/** How `toWritable` feeds a stream and leaves it behind. */
export interface ToWritableOptions {
  /** `false`: the stream stays open on every end, and resolving means that all is written; default `true`. */
  readonly end?: boolean | undefined;
  /** As the operator `prefetch`, between the flow and the stream; default: none, only what the stream has room for. */
  readonly prefetch?: Parameters<typeof prefetch>[0];
  /** Cancels the flow and destroys the stream when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes the items of a flow into a Node stream, as fast as that takes them; resolves when all are written and the stream
 * is closed.
 *
 * *Demand:* what the stream has room for, by its `highWaterMark`: in object mode items; else bytes, as many chunks as
 * fit if they are like the largest so far, at most 64; at least one item. More whenever three quarters have come.
 * Nothing is written to a stream that is full. *Buffers:* what was asked for and comes while the stream is full, and
 * `prefetch` where it is given. *Errors:* the flow's destroys the stream, the stream's cancels the flow; rejects with
 * it, at once. A stream that is closed before all is written rejects with `ERR_STREAM_PREMATURE_CLOSE`. *Cancel:* by
 * the signal: cancels the flow, destroys the stream, and rejects with its reason.
 *
 * @example
 * ```ts
 * import { Writable } from "node:stream";
 * import { range } from "@sluice/core";
 * import { toWritable } from "@sluice/node";
 * const print = new Writable({
 *   objectMode: true,
 *   write(n, _, callback) {
 *     console.log("got", n);
 *     callback();
 *   },
 * });
 * await toWritable(range(1, 2), print);
 * // prints got 1
 * // prints got 2
 * ```
 */
export function toWritable<T>(
  flow: Flow<T>,
  stream: NodeJS.WritableStream,
  options?: ToWritableOptions,
): Promise<void> {
  requireFlow(flow, "toWritable");
  if (typeof stream?.write !== "function" || typeof stream.on !== "function") {
    throw new TypeError(`Cannot write to ${describe(stream)}: toWritable takes a Writable`);
  }
  checkOptions("toWritable", options);
  const { end = true, signal, prefetch: ahead } = options ?? {};
  checkSignal("toWritable", signal);
  const source = ahead === undefined ? flow : flow.pipe(prefetch(ahead));
  const refused = unusable(stream, "writable");
  if (refused !== undefined) return Promise.reject(refused);
  return new Promise((resolve, reject) => {
    const onAbort = (): void => writing.stop(signal?.reason);
    const writing = new WritableEnd<T>(stream, end, (failure) => {
      signal?.removeEventListener("abort", onAbort);
      if (failure === undefined) resolve();
      else reject(failure.error);
    });
    writing.start();
    signal?.addEventListener("abort", onAbort);
    if (signal?.aborted) onAbort();
    else source.connect(writing);
  });
}
