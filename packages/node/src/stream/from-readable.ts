import { Readable } from "node:stream";
import type { Flow } from "@sluice/core";
import { checkOptions, fail, flowFrom, describe } from "@sluice/core/kit";
import { ReadableSubscription, unreadable } from "./readable-subscription.js";
import { destroyStream } from "./stream-end.js";

/** How `fromReadable` leaves the stream behind. */
export interface FromReadableOptions {
  /** `false`: a cancel leaves the stream as it is, paused, for the next who reads it; default `true`. */
  readonly destroyOnCancel?: boolean | undefined;
}

/**
 * Sends what a Node stream gives: objects in object mode, else chunks as `Uint8Array` (Node's `Buffer` is one), or as
 * strings if it has an encoding.
 *
 * The stream flows while there is demand, from the first request on, and is paused by the first item without. It is read
 * once, and by one: other subscribers are told so by `onError`.
 *
 * *Demand:* what was requested, and one item ahead. *Buffers:* that one; what the stream holds itself is bounded by its
 * `highWaterMark`, in objects or bytes. *Errors:* the stream's, as soon as it says them; one
 * that is closed before its end fails with `ERR_STREAM_PREMATURE_CLOSE`. *Cancel:* destroys the stream, unless
 * `destroyOnCancel` is `false`; errors that come of it go to `onDroppedError`.
 *
 * @param stream of any age: one that knows no `read()` is wrapped
 *
 * @example
 * ```ts
 * import { Readable } from "node:stream";
 * import { map } from "@sluice/core";
 * import { fromReadable } from "@sluice/node";
 * const rows = Readable.from([{ id: 1 }, { id: 2 }]);
 * const ids = fromReadable<{ id: number }>(rows).pipe(map((row) => row.id));
 * console.log(await ids.toArray()); // prints [ 1, 2 ]
 * ```
 */
export function fromReadable<T = Uint8Array>(
  stream: NodeJS.ReadableStream,
  options?: FromReadableOptions,
): Flow<T> {
  checkReadable(stream);
  checkOptions("fromReadable", options);
  const destroyOnCancel = options?.destroyOnCancel ?? true;
  return flowFrom<T>(
    (downstream) => {
      const readable = modern(stream);
      const refused = unreadable(readable);
      if (refused !== undefined) fail(downstream, refused);
      else new ReadableSubscription(readable, downstream, destroyOnCancel).start();
    },
    { name: "fromReadable" },
  );
}

function checkReadable(stream: NodeJS.ReadableStream): void {
  const { read, on, pause } = (stream ?? {}) as Partial<NodeJS.ReadableStream>;
  if (typeof on === "function" && (typeof read === "function" || typeof pause === "function")) return;
  throw new TypeError(`Cannot make a flow of ${describe(stream)}: fromReadable takes a Readable`);
}

/** Streams of Node 0.8, and those still made like them, flow and can be paused; object mode keeps their chunks as they are. */
function modern(stream: NodeJS.ReadableStream): NodeJS.ReadableStream {
  if (typeof stream.read === "function") return stream;
  let wrapper = WRAPPERS.get(stream);
  if (wrapper !== undefined) return wrapper;
  const destroy = (error: Error | null, callback: (error: Error | null) => void): void => {
    destroyStream(stream, error ?? undefined);
    callback(error);
  };
  wrapper = new Readable({ objectMode: true, destroy }).wrap(stream);
  WRAPPERS.set(stream, wrapper);
  return wrapper;
}

/** Each old stream is wrapped once: what the wrapper holds belongs to whoever reads next. */
const WRAPPERS = new WeakMap<object, Readable>();
