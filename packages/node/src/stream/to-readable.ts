import { Readable } from "node:stream";
import { type Flow, prefetch } from "@sluice/core";
import { asError, checkOptions, checkSignal, requireFlow } from "@sluice/core/kit";
import { ReadableFeed } from "./readable-feed.js";

/** What stream `toReadable` makes. */
export interface ToReadableOptions {
  /** `false`: a stream of bytes, its items strings or `Uint8Array`s; default `true`. */
  readonly objectMode?: boolean | undefined;
  /** The most that the stream holds: items, or bytes; default Node's own: 16 items, or 16 KiB (64 KiB from Node 22 on). */
  readonly highWaterMark?: number | undefined;
  /** As the operator `prefetch`, between the flow and the stream; default: none, only what the stream has room for. */
  readonly prefetch?: Parameters<typeof prefetch>[0];
  /** Destroys the stream with its reason when it aborts, which cancels the flow. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A Node stream of the items of a flow, for `pipeline`, `pipe`, `for await` and whatever else reads one.
 *
 * The flow is subscribed when the stream is first read.
 *
 * *Demand:* what the stream has room for, by its `highWaterMark`: items; or bytes, as many chunks as fit if they are like
 * the largest so far, at most 64; at least one item. More as Node asks for more. *Buffers:* nothing but
 * what the stream itself holds, and `prefetch` where it is given. *Errors:* the stream fails with the flow's error,
 * after the items before it; an item that is `null`, which means the end to Node, is a `TypeError`. *Cancel:* `destroy`
 * cancels the flow; so does the signal, and the stream fails with its reason.
 *
 * @example
 * ```ts
 * import { pipeline } from "node:stream/promises";
 * import { map, range } from "@sluice/core";
 * import { toReadable } from "@sluice/node";
 * const lines = toReadable(range(1, 2).pipe(map((n) => `line ${n}\n`)), { objectMode: false });
 * await pipeline(lines, process.stdout, { end: false });
 * // prints line 1
 * // prints line 2
 * ```
 */
export function toReadable<T>(flow: Flow<T>, options?: ToReadableOptions): Readable {
  requireFlow(flow, "toReadable");
  checkOptions("toReadable", options);
  const { objectMode = true, highWaterMark, prefetch: ahead, signal } = options ?? {};
  checkSignal("toReadable", signal);
  const source = ahead === undefined ? flow : flow.pipe(prefetch(ahead));
  const onAbort = (): void => void stream.destroy(asError(signal?.reason, "the signal") as Error);
  const stream = new Readable({
    objectMode,
    highWaterMark,
    read: () => feed.wanted(),
    destroy(error, callback) {
      signal?.removeEventListener("abort", onAbort);
      feed.leave();
      callback(error);
    },
  });
  const feed = new ReadableFeed<T>(stream, source);
  signal?.addEventListener("abort", onAbort);
  if (signal?.aborted) onAbort();
  return stream;
}
