// The server's end of a stream: CREDIT that came from the client becomes request(n) here.
//
//   client --CREDIT--> session --onTurn(items, bytes, target)--> StreamResponder --request(n)--> handler's source
//   client <--ITEMS--- session <-------- sendBatch ------------- StreamResponder <----next------ handler's source
//
// The source is asked only on the stream's turn, for the least of three (protocol.md B13): item credit, what byte
// credit covers by recent item size, and what one message takes. The connection gives no turn without room in
// the transport. So what a stalled client costs is one batch that has not been sent; `produced` never exceeds
// what was granted.

import { from, type Subscription } from "@sluice/core";
import { connect, type StageSubscriber, type Terminal } from "@sluice/core/kit";
import type { Turn } from "../../protocol/session/session-api.js";
import { BatchSize } from "./batch-size.js";
import { encodedLength, sendEncoded } from "../connection/bodies.js";
import type { Connection } from "../connection/connection.js";
import type { RequestFacts } from "./request-context.js";
import { itemTooLarge } from "../connection/lone-item.js";
import { OutgoingItems } from "./outgoing-items.js";
import { Responder, type ServedRoute } from "./responder.js";
import { type SourceWatcher, watched } from "./watched-source.js";

/**
 * Subscribes to what the handler returned and sends it, as credit allows.
 *
 * *Demand:* see above; never more than 512 items ahead. *Buffers:* what was asked for one message and has not
 * been sent: one batch. *Errors:* the source's, after the items before it; an item that cannot be encoded or is
 * too large ends this stream alone. *Cancel:* cancels the source.
 */
export class StreamResponder extends Responder implements StageSubscriber<unknown>, SourceWatcher {
  private readonly outgoing: OutgoingItems;
  private readonly batchSize = new BatchSize();
  private source: Subscription | undefined = undefined;
  private sourceEnd: Terminal | undefined = undefined;
  /** Requested from the source and not yet received. */
  private outstanding = 0;
  private isOffered = false;
  private inTurn = false;

  constructor(connection: Connection, streamId: number, route: ServedRoute, facts: RequestFacts) {
    super(connection, streamId, route, facts);
    this.outgoing = new OutgoingItems(route.codec, route.checkedOutput, route.method);
  }

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
    this.outgoing.push(item);
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

  /** Hears what the handler's flow fails with after the end of its stream (core: `StageSubscriber.late`). */
  get late(): (error: unknown) => void {
    return (error) => {
      // The answer to the abort of the handler's own signal: as core does, by its name.
      if ((error as Error | undefined)?.name !== "AbortError") this.onLateError(error);
    };
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
    this.waitFor(result, "handler", (source) => this.subscribeTo(source));
  }

  protected override stopWork(): void {
    const { source } = this;
    this.outgoing.clear();
    this.source = undefined;
    if (this.sourceEnd === undefined) source?.cancel();
  }

  private subscribeTo(source: unknown): void {
    try {
      connect(from(watched(source, this)), this);
    } catch (error) {
      this.fail(error, "handler");
    }
  }

  /** The source was told to stop and goes on until `work` has settled. */
  onStopping(work: PromiseLike<unknown>): void {
    this.waitFor(work, "handler");
  }

  /** The source was told to stop and threw. */
  onLateError(error: unknown): void {
    this.report(error, "handler");
  }

  private ask(turn: Turn): void {
    const { source } = this;
    if (source === undefined || this.sourceEnd !== undefined) return;
    const limit = this.batchSize.limit(turn, this.connection.peer?.itemOverhead ?? 0);
    const wanted = limit - this.outgoing.count - this.outstanding;
    if (wanted <= 0) return;
    this.outstanding += wanted;
    source.request(wanted);
  }

  /** Sends what has come, or as much of it as is covered; items before an error go first. */
  private send(): "more" | "idle" {
    const { outgoing } = this;
    let count = outgoing.count;
    while (count > 0) {
      const encoding = outgoing.encode(count);
      if (encoding.kind === "bad item") {
        this.endSource(encoding.error);
        count = outgoing.count;
        continue;
      }
      const { encoded } = encoding;
      const result = sendEncoded(this.connection.session, this.streamId, count, encoded);
      switch (result) {
        case "sent":
          outgoing.sent(count);
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
    this.settle();
    return "idle";
  }

  /** A source that answers at once may have more; one that does not will offer when it has. */
  private afterSending(): "more" | "idle" {
    if (this.outgoing.count > 0) return "more";
    this.settle();
    return this.ended || this.outstanding > 0 ? "idle" : "more";
  }

  /** An item cannot be sent: the stream ends before it. */
  private endSource(error: unknown): void {
    if (this.sourceEnd === undefined) this.source?.cancel();
    this.sourceEnd = { kind: "error", error };
  }

  private offer(): void {
    if (this.isOffered || this.ended) return;
    this.isOffered = true;
    this.connection.session.offer(this.streamId);
    this.connection.wake();
  }

  private settleOrOffer(): void {
    if (this.outgoing.count > 0) this.offer();
    else this.settle();
  }

  /** Ends the stream when its source has, and nothing of it is left to send. */
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

/** A promise of a source is awaited; a source that happens to have `then` as well is no promise. */
function isPromise(value: unknown): value is PromiseLike<unknown> {
  if (typeof value !== "object" || value === null) return false;
  const { then, subscribe } = value as { then?: unknown; subscribe?: unknown };
  return typeof then === "function" && typeof subscribe !== "function";
}
