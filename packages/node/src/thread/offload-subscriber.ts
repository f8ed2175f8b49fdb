// Items to threads, and their results back.
//
//                    +--> lane 0: [ items ] --channel--> thread --> [ results ] --+
//   upstream --item--+--> lane 1: [ items ] --channel--> thread --> [ results ] --+--step--> downstream, as it requests
//                    +--> lane n                                                  |
//                    +-- ordered: the lane, when its item comes --> [ turns ] <---+-- else: when its result comes
//
// A thread answers with one result for each item, in their order, so nothing has to be numbered: whose turn it is says
// which result is next. All together hold `threads` x `window` items, because no more are asked of upstream than results
// were sent on.
//
//   open --(upstream completed, last result sent)--> ending --(threads have ended)--> done
//   open, ending --(cancel | an error of upstream, of a thread, of its step | signal)--> done: threads are terminated

import type { Subscription } from "@sluice/core";
import {
  addDemand,
  asError,
  NEVER_SUBSCRIPTION,
  OperatorSubscriber,
  Ring,
  SerialLoop,
  type StageSubscriber,
} from "@sluice/core/kit";
import type { OffloadSettings } from "./offload-settings.js";
import { type LaneOwner, StepLane, type StepThread } from "./step-lane.js";
import { threadOfKey } from "./thread-of-key.js";

/** One subscription to what `offload` gives. */
export class Offload<T, R> extends OperatorSubscriber<T, R> implements LaneOwner<T, R> {
  private readonly settings: OffloadSettings<T>;
  private readonly capacity: number;
  private readonly lanes: readonly StepLane<T, R>[];
  /** The lanes whose results are next, one entry for each item (ordered) or result: at most `capacity`. */
  private readonly turns: Ring<StepLane<T, R>>;
  /** Taken from `turns`: its result is next, and may not be there yet. */
  private turn: StepLane<T, R> | undefined = undefined;
  /** Totals. */
  private demand = 0;
  private emitted = 0;
  /** Items that came and whose result was not sent on. */
  private held = 0;
  /** Results sent on since upstream was last asked. */
  private freed = 0;
  private upstreamCompleted = false;
  private isEnding = false;
  private readonly loop = new SerialLoop(() => this.step());

  constructor(downstream: StageSubscriber<R>, settings: OffloadSettings<T>, start: () => StepThread) {
    super(downstream);
    const { threads, window, codec } = settings;
    this.settings = settings;
    this.capacity = threads * window;
    this.turns = new Ring(this.capacity);
    this.lanes = Array.from({ length: threads }, () => new StepLane<T, R>(this, codec, this.capacity, start));
  }

  override onSubscribe(subscription: Subscription): void {
    const { signal } = this.settings;
    super.onSubscribe(subscription);
    if (this.done) return;
    signal?.addEventListener("abort", this);
    if (signal?.aborted === true) this.handleEvent();
    else subscription.request(this.capacity);
  }

  next(item: T): boolean {
    if (this.done) return false;
    let lane: StepLane<T, R>;
    try {
      lane = this.laneFor(item);
    } catch (thrown) {
      this.fail(asError(thrown, "offload"));
      return false;
    }
    if (this.done) return false; // the key's function may have cancelled
    this.held++;
    if (this.settings.ordered === true) this.turns.push(lane);
    lane.push(item);
    return true;
  }

  override onComplete(): void {
    if (this.done) return;
    this.upstream = NEVER_SUBSCRIPTION; // it has ended: neither a request nor a cancel goes there any more
    this.upstreamCompleted = true;
    this.loop.run();
  }

  onResult(lane: StepLane<T, R>): void {
    if (this.settings.ordered !== true) this.turns.push(lane);
    this.loop.run();
  }

  onLaneFailed(error: unknown): void {
    this.fail(error);
  }

  override request(n: number): void {
    if (this.done) return;
    this.demand = addDemand(this.demand, n);
    this.loop.run();
  }

  /** The signal aborted. */
  handleEvent(): void {
    this.fail(this.settings.signal?.reason);
  }

  protected override onEnd(): void {
    this.settings.signal?.removeEventListener("abort", this);
    this.turns.clear();
    this.turn = undefined;
    for (const lane of this.lanes) lane.stop();
  }

  private step(): void {
    while (!this.done && this.emitted < this.demand) {
      if (this.turn === undefined && !this.turns.isEmpty) this.turn = this.turns.shift();
      const lane = this.turn;
      if (lane === undefined || lane.results.isEmpty) break;
      this.turn = undefined;
      this.held--;
      this.freed++;
      this.emitted++; // before: a request from within must not count on it
      if (!this.downstream.next(lane.results.shift())) this.emitted--;
    }
    if (this.done || this.isEnding) return;
    if (this.upstreamCompleted) {
      if (this.held === 0) this.endThreads();
    } else if (this.freed >= this.settings.window / 4) {
      const n = this.freed;
      this.freed = 0;
      this.upstream.request(n);
    }
  }

  /** The stream has ended when its threads have: nothing of it is left then. */
  private endThreads(): void {
    this.isEnding = true;
    void Promise.all(this.lanes.map((lane) => lane.end())).then(() => {
      if (!this.done) this.endWithComplete();
    });
  }

  private laneFor(item: T): StepLane<T, R> {
    const { ordered, threads } = this.settings;
    if (typeof ordered === "object") return this.laneAt(threadOfKey(ordered.key(item), threads));
    let least = this.laneAt(0);
    for (const lane of this.lanes) if (lane.inThread < least.inThread) least = lane;
    return least;
  }

  private laneAt(index: number): StepLane<T, R> {
    return this.lanes[index] as StepLane<T, R>; // one for each thread
  }
}
