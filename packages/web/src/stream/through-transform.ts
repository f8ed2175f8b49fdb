// Any pair of a writable and a readable as an operator: items in, and what comes out of it.

import { type Flow, fromWebStream, type Operator, toWritableStream } from "@sluice/core";
import {
  asError,
  checkCapacity,
  checkOptions,
  describe,
  dropError,
  fail,
  flowFrom,
  OperatorSubscriber,
  requireFlow,
} from "@sluice/core/kit";

/** A `TransformStream`, `CompressionStream`, `TextDecoderStream`, or whatever else has these two. */
export interface TransformPair<T, R> {
  readonly writable: WritableStream<T>;
  readonly readable: ReadableStream<R>;
}

/** How `throughTransform` feeds the pair. */
export interface ThroughOptions {
  /** Items asked of upstream ahead of what the writable takes, an integer >= 1; default 16. */
  readonly prefetch?: number | undefined;
}

/** The platform's own transforms say that they take bytes in memory of one's own; other bytes fail at the item. */
type Accepted<T> = ArrayBufferView<ArrayBuffer> extends T ? T | ArrayBufferView : T;

/**
 * Sends each item into the writable of a pair, and on what comes out of its readable: for `CompressionStream`,
 * `TextDecoderStream` and any `TransformStream`.
 *
 * A pair can be used once: for a flow with several subscribers, or one that `retry` subscribes again, give a function
 * that makes one for each.
 *
 * *Demand:* `prefetch` at once, then as many again whenever three quarters were written; the readable is read once for
 * each item requested. *Buffers:* `prefetch` items, and what the pair holds by its own `highWaterMark`s: one item for a
 * `TransformStream` as it comes. *Errors:* upstream's aborts the writable and is passed on, with what the pair still
 * held lost; the pair's cancels upstream. *Cancel:* upstream at once, then both streams of the pair; their locks are
 * released.
 *
 * @example
 * ```ts
 * import { of } from "@sluice/core";
 * import { throughTransform } from "@sluice/web";
 * const text = of("again and ", "again and ", "again").pipe(
 *   throughTransform(() => new TextEncoderStream()),
 *   throughTransform(() => new CompressionStream("gzip")),
 *   throughTransform(() => new DecompressionStream("gzip")),
 *   throughTransform(() => new TextDecoderStream()),
 * );
 * console.log((await text.toArray()).join("")); // prints again and again and again
 * ```
 */
export function throughTransform<T, R>(
  pair: TransformPair<T, R> | (() => TransformPair<T, R>),
  options?: ThroughOptions,
): Operator<Accepted<T>, R> {
  if (typeof pair !== "function") checkPair(pair);
  checkOptions("throughTransform", options);
  const prefetch = checkCapacity("throughTransform", options?.prefetch ?? 16, 1, "prefetch");
  return (upstream) =>
    flowFrom<R>(
      (downstream) => {
        try {
          const { writable, readable } = unused(typeof pair === "function" ? pair() : pair);
          const through = new Through<R>(downstream);
          through.read(readable);
          through.feed(upstream as Flow<unknown> as Flow<T>, writable, prefetch);
        } catch (thrown) {
          fail(downstream, asError(thrown, "throughTransform"));
        }
      },
      {
        name: "throughTransform",
        settings: { prefetch },
        upstreams: [requireFlow(upstream, "throughTransform")],
      },
    );
}

function checkPair(pair: TransformPair<unknown, unknown>): void {
  if (typeof pair?.writable?.getWriter === "function" && typeof pair.readable?.getReader === "function")
    return;
  throw new TypeError(
    `Cannot send a flow through ${describe(pair)}: throughTransform takes { writable, readable }, or a function that makes them`,
  );
}

/** Throws for a pair that somebody else uses: nothing of it is touched then. */
function unused<T, R>(pair: TransformPair<T, R>): TransformPair<T, R> {
  checkPair(pair);
  if (!pair.writable.locked && !pair.readable.locked) return pair;
  throw new TypeError(
    "Cannot send a flow through a pair that is in use: give throughTransform a function that makes one for each subscriber",
  );
}

/** Between the readable and downstream. Whichever end comes first, on either side, stops the feeding. */
class Through<R> extends OperatorSubscriber<R, R> {
  private readonly stop = new AbortController();
  /** The readable's own end follows from what was told downstream already. */
  private hasFailed = false;

  read(readable: ReadableStream<R>): void {
    const getReader = (): Partial<ReadableStreamDefaultReader<R>> => {
      const reader = readable.getReader();
      // An end that comes while nothing is requested. One hop late: a read that is under way tells of it first.
      reader.closed.then().then(
        () => this.completeEarly(),
        (error) => this.failed(error),
      );
      return {
        read: () => reader.read(),
        cancel: () => reader.cancel(this.stop.signal.reason),
        releaseLock: () => reader.releaseLock(),
      };
    };
    fromWebStream({ getReader } as unknown as ReadableStream<R>).connect(this);
  }

  override get late(): (error: unknown) => void {
    return this.hear;
  }

  /** Writes upstream's items; the writable is aborted at once if downstream has left already. */
  feed<T>(upstream: Flow<T>, writable: WritableStream<T>, prefetch: number): void {
    toWritableStream(upstream, writable, { prefetch, signal: this.stop.signal }).catch((error) =>
      this.failed(error),
    );
  }

  next(item: R): boolean {
    return this.downstream.next(item);
  }

  protected override onEnd(): void {
    this.stop.abort();
  }

  /** Once done the same was told by the other side, or it is our own stop, or the lock was released. */
  private failed(error: unknown): void {
    if (this.done) return;
    this.hasFailed = true;
    this.fail(asError(error, "the transform"));
  }

  /** The readable fails along with the writable, and then refuses reads and a cancel: with what is known already. */
  private readonly hear = (error: unknown): void => {
    if (!this.hasFailed && error !== this.stop.signal.reason) dropError(error, this.downstream.late);
  };
}
