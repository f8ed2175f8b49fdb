// The subscription of a Node stream: demand is spent by `read()`, and the stream stays paused, so what nobody asked for
// waits in the stream's own buffer, and behind that at its source.
//
//   new --request--> reading --read() gives null--> waiting --'readable'--> reading
//   any --'end' | 'error' | 'close' | cancel--> ended

import type { Readable } from "node:stream";
import { SluiceError, type Subscription } from "@sluice/core";
import { addDemand, asError, dropError, nobody, type StageSubscriber } from "@sluice/core/kit";
import { destroyStream, onceEnded, unusable } from "./stream-end.js";

/** Streams that are being read here. */
const READING = new WeakSet<object>();

/** Why a stream cannot be read; `undefined`: it can. */
export function unreadable(stream: NodeJS.ReadableStream): SluiceError | undefined {
  if (!READING.has(stream)) return unusable(stream, "readable");
  return new SluiceError(
    "STREAM_TAKEN",
    "Cannot read from a stream that another subscriber reads: share() its flow",
  );
}

/** Reads one stream for one subscriber. */
export class ReadableSubscription<T> implements Subscription {
  private readonly stream: NodeJS.ReadableStream;
  private readonly destroyOnCancel: boolean;
  private readonly onEnd: ((completed: boolean) => void) | undefined;
  private downstream: StageSubscriber<T>;
  private demand = 0;
  private done = false;
  private isListening = false;
  private isSending = false;
  /** The stream has ended while an item was being delivered: told after that (§1.3). */
  private ended: { readonly error: unknown } | undefined = undefined;
  private forgetEnd: (() => void) | undefined = undefined;

  /** @param onEnd called once, on whichever end comes first */
  constructor(
    stream: NodeJS.ReadableStream,
    downstream: StageSubscriber<T>,
    destroyOnCancel: boolean,
    onEnd?: (completed: boolean) => void,
  ) {
    this.stream = stream;
    this.downstream = downstream;
    this.destroyOnCancel = destroyOnCancel;
    this.onEnd = onEnd;
  }

  /** From here on the stream's end is heard of, also without demand. */
  start(): void {
    READING.add(this.stream);
    this.forgetEnd = onceEnded(this.stream, "readable", (error) => {
      this.ended = { error };
      if (!this.isSending) this.settle(error);
    });
    this.downstream.onSubscribe(this);
  }

  request(n: number): void {
    if (this.done) return;
    this.demand = addDemand(this.demand, n);
    if (this.isSending) return; // §3.3: the loop takes it up
    if (!this.isListening) {
      this.isListening = true; // not before: a listener makes the stream fill its buffer
      this.stream.on("readable", this.onReadable);
    }
    this.send();
  }

  cancel(): void {
    if (this.done) return;
    const { stream } = this;
    const { late } = this.end();
    if (this.destroyOnCancel) destroyStream(stream, undefined, late);
  }

  /** Ends it from this side. */
  fail(error: unknown): void {
    if (this.done) {
      dropError(error, this.downstream.late);
      return;
    }
    const downstream = this.end();
    destroyStream(this.stream, error, downstream.late);
    downstream.onError(error);
  }

  private readonly onReadable = (): void => {
    if (this.isSending) return;
    if (this.demand > 0) this.send();
    // An end that follows needs no demand (§1.5), and shows only to who reads. Of a stream that holds something `read(0)`
    // asks for another 'readable', for ever.
    else if ((this.stream as Readable).readableLength === 0) this.stream.read(0);
  };

  private send(): void {
    const { stream, downstream } = this;
    this.isSending = true;
    try {
      while (this.demand > 0 && !this.done && this.ended === undefined) {
        const item = stream.read() as T | null;
        if (item === null || this.done) break;
        if (downstream.next(item)) this.demand--;
      }
    } catch (thrown) {
      this.ended ??= { error: asError(thrown, "read") }; // by a stream of one's own: stages do not throw
    }
    this.isSending = false;
    if (this.ended !== undefined && !this.done) this.settle(this.ended.error);
  }

  private settle(error: unknown): void {
    if (error !== undefined) this.fail(error);
    else this.end(true).onComplete();
  }

  private end(completed = false): StageSubscriber<T> {
    const { downstream } = this;
    this.done = true;
    this.downstream = nobody(downstream);
    this.stream.removeListener("readable", this.onReadable);
    this.forgetEnd?.();
    READING.delete(this.stream);
    this.onEnd?.(completed);
    return downstream;
  }
}
