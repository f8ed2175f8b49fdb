// A WritableStream whose chunks are a flow: the end of a pipe that we are.

import type { Flow, Subscription } from "@sluice/core";
import {
  addDemand,
  asError,
  complete,
  fail,
  flowFrom,
  NOBODY,
  nobody,
  signalTerminal,
  type StageSubscriber,
  type Terminal,
} from "@sluice/core/kit";

/** Both ends of `writableFlow`. */
export interface WritableFlow<T> {
  /** What is written to it is sent by `flow`; it takes a chunk only when that was asked for one. */
  readonly writable: WritableStream<T>;
  /** For one subscriber. */
  readonly flow: Flow<T>;
}

/**
 * A `WritableStream` and the flow of what is written to it: `pipeTo` it, or hand it to whoever wants to write.
 *
 * *Demand:* each item requested lets one write through; a write beyond that waits, and with it whatever pipes into the
 * stream. *Buffers:* the one chunk whose write waits; what was written without awaiting waits in the stream's own queue.
 * *Errors:* an abort of the stream fails the flow at once; a second subscriber is told a `TypeError`. *Cancel:* fails the
 * stream, and so whatever pipes into it.
 *
 * @example
 * ```ts
 * import { take } from "@sluice/core";
 * import { writableFlow } from "@sluice/web";
 * const { writable, flow } = writableFlow<string>();
 * const piped = new Blob(["one"]).stream().pipeThrough(new TextDecoderStream()).pipeTo(writable);
 * console.log(await flow.pipe(take(5)).toArray()); // prints [ 'one' ]
 * await piped;
 * ```
 */
export function writableFlow<T>(): WritableFlow<T> {
  const source = new WriteSource<T>();
  return {
    writable: new WritableStream(source),
    flow: source.flow(),
  };
}

/**
 * unread --connect--> open --(close | abort)--> ended
 *                          --(cancel | leave)--> left, and a microtask later the stream is failed
 * unread --(close | abort)--> ended, told to who subscribes
 *
 * Holds the chunk of the one write that the stream has under way, and no other.
 */
export class WriteSource<T> implements UnderlyingSink<T>, Subscription {
  private downstream: StageSubscriber<T> | undefined = undefined;
  private controller!: WritableStreamDefaultController; // the stream starts before anybody has it
  private demand = 0;
  private waiting: { readonly item: T; readonly resolve: () => void } | undefined = undefined;
  private end: Terminal | undefined = undefined;
  private isLeft = false;
  /** What the stream fails with; default: that nobody reads. */
  private reason: unknown = undefined;

  flow(): Flow<T> {
    return flowFrom((downstream) => this.connect(downstream), { name: "writableFlow" });
  }

  start(controller: WritableStreamDefaultController): void {
    const { signal } = controller;
    this.controller = controller;
    // The stream calls abort() only when the write under way is done, which may be the one that waits here.
    signal.addEventListener("abort", () => this.abort(signal.reason), { once: true });
  }

  write(item: T): Promise<void> | undefined {
    if (this.demand > 0) {
      this.send(item);
      return undefined;
    }
    return new Promise((resolve) => {
      this.waiting = { item, resolve };
    });
  }

  close(): void {
    this.finish({ kind: "complete" });
  }

  abort(reason: unknown): void {
    this.finish({ kind: "error", error: asError(reason, "the writer") });
    this.drop();
  }

  request(n: number): void {
    if (this.isLeft || this.end !== undefined) return;
    this.demand = addDemand(this.demand, n);
    if (this.waiting === undefined) return;
    const { item, resolve } = this.waiting;
    this.waiting = undefined;
    this.send(item);
    resolve();
  }

  /** Why is not known here. An operator that failed says so when it has cancelled: the stream hears of it later. */
  cancel(): void {
    if (this.isLeft || this.end !== undefined) return;
    this.isLeft = true;
    this.demand = 0;
    this.downstream = nobody(this.downstream ?? NOBODY);
    queueMicrotask(() => {
      this.controller.error(this.reason ?? new TypeError("Cannot write: whoever read has what it wanted"));
      this.drop();
    });
  }

  /** Whoever reads has left, for this reason. */
  leave(reason: unknown): void {
    this.reason ??= reason;
    this.cancel();
  }

  private connect(downstream: StageSubscriber<T>): void {
    if (this.downstream !== undefined) {
      fail(downstream, new TypeError("Cannot read what is written twice: share() the flow, or make another"));
    } else if (this.end !== undefined) {
      this.downstream = NOBODY;
      if (this.end.kind === "error") fail(downstream, this.end.error);
      else complete(downstream);
    } else {
      this.downstream = downstream;
      downstream.onSubscribe(this);
    }
  }

  private send(item: T): void {
    if (this.downstream?.next(item)) this.demand--;
  }

  private finish(end: Terminal): void {
    if (this.isLeft || this.end !== undefined) return;
    const { downstream } = this;
    this.end = end;
    this.demand = 0;
    if (downstream === undefined) return;
    this.downstream = nobody(downstream);
    signalTerminal(downstream, end);
  }

  /** The write that waits is over; the stream tells its writer why. */
  private drop(): void {
    this.waiting?.resolve();
    this.waiting = undefined;
  }
}
