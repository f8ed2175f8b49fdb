// A stream of the server that asks ahead of what its subscriber has requested, and holds what came early.
//
//   downstream --request(n)--> WindowedStream --grantItems(taken + window)--> session --CREDIT--> server
//   downstream <----next------ [held batches] <----------- batch ------------ session <--ITEMS--- server
//                 consumed ------------------------------------------------->
//
// `consumed` is told only when the subscriber has taken the items: what waits here is in the session's accounts, in
// items and in bytes, and nowhere else. It waits encoded; one batch is decoded at a time, when somebody wants it.
//
//   idle --subscribed--> waiting --> open --(end at the peer, items left)--> ending --the last one taken--> ended
//                           ^          +----(nothing left | cancel | deadline | signal | bad payload)-----> ended
//                           +----------+     opened again elsewhere (client-request.ts): what is held stays
//
// What ends it from this side ends it at once and lets go what is held; what ended it at the peer comes after the
// items before it.

import type { SluiceError, Subscription } from "@sluice/core";
import {
  addDemand,
  NOBODY,
  type StageSubscriber,
  signalTerminal,
  type Terminal,
  UNBOUNDED,
} from "@sluice/core/kit";
import { decodeItems, itemCount, type ItemsEvent } from "../connection/bodies.js";
import { ClientRequest, type Route } from "./client-request.js";
import type { RequestOptions } from "./request-options.js";
import type { Connection } from "../connection/connection.js";
import type { EventOf } from "../connection/connection-parts.js";
import { HeldBatches } from "../connection/held-batches.js";
import type { StreamWindow } from "./stream-window.js";

/** One subscription to a stream with a window. */
export class WindowedStream<T> extends ClientRequest implements Subscription {
  private downstream: StageSubscriber<T>;
  private readonly window: StreamWindow;
  /** What waits; undefined while nothing has to: most streams are idle most of the time. */
  private held: HeldBatches | undefined = undefined;
  /** The batch that is being handed on, and its next item. */
  private items: unknown[] = NO_ITEMS;
  private index = 0;
  /** Requested and not yet given. */
  private wanted = 0;
  /** Items handed on since the beginning, with those that were dropped below. */
  private taken = 0;
  /** Items that came since the beginning. */
  private received = 0;
  /** How many of them came before the stream was opened on this connection, whose session knows nothing of those. */
  private before = 0;
  private isDelivering = false;
  /** How it ended, while that may not be signalled yet. */
  private terminal: Terminal | undefined = undefined;

  constructor(
    route: Route,
    input: unknown,
    options: RequestOptions,
    window: StreamWindow,
    downstream: StageSubscriber<T>,
  ) {
    super(route, input, options);
    this.window = window;
    this.downstream = downstream;
  }

  /** Subscribes downstream, and asks ahead whatever that requests. */
  start(): void {
    this.downstream.onSubscribe(this);
    if (this.state === "idle") this.begin();
  }

  override onOpen(connection: Connection, streamId: number): void {
    this.before = this.received;
    this.window.begin(this.taken, this.wanted, connection);
    super.onOpen(connection, streamId);
  }

  override onItems(event: ItemsEvent): void {
    this.received += itemCount(event);
    this.window.note(event);
    // What can be handed on now is decoded where it lies.
    if (this.wanted > 0 && !this.isDelivering && this.isEmpty()) this.decode(event);
    else this.hold(event);
    this.deliver();
  }

  override onCompleted(): void {
    this.endAfterItems({ kind: "complete" });
  }

  override onFailed(event: EventOf<"failed">): void {
    // When this side's own session gave it up (docs/protocol.md §7.6), that has let go what is held.
    const { connection, streamId } = this;
    if ((connection?.session.figures(streamId)?.receiveItems.held ?? 0) === 0) this.letGo();
    super.onFailed(event);
  }

  override onClosed(error: SluiceError, neverSent: boolean): void {
    // Whose end is known already needs no connection any more.
    if (this.state === "ending") this.stopInput();
    else super.onClosed(error, neverSent);
  }

  protected override failedElsewhere(error: unknown): void {
    this.endAfterItems({ kind: "error", error });
  }

  protected override fail(error: unknown): void {
    this.letGo();
    const terminal: Terminal = { kind: "error", error };
    if (this.isDelivering) this.terminal = terminal;
    else this.settle(terminal);
  }

  protected override demandAtOpen(): number {
    return Math.max(0, this.window.limit(this.taken, this.wanted) - this.received);
  }

  /** With what is held here: it will be handed on before anything that comes later. */
  protected override delivered(): number {
    return this.received;
  }

  /** What is held stays: it is handed on while the stream is being opened again behind it. */
  protected override onRestart(): void {}

  request(n: number): void {
    if (this.state === "ended") return;
    this.wanted = addDemand(this.wanted, n);
    if (this.state !== "idle") this.deliver();
  }

  cancel(): void {
    this.downstream = NOBODY;
    this.terminal = undefined;
    this.letGo();
    if (this.state !== "ended") this.cancelOutput();
  }

  /** Hands on what is here, as far as demand goes; then tells the session of it. */
  private deliver(): void {
    if (this.isDelivering) return;
    const from = Math.max(this.taken, this.before);
    this.isDelivering = true;
    while (this.wanted > 0 && this.isLive() && this.hasDecoded()) this.deliverDecoded();
    this.isDelivering = false;
    if (!this.isLive()) {
      // Ended from within: cancelled, or by an error that waited for the item to be handed on.
      if (this.terminal !== undefined) this.settle(this.terminal);
      return;
    }
    const count = this.taken - from;
    if (count > 0) this.connection?.session.consumed(this.streamId, count);
    if (this.state === "open") this.grant();
    else if (this.terminal !== undefined && this.isEmpty()) this.finish(this.terminal);
  }

  private deliverDecoded(): void {
    const { downstream, items } = this;
    let i = this.index;
    // Who calls back may request more, cancel, or end it by its signal.
    if (this.wanted === UNBOUNDED) {
      // Nobody can wait for any of them: N1 is this loop.
      const from = i;
      for (; i < items.length && this.isLive(); i += 1) downstream.next(items[i] as T);
      this.taken += i - from;
      if (this.items === items) this.index = i;
      return;
    }
    while (i < items.length && this.wanted > 0 && this.isLive()) {
      const item = items[i] as T;
      items[i] = undefined; // taken is gone, though others of its batch still wait
      i += 1;
      this.index = i;
      this.taken += 1;
      if (downstream.next(item)) this.wanted -= 1;
    }
  }

  /** Whether an item is ready: decodes the next batch if need be. */
  private hasDecoded(): boolean {
    if (this.index < this.items.length) return true;
    this.items = NO_ITEMS;
    this.index = 0;
    const event = this.held?.shift();
    if (this.held?.isEmpty === true) this.held = undefined;
    return event !== undefined && this.decode(event);
  }

  private hold(event: ItemsEvent): void {
    this.held ??= new HeldBatches();
    this.held.push(event);
  }

  /** Items are never none: the session refuses such a frame. */
  private decode(event: ItemsEvent): boolean {
    try {
      this.items = decodeItems(this.route.codec, event);
      this.index = 0;
      return true;
    } catch (error) {
      this.abandon(error);
      return false;
    }
  }

  private grant(): void {
    const { connection, window, taken, wanted } = this;
    if (connection === undefined) return;
    window.look(taken, wanted, this.received, connection);
    const limit = window.limit(taken, wanted) - this.before;
    if (limit > 0) connection.session.grantItems(this.streamId, limit);
    connection.wake();
  }

  private endAfterItems(terminal: Terminal): void {
    if (this.isEmpty() && !this.isDelivering) {
      this.finish(terminal);
    } else {
      this.terminal = terminal;
      this.endedByPeer();
    }
  }

  private finish(terminal: Terminal): void {
    if (terminal.kind === "complete") this.outputOver();
    else this.release();
    this.settle(terminal);
  }

  private settle(terminal: Terminal): void {
    const { downstream } = this;
    this.downstream = NOBODY;
    this.terminal = undefined;
    signalTerminal(downstream, terminal);
  }

  private letGo(): void {
    this.held = undefined;
    this.items = NO_ITEMS;
    this.index = 0;
  }

  private isEmpty(): boolean {
    return this.index === this.items.length && this.held === undefined;
  }

  private isLive(): boolean {
    return this.state !== "ended" && this.state !== "sending";
  }
}

/** Shared by all streams that have nothing decoded; never written to. */
const NO_ITEMS: unknown[] = [];
