// The subscription of a Node stream. It flows while there is demand, and is paused by the first item that nobody asked
// for, which is held; all others wait in the stream's own buffer, and behind that at its source.
//
//   new --request--> flowing --an item without demand--> holding it, paused --request--> flowing
//   any --'end', nothing held--> ended          any --'error' | 'close' | cancel--> ended
//
// Why not `read()` on 'readable': it joins all chunks that a byte stream holds (37 x the time of a pipeline where chunks
// are larger than highWaterMark), and each push of an object costs a turn of its own, which in a loop that never waits
// pile up (2 to 9 x). Why one is held: the end shows only to who reads on, and it needs no demand (§1.5).

import type { Readable } from "node:stream";
import { SluiceError, type Subscription } from "@sluice/core";
import { addDemand, dropError, nobody, type StageSubscriber } from "@sluice/core/kit";
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
  private isPaused = false;
  private isHolding = false;
  private held: T | undefined = undefined;
  /** How the stream ended, while an item is being delivered or held. */
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
      if (!this.isSending) this.proceed();
    });
    this.downstream.onSubscribe(this);
  }

  request(n: number): void {
    if (this.done) return;
    this.demand = addDemand(this.demand, n);
    if (this.isSending) return; // §3.3: who sends takes it up
    this.listen();
    this.proceed();
  }

  /** The stream flows from here on: not before the first request, unless somebody feeds it anyway. */
  listen(): void {
    if (this.isListening || this.done) return;
    this.isListening = true;
    this.stream.on("data", this.onData);
    this.stream.resume(); // also one that its owner had paused
  }

  cancel(): void {
    if (this.done) return;
    const { stream, held, isHolding } = this;
    const { late } = this.end();
    if (this.destroyOnCancel) destroyStream(stream, undefined, late);
    else if (this.isListening) {
      stream.pause();
      if (isHolding) stream.unshift(held as string, (stream as Readable).readableEncoding ?? undefined);
    }
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

  private readonly onData = (item: T): void => {
    if (this.isSending || this.demand === 0) {
      this.hold(item);
      return;
    }
    this.send(item);
    if (this.isHolding || this.ended !== undefined) this.proceed();
  };

  private send(item: T): void {
    this.isSending = true;
    if (this.downstream.next(item)) this.demand--;
    this.isSending = false;
  }

  private hold(item: T): void {
    if (this.done) return;
    if (this.isHolding) {
      this.ended = {
        error: new SluiceError(
          "STREAM_NOT_PAUSED",
          "Cannot read a stream that gives items while it is paused",
        ),
      };
      return;
    }
    this.held = item;
    this.isHolding = true;
    this.isPaused = true;
    this.stream.pause();
  }

  /** Whatever may be done is done: send what is held, tell of the end, let the stream flow. */
  private proceed(): void {
    while (this.isHolding && this.demand > 0 && !this.done && this.ended?.error === undefined) {
      const item = this.held as T;
      this.held = undefined;
      this.isHolding = false;
      this.send(item); // what is pushed meanwhile is held again
    }
    if (this.done) return;
    if (this.ended !== undefined && (this.ended.error !== undefined || !this.isHolding))
      this.settle(this.ended.error);
    else if (this.isPaused && !this.isHolding) {
      this.isPaused = false;
      this.stream.resume();
    }
  }

  private settle(error: unknown): void {
    if (error !== undefined) this.fail(error);
    else this.end(true).onComplete();
  }

  private end(completed = false): StageSubscriber<T> {
    const { downstream } = this;
    this.done = true;
    this.downstream = nobody(downstream);
    this.held = undefined;
    this.stream.removeListener("data", this.onData);
    this.forgetEnd?.();
    READING.delete(this.stream);
    this.onEnd?.(completed);
    return downstream;
  }
}
