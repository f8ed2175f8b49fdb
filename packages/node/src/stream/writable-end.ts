// What writes a flow into a Node stream; the stream's room is the demand (room.ts).
//
//   open --write() gives false--> full --'drain', what is held is written--> open
//   open, full --upstream completes--> completing --nothing is held: end()--> ending --'finish', 'close'--> ended
//   any --the stream fails or is closed | upstream fails | stop--> ended

import { SluiceError, type Subscription } from "@sluice/core";
import { asError, dropError, NEVER_SUBSCRIPTION, Ring, type StageSubscriber } from "@sluice/core/kit";
import { Room } from "./room.js";
import { destroyStream, onceEnded } from "./stream-end.js";

/** How it went wrong; `undefined`: it went well. */
export type Failure = { readonly error: unknown } | undefined;

/** What streams have since Node 12; older ones are asked for one item at a time. */
interface State {
  readonly writableObjectMode?: boolean;
  readonly writableNeedDrain?: boolean;
  readonly writableHighWaterMark?: number;
  readonly writableLength?: number;
}

/**
 * Writes each item as it comes while the stream takes more; never to a stream that is full.
 *
 * *Demand:* what the stream has room for, again whenever three quarters have come. *Buffers:* what comes while it is
 * full: no more than was asked for, which is what had room if no chunk is larger than those before. *Cancel:* `stop`.
 */
export class WritableEnd<T> implements StageSubscriber<T> {
  private readonly stream: NodeJS.WritableStream & State;
  private readonly ends: boolean;
  private readonly settled: (failure: Failure) => void;
  private readonly room: Room;
  private readonly held: Ring<T>;
  private upstream: Subscription = NEVER_SUBSCRIPTION;
  /** `write` has answered that it wants no more, until 'drain'. */
  private isFull: boolean;
  /** All has come that will. */
  upstreamCompleted = false;
  done = false;
  /** Written and not answered; counted where the stream is left open and tells its end in no other way. */
  private unanswered = 0;
  private forgetEnd: () => void = NOTHING;

  /**
   * @param ends whether the stream is ended with the flow
   * @param settled called once, when all is written or has gone wrong
   */
  constructor(stream: NodeJS.WritableStream, ends: boolean, settled: (failure: Failure) => void) {
    this.stream = stream;
    this.ends = ends;
    this.settled = settled;
    const { writableObjectMode = true, writableNeedDrain = false } = this.stream;
    this.room = new Room(writableObjectMode);
    this.held = new Ring(this.room.most);
    this.isFull = writableNeedDrain;
  }

  /** Listens to the stream; to be called before it is connected to a flow. */
  start(): void {
    this.stream.on("drain", this.onDrain);
    this.forgetEnd = onceEnded(this.stream, "writable", (error) => this.onStreamEnd(error));
  }

  onSubscribe(subscription: Subscription): void {
    if (this.done) {
      subscription.cancel(); // it ended while this was awaited
      return;
    }
    this.upstream = subscription;
    this.ask();
  }

  next(item: T): boolean {
    if (this.done) return false;
    this.room.arrived(item);
    if (this.isFull) this.held.push(item);
    else if (this.write(item) && this.room.isLow) this.ask();
    return true;
  }

  onError(error: unknown): void {
    if (this.done) dropError(error);
    else this.finish({ error });
  }

  onComplete(): void {
    if (this.done) return;
    this.upstream = NEVER_SUBSCRIPTION; // it has ended: it is not cancelled any more
    this.upstreamCompleted = true;
    if (this.held.isEmpty) this.complete();
  }

  /** Ends from this side, with this error. */
  stop(error: unknown): void {
    if (this.done) return;
    const { upstream } = this;
    this.finish({ error });
    upstream.cancel();
  }

  /** Writes no more, and leaves the stream to somebody else. */
  leave(): void {
    if (this.done) return;
    const { upstream } = this;
    this.forget();
    upstream.cancel();
  }

  private ask(): void {
    const { writableHighWaterMark = 1, writableLength = 0 } = this.stream;
    const n = this.isFull ? 0 : this.room.take(writableHighWaterMark, writableLength);
    if (n > 0) this.upstream.request(n);
  }

  /** Answers whether the stream takes more. */
  private write(item: T): boolean {
    let answer: boolean;
    try {
      if (this.ends) answer = this.stream.write(item as string);
      else {
        this.unanswered++;
        answer = this.stream.write(item as string, this.onAnswer);
      }
    } catch (thrown) {
      this.stop(asError(thrown, "write")); // such as of a chunk that is neither bytes nor text
      return false;
    }
    this.isFull = answer === false; // old streams may answer nothing
    return !this.isFull && !this.done;
  }

  private readonly onDrain = (): void => {
    this.isFull = false;
    while (!this.isFull && !this.done && !this.held.isEmpty) this.write(this.held.shift());
    if (this.isFull || this.done) return;
    if (this.upstreamCompleted) this.complete();
    else this.ask();
  };

  private readonly onAnswer = (): void => {
    this.unanswered--;
    if (this.upstreamCompleted && this.unanswered === 0 && this.held.isEmpty && !this.done)
      this.finish(undefined);
  };

  private complete(): void {
    if (this.ends) this.stream.end();
    else if (this.unanswered === 0 || this.stream.writableLength === undefined) this.finish(undefined);
  }

  private onStreamEnd(error: unknown): void {
    if (error !== undefined) this.stop(error);
    else if (this.upstreamCompleted && this.ends && this.held.isEmpty) this.finish(undefined);
    else this.stop(new SluiceError("STREAM_ENDED", "Cannot write on: somebody else has ended the stream"));
  }

  private finish(failure: Failure): void {
    this.forget();
    if (failure !== undefined && this.ends) destroyStream(this.stream, failure.error);
    this.settled(failure);
  }

  private forget(): void {
    this.done = true;
    this.upstream = NEVER_SUBSCRIPTION;
    this.held.clear();
    this.stream.removeListener("drain", this.onDrain);
    this.forgetEnd();
  }
}

const NOTHING = (): void => {};
