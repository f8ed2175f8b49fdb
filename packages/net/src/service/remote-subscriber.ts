// The server's end of a stream: CREDIT that came from the client becomes request(n) here.
//
//   client --CREDIT--> session --onTurn(items, bytes, target)--> StreamResponder --request(n)--> handler's source
//   client <--ITEMS--- session <-------- sendBatch ------------- StreamResponder <----next------ handler's source
//
// The source is asked only on the stream's turn, for the least of three (protocol.md B13): item credit, what byte
// credit covers by recent item size, and what one message takes. The connection gives no turn without room in
// the transport. So what a stalled client costs is one batch that has not been sent; `produced` never exceeds
// what was granted.

import { type FlowInput, from, type Subscription } from "@sluice/core";
import { connect, type StageSubscriber } from "@sluice/core/kit";
import type { Turn } from "../protocol/session/session-api.js";
import { type EncodedItems, encodedLength, encodeItems, sendEncoded } from "./bodies.js";
import { asyncOutputSchema } from "./call.js";
import { itemTooLarge } from "./lone-item.js";
import { Responder } from "./responder.js";
import { validate } from "./validate.js";

type SourceEnd = { readonly kind: "complete" } | { readonly kind: "error"; readonly error: unknown };

/**
 * Subscribes to what the handler returned and sends it, as credit allows.
 *
 * *Demand:* see above; never more than 2,048 items ahead. *Buffers:* what was asked for one message and has not
 * been sent: one batch. *Errors:* the source's, after the items before it; an item that cannot be encoded or is
 * too large ends this stream alone. *Cancel:* cancels the source.
 */
export class StreamResponder extends Responder implements StageSubscriber<unknown> {
  private source: Subscription | undefined = undefined;
  private sourceEnd: SourceEnd | undefined = undefined;
  /** Received from the source and not yet sent. */
  private pending: unknown[] = [];
  /** Requested from the source and not yet received. */
  private outstanding = 0;
  private isOffered = false;
  private inTurn = false;
  /** Encoded bytes of an item lately; see `learn`. */
  private itemBytes = FIRST_ITEM_BYTES;
  /** Items that the next batch may have at most; see `learn`. */
  private batchItems = FIRST_BATCH;

  onSubscribe(subscription: Subscription): void {
    if (this.ended) {
      subscription.cancel();
      return;
    }
    this.source = subscription;
    this.offer();
  }

  next(item: unknown): boolean {
    this.outstanding -= 1;
    this.produced += 1;
    this.pending.push(item);
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

  override onTurn(turn: Turn): "more" | "idle" {
    this.isOffered = false;
    this.inTurn = true;
    this.ask(turn);
    // The source may have cancelled or failed this very stream meanwhile.
    const answer = this.ended ? "idle" : this.send();
    this.inTurn = false;
    return answer;
  }

  override onCredit(): void {
    this.offer();
  }

  protected override start(input: unknown): void {
    const result = this.route.handler(input, this.context);
    if (!isPromise(result)) {
      this.subscribeTo(result);
      return;
    }
    Promise.resolve(result).then(
      (source) => this.subscribeTo(source),
      (error: unknown) => this.fail(error, "handler"),
    );
  }

  protected override stopWork(): "stopped" {
    const { source } = this;
    this.pending = [];
    this.source = undefined;
    if (this.sourceEnd === undefined) source?.cancel();
    return "stopped";
  }

  private subscribeTo(source: unknown): void {
    if (this.ended) return;
    try {
      connect(from(source as FlowInput<unknown>), this);
    } catch (error) {
      this.fail(error, "handler");
    }
  }

  private ask(turn: Turn): void {
    const { source } = this;
    if (source === undefined || this.sourceEnd !== undefined) return;
    const overhead = this.connection.peer?.itemOverhead ?? 0;
    const covered = Math.max(1, Math.floor(turn.bytes / (this.itemBytes + overhead)));
    const fits = Math.max(1, Math.floor(turn.target / this.itemBytes));
    const most = Math.min(turn.items, covered, fits, this.batchItems);
    const wanted = most - this.pending.length - this.outstanding;
    if (wanted <= 0) return;
    this.outstanding += wanted;
    source.request(wanted);
  }

  /** Sends what is pending, or as much of it as is covered; items before an error go first. */
  private send(): "more" | "idle" {
    if (this.pending.length === 0) return this.settleOrIdle();
    let count = this.pending.length;
    for (;;) {
      const encoded = this.encode(count);
      if (encoded === undefined) {
        count = this.pending.length;
        if (count === 0) return this.settleOrIdle();
        continue;
      }
      const result = sendEncoded(this.connection.session, this.streamId, count, encoded);
      switch (result) {
        case "sent":
          this.learn(encodedLength(encoded), count);
          this.pending = count === this.pending.length ? [] : this.pending.slice(count);
          return this.pending.length > 0 ? "more" : this.settleOrMore();
        case "message-full":
          return "more";
        case "over-credit":
          // "more" without having sent: the session gives the next turn when there is more credit.
          if (count === 1) return "more";
          break;
        case "too-large":
          if (count === 1) {
            this.fail(itemTooLarge(this.connection, encoded), "output");
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
  }

  /** Undefined: an item cannot be sent; `pending` is cut before it and the stream ends there. */
  private encode(count: number): EncodedItems | undefined {
    const items = count === this.pending.length ? this.pending : this.pending.slice(0, count);
    try {
      this.check(items);
      return encodeItems(this.route.codec, items);
    } catch (error) {
      this.cutBefore(this.firstBad(items), error);
      return undefined;
    }
  }

  private check(items: readonly unknown[]): void {
    const { checkedOutput, method } = this.route;
    if (checkedOutput === undefined) return;
    for (const item of items) {
      const valid = validate(checkedOutput, item, `output of ${method}`);
      if (valid instanceof Promise) throw asyncOutputSchema(method);
    }
  }

  /** One by one, the slow way, now that the stream ends anyway. */
  private firstBad(items: readonly unknown[]): number {
    for (let i = 0; i < items.length; i += 1) {
      try {
        this.check([items[i]]);
        encodeItems(this.route.codec, [items[i]]);
      } catch {
        return i;
      }
    }
    return 0;
  }

  private cutBefore(index: number, error: unknown): void {
    this.pending = this.pending.slice(0, index);
    if (this.sourceEnd === undefined) this.source?.cancel();
    this.sourceEnd = { kind: "error", error };
  }

  /**
   * Takes the size of an item from the last batch: at once when items grow, by a quarter when they shrink, so
   * that one small batch between large ones does not ask for too many. The next batch has at most four times
   * the items of this one, for the first ones say little.
   */
  private learn(bytes: number, count: number): void {
    const latest = Math.max(1, bytes / count);
    this.itemBytes = latest >= this.itemBytes ? latest : (3 * this.itemBytes + latest) / 4;
    if (count >= this.batchItems) this.batchItems = Math.min(MAX_BATCH, 4 * count);
  }

  private offer(): void {
    if (this.isOffered || this.ended) return;
    this.isOffered = true;
    this.connection.session.offer(this.streamId);
    this.connection.wake();
  }

  private settleOrOffer(): void {
    if (this.pending.length > 0) this.offer();
    else this.settle();
  }

  private settleOrIdle(): "idle" {
    this.settle();
    return "idle";
  }

  /** Everything asked for has come: a source that answers at once has more, one that does not will offer. */
  private settleOrMore(): "more" | "idle" {
    this.settle();
    return this.ended || this.outstanding > 0 ? "idle" : "more";
  }

  /** Ends the stream when its source has, and nothing is pending. */
  private settle(): void {
    const { sourceEnd } = this;
    if (sourceEnd === undefined || this.ended) return;
    if (sourceEnd.kind === "error") {
      this.fail(sourceEnd.error, "handler");
    } else {
      this.connection.session.complete(this.streamId);
      this.succeed();
    }
  }
}

/** Items asked ahead at most, whatever their size: bounds what a sudden change of size can cost. */
const MAX_BATCH = 2048;

/** Before the first batch nothing is known of the items: 16 of 1 KiB are half a message. */
const FIRST_BATCH = 16;
const FIRST_ITEM_BYTES = 1024;

/** A promise of a source is awaited; a source that happens to have `then` as well is no promise. */
function isPromise(value: unknown): value is PromiseLike<unknown> {
  if (typeof value !== "object" || value === null) return false;
  const { then, subscribe } = value as { then?: unknown; subscribe?: unknown };
  return typeof then === "function" && typeof subscribe !== "function";
}
