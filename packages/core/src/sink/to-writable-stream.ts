import { checkCapacity } from "../buffer/ring.js";
import { checkSignal } from "../kit/check-signal.js";
import { dropError } from "../kit/dropped.js";
import type { Connectable } from "../kit/stage-subscriber.js";
import { describe } from "../spec/describe.js";
import { forEach } from "./for-each.js";
import type { InboxOptions } from "./inbox.js";
import { requireConnectable } from "./to-web-stream.js";

/** How `toWritableStream` leaves the stream behind. */
export interface WritableOptions extends InboxOptions {
  /** `true`: the stream stays open when the flow has completed; default `false`. */
  readonly preventClose?: boolean | undefined;
  /** `true`: the stream stays open when the flow has failed or was aborted; default `false`. */
  readonly preventAbort?: boolean | undefined;
}

/**
 * Writes the items of a flow into a `WritableStream`, as fast as that takes them; resolves when all are written and the
 * stream is closed.
 *
 * *Demand:* `prefetch` (default 256), then as many again whenever three quarters are written. *Buffers:* `prefetch`
 * items while the stream has no room, and what it holds itself, by its `highWaterMark`. *Errors:* the flow's aborts
 * the stream, the stream's cancels the flow; rejects with it. *Cancel:* by the signal: cancels the flow, aborts the
 * stream, and rejects with its reason. The lock on the stream is released on every end.
 *
 * @example
 * ```ts
 * import { range, toWritableStream } from "@sluice/core";
 * const log = new WritableStream({ write: (chunk) => console.log("got", chunk) });
 * await toWritableStream(range(1, 2), log);
 * // prints got 1
 * // prints got 2
 * ```
 */
export function toWritableStream<T>(
  flow: Connectable<T>,
  stream: WritableStream<T>,
  options?: WritableOptions,
): Promise<void> {
  requireConnectable(flow, "toWritableStream");
  if (typeof stream?.getWriter !== "function") {
    throw new TypeError(`Cannot write to ${describe(stream)}: toWritableStream takes a WritableStream`);
  }
  checkSignal("toWritableStream", options?.signal); // before the lock, which it would leave behind
  const prefetch = checkCapacity("prefetch", options?.prefetch ?? 256, 1);
  return write(flow, stream.getWriter(), prefetch, options); // getWriter throws if somebody else writes
}

async function write<T>(
  flow: Connectable<T>,
  writer: WritableStreamDefaultWriter<T>,
  prefetch: number,
  options: WritableOptions | undefined,
): Promise<void> {
  const { signal, preventClose, preventAbort } = options ?? {};
  const stop = new AbortController();
  let last: Promise<void> | undefined;
  const fail = (error: unknown): void => stop.abort(error);
  const writeOne = (item: T): void => {
    last = writer.write(item);
    last.catch(fail); // one that is being closed by somebody else shows nowhere else
  };
  const onAbort = (): void => {
    stop.abort(signal?.reason);
    if (!preventAbort) writer.abort(signal?.reason).catch(ignore); // a close under way would not heed `stop`
  };
  signal?.addEventListener("abort", onAbort);
  if (signal?.aborted) onAbort();
  // The stream may fail, or be closed already, while the flow has nothing to write: the flow is stopped then, and not
  // at its next item.
  writer.closed.then(() => fail(new TypeError("Cannot write to a closed stream: open another")), fail);
  try {
    const consume = (item: T): unknown => {
      if ((writer.desiredSize ?? 0) > 0) return writeOne(item);
      return writer.ready.then(() => writeOne(item));
    };
    await forEach(flow, consume, { signal: stop.signal, prefetch });
    await (preventClose ? last : writer.close());
  } catch (error) {
    if (!preventAbort) await writer.abort(error).catch((late) => late === error || dropError(late));
    throw error;
  } finally {
    signal?.removeEventListener("abort", onAbort);
    writer.releaseLock();
  }
}

function ignore(): void {}
