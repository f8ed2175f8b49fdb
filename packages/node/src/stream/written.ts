// What is written to a stream of ours, as a flow. A write is answered when its chunk has been taken: so the writer's
// backpressure is the subscriber's demand.
//
//   open --write, no demand--> waiting (its answer is owed) --request--> open
//   open --final--> completed          any --the stream is destroyed--> failed
//   any --cancel--> cancelled --discard--> discarding: writes are answered and dropped

import { type Flow, SluiceError, type Subscription } from "@sluice/core";
import {
  addDemand,
  fail,
  flowFrom,
  nobody,
  signalTerminal,
  type StageSubscriber,
  type Terminal,
} from "@sluice/core/kit";

/** What Node gives to each write, to be called when the next may come. */
export type WriteAnswer = (error?: Error | null) => void;

/** Holds at most the one chunk whose write is not answered. */
export class Written<T> implements Subscription {
  /** For one subscriber; what is written before waits. */
  readonly flow: Flow<T>;
  private readonly onCancel: () => void;
  private downstream: StageSubscriber<T> | undefined = undefined;
  private demand = 0;
  private waiting: { readonly chunk: T; readonly answer: WriteAnswer } | undefined = undefined;
  private isSending = false;
  private done = false;
  private isDiscarding = false;
  /** How the stream ended; told when there is a subscriber, and no item on its way to it. */
  private terminal: Terminal | undefined = undefined;

  /** @param onCancel called when the subscriber has cancelled */
  constructor(name: string, onCancel: () => void) {
    this.onCancel = onCancel;
    this.flow = flowFrom<T>((downstream) => this.open(downstream), { name });
  }

  /** Node's `_write`. */
  write(chunk: T, answer: WriteAnswer): void {
    if (this.isDiscarding) {
      answer();
      return;
    }
    this.waiting = { chunk, answer };
    if (!this.isSending) this.send();
  }

  /** Node's `_final`: all has been written, and taken. */
  complete(): void {
    this.finish({ kind: "complete" });
  }

  /** Node's `_destroy`. */
  destroy(error: Error | null): void {
    const { waiting } = this;
    this.waiting = undefined;
    const reason =
      error ??
      new SluiceError(
        "ERR_STREAM_PREMATURE_CLOSE",
        "The stream was destroyed before it was ended: end() completes the flow",
      );
    waiting?.answer(reason);
    this.finish({ kind: "error", error: reason });
  }

  /** The subscriber has had enough, and the stream goes on: the rest is dropped. */
  discard(): void {
    const { waiting } = this;
    this.waiting = undefined;
    this.isDiscarding = true;
    waiting?.answer();
  }

  request(n: number): void {
    if (this.done) return;
    this.demand = addDemand(this.demand, n);
    if (!this.isSending) this.send();
  }

  cancel(): void {
    if (this.done) return;
    this.end();
    this.onCancel();
  }

  private open(downstream: StageSubscriber<T>): void {
    if (this.downstream !== undefined) {
      fail(
        downstream,
        new SluiceError(
          "STREAM_TAKEN",
          "Cannot subscribe twice to what is written to a stream: share() its flow",
        ),
      );
      return;
    }
    this.downstream = downstream;
    this.isSending = true; // requests made in onSubscribe are served after it
    downstream.onSubscribe(this);
    this.isSending = false;
    this.send();
  }

  private send(): void {
    this.isSending = true;
    // An answer may bring the next write on this stack: the loop takes it up.
    while (this.demand > 0 && this.waiting !== undefined && !this.done && this.terminal === undefined) {
      const { chunk, answer } = this.waiting;
      this.waiting = undefined;
      if (this.downstream?.next(chunk)) this.demand--;
      answer();
    }
    this.isSending = false;
    if (this.terminal !== undefined) this.finish(this.terminal);
  }

  private finish(terminal: Terminal): void {
    if (this.done) return;
    this.terminal ??= terminal;
    if (this.isSending || this.downstream === undefined) return;
    const { downstream } = this;
    this.end();
    signalTerminal(downstream, this.terminal);
  }

  private end(): void {
    this.done = true;
    if (this.downstream !== undefined) this.downstream = nobody(this.downstream);
  }
}
