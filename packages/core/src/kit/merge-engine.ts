// Reads several sources at once and sends their items as one stream. merge, mergeMap, mergePrioritized and expand
// are made of it. Longer than most files: all of its parts turn on the same few counters, and what stands alone is
// kit/lane.ts.
//
//   upstream --item--> make --source--> [ due ] --connect, request--> lane --item--> downstream
//                                          ^                            | no demand, or somebody is first
//                                          | three quarters sent        v
//                                          +---------------------- lane's ring, lane in [ ready ]
//
// A lane is one source and what it has sent too early. `due` are lanes that something is owed to, a connection or a
// request; `ready` those with items that wait. Both are queues, so the lanes take turns: a synchronous source
// gives way after `prefetch` items, and with scarce demand each ready lane sends one item a turn.
//
// All of it, connecting included, is done by the loop: a source that ends on the stack on which it was connected
// returns to the loop before the next one is asked for, so a million of them do not grow the stack.

import { Ring } from "../buffer/ring.js";
import { UNBOUNDED } from "../spec/demand.js";
import type { Subscription } from "../spec/publisher.js";
import { asError, dropItem } from "./dropped.js";
import { HoldingSubscriber } from "./holding-subscriber.js";
import type { InnerOwner } from "./inner-subscriber.js";
import { Lane, type ReadyLanes } from "./lane.js";
import { replenishAt } from "./replenish.js";
import type { Connectable, SliceSource, StageSubscriber } from "./stage-subscriber.js";

/**
 * Merges the sources that `make` makes of upstream's items, up to `concurrency` at once.
 *
 * *Demand:* `concurrency` of upstream, then 1 for each source that ends; `prefetch` of each source, then as many
 * again as were sent on whenever that is three quarters. *Buffers:* `prefetch` items for each source that runs.
 * *Errors:* the first one ends the stream at once. *Cancel:* all sources, then upstream.
 */
export class MergeEngine<T, R> extends HoldingSubscriber<T, R> implements InnerOwner<R> {
  protected readonly due: Ring<Lane<R>>;
  protected readonly ready: ReadyLanes<R>;
  private readonly name: string;
  private readonly make: (item: T) => Connectable<R>;
  private readonly concurrency: number;
  private readonly prefetch: number;
  private readonly lowWater: number;
  /** By index; the indexes of those that are over are in `vacant`. */
  private readonly lanes: (Lane<R> | undefined)[] = [];
  private readonly vacant: number[] = [];
  /** Asked of upstream and not yet received. */
  private outstanding = 0;
  /** Items whose source `make` is making: it may call back, and their places are taken. */
  private making = 0;
  private isSending = false;
  /** The loop was called for while an item was being sent outside of it. */
  private isOwed = false;

  /** @param places the most lanes there ever are, if not `concurrency` */
  constructor(
    downstream: StageSubscriber<R>,
    name: string,
    make: (item: T) => Connectable<R>,
    concurrency: number,
    prefetch: number,
    places: number = concurrency,
    ready: ReadyLanes<R> = new Ring<Lane<R>>(places),
  ) {
    super(downstream);
    this.name = name;
    this.make = make;
    this.concurrency = concurrency;
    this.prefetch = prefetch;
    this.lowWater = replenishAt(prefetch);
    this.due = new Ring(places);
    this.ready = ready;
  }

  override onSubscribe(subscription: Subscription): void {
    super.onSubscribe(subscription);
    this.loop.run();
  }

  next(item: T): boolean {
    this.outstanding--;
    this.accept(item);
    return true;
  }

  innerNext(index: number, item: R): boolean {
    const lane = this.laneAt(index);
    if (this.emitted < this.demand && !this.isSending && this.maySendAtOnce()) this.send(lane, item);
    else this.hold(lane, item);
    return true;
  }

  /** Nobody counts what downstream uses of a slice: only where demand need not be counted. */
  innerSlice(index: number, source: SliceSource, stop: number): boolean {
    if (this.demand !== UNBOUNDED || this.isSending || !this.ready.isEmpty) return false;
    const lane = this.laneAt(index);
    const first = source.index;
    const asked = source.requested;
    this.isSending = true;
    try {
      return this.downstream.takeSlice?.(source, Math.min(stop, first + asked)) === true;
    } finally {
      const sent = source.index - first;
      source.requested = asked - sent;
      this.isSending = false;
      this.free(lane, sent);
    }
  }

  get sliceName(): string | undefined {
    return this.downstream.stageName;
  }

  innerFailed(_index: number, error: unknown): void {
    this.fail(error);
  }

  innerCompleted(index: number): void {
    this.leaveIfOver(this.laneAt(index));
    this.loop.run();
  }

  protected override onEnd(): void {
    this.demand = 0; // what a source still sends while it is being cancelled goes to `hold`
    this.due.clear();
    this.ready.clear();
    for (const lane of this.lanes) lane?.cancel();
    this.lanes.length = 0;
  }

  /** An item of upstream. */
  protected accept(item: T): void {
    this.expand(item);
  }

  /** Makes a source of `item`. */
  protected expand(item: T): void {
    if (this.done) return;
    let source: Connectable<R>;
    this.making++;
    try {
      source = this.make(item);
    } catch (thrown) {
      this.fail(asError(thrown, this.name));
      return;
    }
    this.making--;
    this.start(source);
  }

  /** Gives a source a lane; the loop connects it. */
  protected start(source: Connectable<R>): void {
    if (this.done) return; // `make` cancelled
    const index = this.vacant.pop() ?? this.lanes.length;
    const lane = new Lane(this, index, source);
    this.lanes[index] = lane;
    this.due.push(lane);
    this.loop.run();
  }

  /** Sends an item that need not wait; answers whether it used demand. */
  protected emit(item: R): boolean {
    return this.downstream.next(item);
  }

  /**
   * Also while other lanes are due, though these may have items for the same demand: waiting for them would put
   * nearly all items through the rings, and twice the time (54 ns for 27) on ranges that are read 256 at a time.
   */
  protected maySendAtOnce(): boolean {
    return this.ready.isEmpty;
  }

  /** Before each turn: where more can be started than upstream sends. */
  protected beforeTurn(): void {}

  /** Sources that are made, run, or have ended and left items that wait. */
  protected get running(): number {
    return this.lanes.length - this.vacant.length + this.making;
  }

  protected override step(): void {
    if (this.isSending) {
      this.isOwed = true;
      return;
    }
    const { due, ready } = this;
    while (!this.done) {
      this.beforeTurn();
      // What is owed comes first: else a lane that has run dry would wait for those that have not.
      if (!due.isEmpty) this.serve(due.shift());
      else if (!ready.isEmpty && this.emitted < this.demand) this.sendWaiting(ready.shift());
      else break;
    }
    if (this.done) return;
    if (this.upstreamCompleted) {
      if (this.running === 0) this.endWithComplete();
      return;
    }
    const places = this.concurrency - this.running - this.outstanding;
    if (places <= 0) return;
    this.outstanding += places;
    this.upstream.request(places);
  }

  private serve(lane: Lane<R>): void {
    const { unconnected, freed } = lane;
    lane.isDue = false;
    lane.freed = 0;
    if (unconnected === undefined) {
      lane.request(freed);
      this.leaveIfOver(lane);
      return;
    }
    lane.unconnected = undefined;
    lane.request(this.prefetch);
    unconnected.connect(lane);
  }

  private sendWaiting(lane: Lane<R>): void {
    const items = lane.items as Ring<R>; // a lane is ready while its ring is not empty
    const item = items.shift();
    if (!items.isEmpty) this.ready.push(lane);
    this.send(lane, item);
    this.leaveIfOver(lane);
  }

  private send(lane: Lane<R>, item: R): void {
    this.isSending = true;
    if (this.emit(item)) this.emitted++;
    this.isSending = false;
    this.free(lane, 1);
  }

  private free(lane: Lane<R>, count: number): void {
    lane.freed += count;
    if (!lane.isDue && lane.freed >= this.lowWater && !lane.done) {
      lane.isDue = true;
      this.due.push(lane);
      this.isOwed = true;
    }
    if (!this.isOwed) return;
    this.isOwed = false;
    this.loop.run();
  }

  private hold(lane: Lane<R>, item: R): void {
    if (this.done) {
      dropItem(item);
      return;
    }
    lane.items ??= new Ring(this.prefetch);
    if (lane.items.isEmpty) this.ready.push(lane);
    lane.items.push(item);
    if (this.emitted < this.demand) this.loop.run();
  }

  /** Gives its place to the next source. */
  private leaveIfOver(lane: Lane<R>): void {
    if (!lane.done || lane.isDue || !lane.isEmpty || this.lanes[lane.index] !== lane) return;
    this.lanes[lane.index] = undefined;
    this.vacant.push(lane.index);
  }

  private laneAt(index: number): Lane<R> {
    return this.lanes[index] as Lane<R>; // it reports only while it is in there
  }
}
