// What all stages in front of a producer have in common that cannot be slowed: everything is asked of upstream, a
// bounded place meets what downstream asks for, and each item that finds no room is counted and told of.
//
//                      +-- nothing waits, and there is demand --------------------+
//                      |                                                          v
//   upstream (unbounded) --> wait: held or dropped, as a subclass decides --> sendNext --> downstream (as it requests)
//
//   open --(onError | onComplete | overflow)--> closed, items held --(downstream takes the last)--> done
//   any --(cancel | failure of a user's function)--> done, at once: what is held is dropped, reason "ended"

import { UNBOUNDED } from "../spec/demand.js";
import { OverflowError } from "../spec/errors.js";
import type { DropOptions, DropReason } from "../spec/overflow.js";
import type { Subscription } from "../spec/publisher.js";
import { DropAccount } from "./drop-account.js";
import { asError, dropError } from "./dropped.js";
import { NEVER_SUBSCRIPTION, type Terminal } from "./ended.js";
import { HoldingSubscriber } from "./holding-subscriber.js";
import type { StageSubscriber } from "./stage-subscriber.js";

/** What became of an item. */
export type OfferResult = "accepted" | "dropped" | "ended";

/** Keeps the account and the demand; a subclass keeps the items. */
export abstract class OverflowEngine<T> extends HoldingSubscriber<T, T> {
  protected readonly account: DropAccount<T>;
  private readonly name: string;
  protected isSending = false;
  private end: Terminal | undefined = undefined;

  /** @param name of the operator or source, for messages */
  constructor(downstream: StageSubscriber<T>, name: string, options: DropOptions<T> | undefined) {
    super(downstream);
    this.name = name;
    this.account = new DropAccount(options, (error) => this.fail(error));
  }

  /** Items held. */
  protected abstract readonly size: number;

  /** Adds an item for which there is demand: it is sent before anything else is asked of this place. */
  protected abstract put(item: T): void;

  /** Removes the oldest item. */
  protected abstract shift(): T;

  /** There is no demand for `item`: holds it, or drops it or others. */
  protected abstract wait(item: T): OfferResult;

  override onSubscribe(subscription: Subscription): void {
    super.onSubscribe(subscription);
    if (!this.done) subscription.request(UNBOUNDED);
  }

  next(item: T): boolean {
    this.offer(item);
    return true; // upstream is unbounded: it need not know
  }

  /** Takes an item, or drops one by the policy. */
  offer(item: T): OfferResult {
    this.account.counters.offered++;
    if (this.isClosed) return this.refuse(item, "ended");
    if (this.openDemand === 0) return this.wait(item);
    this.put(item);
    return this.added();
  }

  override onError(error: unknown): void {
    if (this.isClosed) dropError(error, this.late);
    else this.endAfterItems({ kind: "error", error });
  }

  override onComplete(): void {
    if (!this.isClosed) this.endAfterItems({ kind: "complete" });
  }

  /**
   * How many items could be offered without waiting, also where nothing may wait: what is requested, when nothing is
   * held. While one is being sent another has to stay until that is done, and there is a place for one.
   */
  get openDemand(): number {
    if (this.isClosed || this.size > 0) return 0;
    const open = this.demand - this.emitted;
    return this.isSending ? Math.min(1, open - 1) : open;
  }

  /** Nothing is taken any more. */
  protected get isClosed(): boolean {
    return this.done || this.end !== undefined;
  }

  protected override onEnd(): void {
    while (this.size > 0) this.giveUp("ended");
  }

  /** An item was put among those held. */
  protected added(): OfferResult {
    this.account.counters.held++;
    this.loop.run();
    return "accepted";
  }

  protected take(): T {
    this.account.counters.held--;
    return this.shift();
  }

  /** Drops the oldest item held. */
  protected giveUp(reason: DropReason): void {
    this.account.drop(this.take(), reason);
  }

  /** Drops the item that came. */
  protected refuse(item: T, reason: DropReason): OfferResult {
    this.account.drop(item, reason);
    return reason === "ended" ? "ended" : "dropped";
  }

  /** A function of the user threw over the item that came. */
  protected failOver(item: T, thrown: unknown, what: string): OfferResult {
    this.refuse(item, "ended");
    this.fail(asError(thrown, what));
    return "ended";
  }

  /** Upstream is stopped at once; what is held is still sent, then the error. */
  protected failByOverflow(capacity: number, bound: string = `${capacity} items`): void {
    if (this.isClosed) return; // `onDrop` ended it
    const { name, upstream } = this;
    const room = capacity === 0 ? "has no buffer" : `holds its capacity of ${bound}`;
    const message = `${name} ${room} without demand: raise the capacity or choose a policy that drops`;
    this.endAfterItems({ kind: "error", error: new OverflowError(message, capacity) }, upstream);
  }

  /** There is demand, and an item: sends it, or drops it after all. */
  protected sendNext(): void {
    this.send(this.take());
  }

  protected send(item: T): void {
    this.account.counters.delivered++;
    this.isSending = true;
    const used = this.downstream.next(item);
    this.isSending = false;
    if (used) this.emitted++;
  }

  private endAfterItems(end: Terminal, toCancel: Subscription = NEVER_SUBSCRIPTION): void {
    this.end = end;
    this.upstream = NEVER_SUBSCRIPTION; // it is over: a cancel that comes later does not go there
    toCancel.cancel(); // before downstream is told, which may subscribe again
    this.loop.run();
  }

  protected override step(): void {
    if (this.isSending) return; // whoever sends past the loop runs it then
    while (!this.done && this.size > 0 && this.emitted < this.demand) this.sendNext();
    if (this.done || this.end === undefined || this.size > 0) return;
    if (this.end.kind === "error") this.endWithError(this.end.error);
    else this.endWithComplete();
  }
}
