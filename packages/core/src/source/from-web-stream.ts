import { flowFrom } from "../flow/connected-flow.js";
import type { Flow } from "../flow/flow.js";
import { type AsyncSteps, AsyncIteratorSubscription } from "../kit/async-iterator-subscription.js";
import { asError } from "../kit/dropped.js";
import { fail } from "../kit/ended.js";
import { describe } from "../spec/describe.js";

/**
 * Sends the chunks of a `ReadableStream`, such as the body of a response.
 *
 * A web stream can be read once: a second subscriber, or one of a stream that somebody else reads, is told so by
 * `onError`.
 *
 * *Demand:* reads one chunk for each item requested, one at a time. *Buffers:* nothing; what the stream itself holds
 * is set by its `highWaterMark`. *Errors:* passed on; the lock is released. *Cancel:* cancels the stream and releases
 * its lock; if that fails, the error goes to `onDroppedError`.
 *
 * @example
 * ```ts
 * import { fromWebStream, map } from "@sluice/core";
 * const { body } = new Response("two words");
 * const decoder = new TextDecoder();
 * if (body !== null) {
 *   const text = await fromWebStream(body).pipe(map((bytes) => decoder.decode(bytes, { stream: true }))).toArray();
 *   console.log(text.join("")); // prints two words
 * }
 * ```
 */
export function fromWebStream<T>(stream: ReadableStream<T>): Flow<T> {
  if (typeof stream?.getReader !== "function") {
    throw new TypeError(`Cannot make a flow of ${describe(stream)}: fromWebStream takes a ReadableStream`);
  }
  return flowFrom<T>(
    (downstream) => {
      let reader: ReadableStreamDefaultReader<T>;
      try {
        reader = stream.getReader();
      } catch (thrown) {
        fail(downstream, asError(thrown, "getReader"));
        return;
      }
      downstream.onSubscribe(
        new AsyncIteratorSubscription(new ReaderSteps(reader), "the stream", downstream),
      );
    },
    { name: "fromWebStream" },
  );
}

class ReaderSteps<T> implements AsyncSteps<T> {
  private readonly reader: ReadableStreamDefaultReader<T>;

  constructor(reader: ReadableStreamDefaultReader<T>) {
    this.reader = reader;
  }

  next(): Promise<IteratorResult<T>> {
    return this.reader.read() as Promise<IteratorResult<T>>; // its result has the same form
  }

  /** Cancelled first: that answers a read which is under way, where a release alone would refuse it. */
  return(): Promise<IteratorResult<T>> {
    const cancelled = this.reader.cancel();
    this.reader.releaseLock();
    return cancelled as Promise<unknown> as Promise<IteratorResult<T>>; // nobody looks at the result
  }

  release(): void {
    this.reader.releaseLock();
  }
}
