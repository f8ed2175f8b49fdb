// What the client of a channel sends, as the flow that the handler gets: request(n) here becomes CREDIT there.
//
//   handler's subscriber --request(n)--> IncomingFlow --grantItems(total)--> session --CREDIT--> client
//   handler's subscriber <----next------ IncomingFlow <------- batch ------- session <--ITEMS--- client
//
//   waiting --subscribed--> wanted --(completed | failed | cancelled)--> over
//      +----------- the stream ended, and nobody had come ------------> over
//
// Each item is checked before it is handed on. A schema that answers with a promise holds up what is behind its item:
// that waits here, encoded, within what was granted, and the session counts it as held.

import { type Flow, SluiceError, type Subscription } from "@sluice/core";
import {
  addDemand,
  fail,
  flowFrom,
  NOBODY,
  type StageSubscriber,
  signalTerminal,
  type Terminal,
} from "@sluice/core/kit";
import { decodeItems, type ItemsEvent } from "../connection/bodies.js";
import type { Connection } from "../connection/connection.js";
import { HeldBatches } from "../connection/held-batches.js";
import { validate } from "../contract/validate.js";
import type { ServedRoute } from "./responder.js";

/** Whose input it is. */
export interface IncomingOwner {
  readonly connection: Connection;
  readonly streamId: number;
  readonly route: ServedRoute;
  /** Calls what is the handler's, on behalf of its request. */
  inContext(work: () => void): void;
  /** What came cannot be accepted: the stream is to end with this. */
  onBadInput(error: unknown): void;
  /** The handler wants no more of it, or has had its end. */
  onInputOver(): void;
}

/**
 * The input of one channel.
 *
 * *Demand:* passed on over the wire. *Buffers:* nothing; with an asynchronous schema what was granted. *Errors:* what
 * ended the stream, at once. *Cancel:* ends what the client sends, and not what it gets.
 */
export class IncomingFlow implements Subscription {
  /** For the handler; takes one subscription. */
  readonly flow: Flow<unknown>;
  private readonly owner: IncomingOwner;
  private readonly what: string;
  private downstream: StageSubscriber<unknown> = NOBODY;
  private isTaken = false;
  private isOver = false;
  /** Requested since the beginning, with what was dropped below added again. */
  private demand = 0;
  /** The batch that is being handed on, and its next item; behind it what waits for that. */
  private items: readonly unknown[] = [];
  private index = 0;
  private readonly held = new HeldBatches();
  /** Handed on, and the session has not been told. */
  private taken = 0;
  private isDelivering = false;
  private isChecking = false;
  /** How it ended, while that may not be signalled yet. */
  private terminal: Terminal | undefined = undefined;

  constructor(owner: IncomingOwner) {
    this.owner = owner;
    this.what = `input of ${owner.route.method}`;
    this.flow = flowFrom((downstream) => this.subscribe(downstream));
  }

  /** Whether the handler takes it: has come for it, and it is not over. */
  isWanted(): boolean {
    return this.isTaken && !this.isOver;
  }

  onItems(event: ItemsEvent): void {
    if (this.isDelivering || this.isChecking) this.held.push(event);
    else if (this.decode(event)) this.deliver();
  }

  /** The client has sent everything. */
  onCompleted(): void {
    this.terminal = { kind: "complete" };
    this.deliver();
  }

  /** The stream is over: the handler hears why, and gets nothing more. */
  abort(error: unknown): void {
    if (this.isOver) return;
    this.letGo();
    this.terminal = { kind: "error", error };
    if (this.isTaken && !this.isDelivering) this.end(this.terminal);
  }

  request(n: number): void {
    if (!this.isWanted()) return;
    this.demand = addDemand(this.demand, n);
    const { connection, streamId } = this.owner;
    connection.session.grantItems(streamId, this.demand);
    connection.wake();
  }

  cancel(): void {
    if (this.isOver) return;
    this.letGo();
    this.isOver = true;
    this.downstream = NOBODY;
    const { connection, streamId } = this.owner;
    connection.session.cancel(streamId);
    connection.wake();
    this.owner.onInputOver();
  }

  private subscribe(downstream: StageSubscriber<unknown>): void {
    if (this.isTaken) {
      const text = `Cannot subscribe to the ${this.what} twice: it comes once over the wire; share() it among several`;
      fail(downstream, new SluiceError("INPUT_TAKEN", text));
      return;
    }
    this.isTaken = true;
    this.downstream = downstream;
    downstream.onSubscribe(this);
    this.deliver();
  }

  /** Hands on what is here, and then the end. Nothing comes before it was subscribed to, but an end. */
  private deliver(): void {
    if (this.isDelivering || this.isChecking || !this.isWanted()) return;
    this.isDelivering = true;
    this.owner.inContext(() => this.deliverItems());
    this.isDelivering = false;
    this.tellTaken();
    if (this.terminal !== undefined && !this.isOver && !this.isChecking) this.end(this.terminal);
  }

  private deliverItems(): void {
    const { input: schema } = this.owner.route;
    // Whoever takes an item may cancel or end the stream: nothing is here then.
    while (this.index < this.items.length || this.decodeNext()) {
      let item = this.items[this.index];
      this.index += 1;
      try {
        if (schema !== undefined) item = validate(schema, item, this.what);
      } catch (error) {
        this.owner.onBadInput(error);
        return;
      }
      if (item instanceof Promise) {
        this.wait(item);
        return;
      }
      this.handOn(item);
    }
  }

  private wait(valid: Promise<unknown>): void {
    this.isChecking = true;
    valid.then(
      (value) => {
        this.isChecking = false;
        if (this.isOver) return;
        this.isDelivering = true;
        this.owner.inContext(() => this.handOn(value));
        this.isDelivering = false;
        this.deliver();
      },
      (error: unknown) => {
        this.isChecking = false;
        if (!this.isOver) this.owner.onBadInput(error);
      },
    );
  }

  private handOn(item: unknown): void {
    this.taken += 1;
    if (!this.downstream.next(item)) this.request(1);
  }

  /** What was taken is granted again, in bytes; in items that is the subscriber's business. */
  private tellTaken(): void {
    const { taken } = this;
    this.taken = 0;
    if (taken === 0 || this.isOver) return;
    const { connection, streamId } = this.owner;
    connection.session.consumed(streamId, taken);
    connection.wake();
  }

  private decodeNext(): boolean {
    const event = this.held.shift();
    return event !== undefined && this.decode(event);
  }

  private decode(event: ItemsEvent): boolean {
    try {
      this.items = decodeItems(this.owner.route.codec, event);
      this.index = 0;
      return true;
    } catch (error) {
      this.owner.onBadInput(error);
      return false;
    }
  }

  private end(terminal: Terminal): void {
    const { downstream } = this;
    this.isOver = true;
    this.downstream = NOBODY;
    this.letGo();
    signalTerminal(downstream, terminal);
    this.owner.onInputOver();
  }

  private letGo(): void {
    this.held.clear();
    this.items = [];
    this.index = 0;
  }
}
