// What feeds a readable stream of Node from a flow. The stream's own buffer is the only one: it is asked for what that
// has room for (room.ts), whenever Node calls `_read`.
//
//   new --_read--> open --onComplete--> ended: push(null)
//                       --onError--> failed: destroyed when the items before it have been read
//   any --the stream is destroyed--> ended, upstream is cancelled

import type { Readable } from "node:stream";
import type { Flow, Subscription } from "@sluice/core";
import { asError, dropError, NEVER_SUBSCRIPTION, type StageSubscriber } from "@sluice/core/kit";
import { Room } from "./room.js";

/** Pushes items as they come, which is as they were asked for. */
export class ReadableFeed<T> implements StageSubscriber<T> {
  private readonly stream: Readable;
  private readonly flow: Flow<T>;
  private readonly onCompleted: (() => void) | undefined;
  private readonly room: Room;
  private upstream: Subscription = NEVER_SUBSCRIPTION;
  private isSubscribed = false;
  private done = false;

  /** @param onCompleted called when the flow has completed */
  constructor(stream: Readable, flow: Flow<T>, onCompleted?: () => void) {
    this.stream = stream;
    this.flow = flow;
    this.onCompleted = onCompleted;
    this.room = new Room(stream.readableObjectMode);
  }

  /** Node's `_read`: it has room. Called again only after a push: while items are outstanding one will come. */
  wanted(): void {
    if (this.done) return;
    if (this.isSubscribed) this.ask();
    else {
      this.isSubscribed = true;
      this.flow.connect(this);
    }
  }

  onSubscribe(subscription: Subscription): void {
    if (this.done) {
      subscription.cancel(); // destroyed while this was awaited
      return;
    }
    this.upstream = subscription;
    this.ask();
  }

  next(item: T): boolean {
    if (this.done) return false;
    this.room.arrived(item);
    if (item === null)
      this.stop(new TypeError("Cannot push null into a Node stream: it means the end there, map() it"));
    else this.stream.push(item);
    return true;
  }

  onError(error: unknown): void {
    if (this.done) {
      dropError(error);
      return;
    }
    this.end();
    const { stream } = this;
    const reason = asError(error, "the flow") as Error;
    if (stream.readableLength === 0) {
      stream.destroy(reason);
      return;
    }
    // Destroyed at once it would drop what it holds. Put here, and not on a class, it costs nothing before.
    const { read } = stream;
    stream.read = (size) => {
      const chunk = read.call(stream, size);
      if (stream.readableLength === 0) stream.destroy(reason);
      return chunk;
    };
  }

  onComplete(): void {
    if (this.done) return;
    this.end();
    this.stream.push(null);
    this.onCompleted?.();
  }

  /** The stream is being destroyed. */
  leave(): void {
    const { upstream } = this;
    this.end();
    upstream.cancel();
  }

  private stop(error: Error): void {
    this.leave();
    this.stream.destroy(error);
  }

  private ask(): void {
    if (!this.room.isLow) return;
    const n = this.room.take(this.stream.readableHighWaterMark, this.stream.readableLength);
    if (n > 0) this.upstream.request(n);
  }

  private end(): void {
    this.done = true;
    this.upstream = NEVER_SUBSCRIPTION;
  }
}
