// What this side sends on one stream: CREDIT that came from the peer becomes request(n) here. The output of a stream's
// handler, and either direction of a channel.
//
//   peer --CREDIT--> session --onTurn(items, bytes, target)--> OutgoingFlow --request(n)--> source
//   peer <--ITEMS--- session <--------- sendBatch ------------ OutgoingFlow <----next------ source
//
// The source is asked only on the stream's turn, for the least of three (protocol.md B13): item credit, what byte
// credit covers by recent item size, and what one message takes. The connection gives no turn without room in
// the transport. So what a stalled peer costs is one batch that has not been sent; `produced` never exceeds
// what was granted.

import type { Subscription } from "@sluice/core";
import type { StageSubscriber, Terminal } from "@sluice/core/kit";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Codec } from "../../payload/codec.js";
import type { Turn } from "../../protocol/session/session-api.js";
import { checkOutput } from "../contract/validate.js";
import { BatchSize } from "./batch-size.js";
import { type EncodedItems, encodedLength, encodeItems, sendEncoded } from "./bodies.js";
import type { Connection } from "./connection.js";
import { itemTooLarge } from "./lone-item.js";

/** Whose items they are: one end of a stream. */
export interface OutgoingOwner {
  /** Where the stream runs; undefined while it waits to be opened. */
  readonly connection: Connection | undefined;
  readonly streamId: number;
  readonly route: OutgoingRoute;
  /** Requests `count` items of the source. */
  ask(source: Subscription, count: number): void;
  /** The source has ended, and nothing of it is left to send: the direction is to end with it. */
  onSourceEnd(end: Terminal): void;
  /** An item can never be sent: the direction is to end, and the source to be stopped. */
  onUnsendable(error: unknown): void;
  /** The source failed when its direction had ended. */
  onLateError(error: unknown): void;
}

/** How its items go. */
export interface OutgoingRoute {
  /** `service.route`. */
  readonly method: string;
  readonly codec: Codec;
  /** Checks each item before it is encoded; undefined checks none. */
  readonly checkedOutput: StandardSchemaV1 | undefined;
}

/**
 * Subscribes to a source and sends its items, as credit allows.
 *
 * *Demand:* see above; never more than 1,024 items ahead. *Buffers:* what was asked for one message and has not
 * been sent: one batch, encoded when it is its turn. *Errors:* the source's, after the items before it; also for an
 * item that cannot be encoded. *Cancel:* `stop` cancels the source.
 */
export class OutgoingFlow implements StageSubscriber<unknown> {
  /** Items that the source has made. */
  produced = 0;
  private readonly owner: OutgoingOwner;
  private readonly batchSize = new BatchSize();
  /** Delivered by the source and not sent. */
  private items: unknown[] = [];
  private source: Subscription | undefined = undefined;
  private sourceEnd: Terminal | undefined = undefined;
  /** Requested from the source and not yet received. */
  private outstanding = 0;
  private isOffered = false;
  private inTurn = false;
  /** Stopped, or the owner was told of the end. */
  private isOver = false;

  constructor(owner: OutgoingOwner) {
    this.owner = owner;
  }

  onSubscribe(subscription: Subscription): void {
    if (this.isOver) {
      subscription.cancel();
      return;
    }
    this.source = subscription;
    this.offer();
  }

  next(item: unknown): boolean {
    this.outstanding -= 1;
    this.produced += 1;
    this.items.push(item);
    if (!this.inTurn) this.offer();
    return true;
  }

  onError(error: unknown): void {
    this.sourceEnd = { kind: "error", error };
    if (!this.inTurn) this.settleOrOffer();
  }

  onComplete(): void {
    this.sourceEnd = { kind: "complete" };
    if (!this.inTurn) this.settleOrOffer();
  }

  /** Hears what the source fails with after the end of its direction (core: `StageSubscriber.late`). */
  get late(): (error: unknown) => void {
    return (error) => {
      // The answer to the abort of the handler's own signal: as core does, by its name.
      if ((error as Error | undefined)?.name !== "AbortError") this.owner.onLateError(error);
    };
  }

  onTurn(turn: Turn): "more" | "idle" {
    this.isOffered = false;
    this.inTurn = true;
    this.ask(turn);
    // The source may have cancelled or failed this very stream meanwhile.
    const answer = this.isOver ? "idle" : this.send();
    this.inTurn = false;
    return answer;
  }

  /** There may be something to ask for or to send: credit, or a stream that was opened. */
  offer(): void {
    const { connection, streamId } = this.owner;
    if (this.isOffered || this.isOver || connection === undefined) return;
    this.isOffered = true;
    connection.session.offer(streamId);
    connection.wake();
  }

  /** Whether nothing was asked of the source: then it can go over another stream as well. */
  isUntouched(): boolean {
    return this.produced === 0 && this.outstanding === 0;
  }

  /** It goes over another stream from now on, which the owner has opened. */
  opened(): void {
    this.isOffered = false;
    if (this.source !== undefined || this.sourceEnd !== undefined) this.settleOrOffer();
  }

  /** Whether its direction is over. */
  get isStopped(): boolean {
    return this.isOver;
  }

  /** Sends nothing more, and stops the source. */
  stop(): void {
    const { source } = this;
    this.items = [];
    this.source = undefined;
    this.isOver = true;
    if (this.sourceEnd === undefined) source?.cancel();
  }

  private ask(turn: Turn): void {
    const { source, owner } = this;
    if (source === undefined || this.sourceEnd !== undefined) return;
    const limit = this.batchSize.limit(turn, owner.connection?.peer?.itemOverhead ?? 0);
    const wanted = limit - this.items.length - this.outstanding;
    if (wanted <= 0) return;
    this.outstanding += wanted;
    owner.ask(source, wanted);
  }

  /** Sends what has come, or as much of it as is covered; items before an error go first. */
  private send(): "more" | "idle" {
    // A turn comes from a connection.
    const connection = this.owner.connection as Connection;
    let count = this.items.length;
    while (count > 0) {
      const encoded = this.encode(count);
      if (encoded === undefined) {
        count = this.items.length;
        continue;
      }
      const result = sendEncoded(connection, this.owner.streamId, count, encoded);
      switch (result) {
        case "sent":
          this.items = count === this.items.length ? [] : this.items.slice(count);
          this.batchSize.learn(encodedLength(encoded), count);
          return this.afterSending();
        case "message-full":
          return "more";
        case "over-credit":
          // "more" without having sent: the session gives the next turn when there is more credit.
          if (count === 1) return "more";
          break;
        case "too-large":
          if (count === 1) {
            this.owner.onUnsendable(itemTooLarge(connection, encoded));
            return "idle";
          }
          break;
        case "ended":
          return "idle";
        default:
          result satisfies never;
      }
      // Larger than the credit or than an item may be: encoded again in halves, never sent over credit.
      count = Math.floor(count / 2);
    }
    this.settle();
    return "idle";
  }

  /** Encodes the first `count`. Undefined: one of them cannot be sent, and only those before it are left. */
  private encode(count: number): EncodedItems | undefined {
    const items = count === this.items.length ? this.items : this.items.slice(0, count);
    try {
      return this.encodeChecked(items);
    } catch (error) {
      this.items = this.items.slice(0, this.firstBad(items));
      if (this.sourceEnd === undefined) this.source?.cancel();
      this.sourceEnd = { kind: "error", error };
      return undefined;
    }
  }

  private encodeChecked(items: readonly unknown[]): EncodedItems {
    const { checkedOutput, codec, method } = this.owner.route;
    if (checkedOutput !== undefined) for (const item of items) checkOutput(checkedOutput, item, method);
    return encodeItems(codec, items);
  }

  /** One by one, the slow way, now that the stream ends anyway. */
  private firstBad(items: readonly unknown[]): number {
    for (let i = 0; i < items.length; i += 1) {
      try {
        this.encodeChecked([items[i]]);
      } catch {
        return i;
      }
    }
    return 0;
  }

  /** A source that answers at once may have more; one that does not will offer when it has. */
  private afterSending(): "more" | "idle" {
    if (this.items.length > 0) return "more";
    this.settle();
    return this.isOver || this.outstanding > 0 ? "idle" : "more";
  }

  private settleOrOffer(): void {
    if (this.items.length > 0) this.offer();
    else this.settle();
  }

  /** Tells the owner when the source has ended, and nothing of it is left to send. */
  private settle(): void {
    const { sourceEnd } = this;
    if (sourceEnd === undefined || this.isOver || this.owner.connection === undefined) return;
    this.isOver = true;
    this.owner.onSourceEnd(sourceEnd);
  }
}
