import { checkSignal } from "../kit/check-signal.js";
import { Connectable } from "../kit/stage-subscriber.js";
import { describe } from "../spec/describe.js";
import type { InboxOptions } from "./inbox.js";
import { toAsyncIterable } from "./to-async-iterable.js";

/**
 * A `ReadableStream` of the items of a flow, such as the body of a response.
 *
 * The flow is subscribed when the stream is first read, and the stream itself holds nothing: what is not read is not
 * taken out of the `prefetch` items.
 *
 * *Demand:* `prefetch` at first, then as many again whenever three quarters have been read. *Buffers:* `prefetch`
 * items. *Errors:* the stream fails with the flow's error, after the items before it. *Cancel:* a cancel of the stream
 * cancels the flow; so does the signal, and the stream fails with its reason.
 *
 * @example
 * ```ts
 * import { of, toWebStream } from "@sluice/core";
 * const words = toWebStream(of("two ", "words")).pipeThrough(new TextEncoderStream());
 * console.log(await new Response(words).text()); // prints two words
 * ```
 */
export function toWebStream<T>(flow: Connectable<T>, options?: InboxOptions): ReadableStream<T> {
  requireConnectable(flow, "toWebStream");
  checkSignal("toWebStream", options?.signal);
  const items = toAsyncIterable(flow, options);
  return new ReadableStream<T>(
    {
      async pull(controller) {
        const step = await items.next();
        if (!step.done) controller.enqueue(step.value);
        else controller.close(); // of a stream that was cancelled it throws, which nobody hears
      },
      async cancel() {
        await items.return?.();
      },
    },
    { highWaterMark: 0 }, // asked only when somebody reads
  );
}

/** Throws the `TypeError` of an end that was given something else than a flow. */
export function requireConnectable(flow: unknown, end: string): void {
  if (flow instanceof Connectable) return;
  throw new TypeError(`Cannot ${end} ${describe(flow)}: it takes a Flow; from() makes one`);
}
