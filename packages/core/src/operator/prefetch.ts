import { checkCapacity } from "../buffer/ring.js";
import type { FlowAbout } from "../flow/about.js";
import { Flow, type Operator, requireFlow } from "../flow/flow.js";
import { dropError } from "../kit/dropped.js";
import { NEVER_SUBSCRIPTION, signalTerminal, type Terminal } from "../kit/ended.js";
import { FusedRun } from "../kit/fused-run.js";
import { IndexedSubscription } from "../kit/indexed-subscription.js";
import { replenishAt } from "../kit/replenish.js";
import type { StageLink } from "../kit/stage.js";
import type { SliceSource, StageSubscriber } from "../kit/stage-subscriber.js";
import { addDemand } from "../spec/demand.js";
import { describe } from "../spec/describe.js";
import type { Subscription } from "../spec/publisher.js";

/** What `prefetch` takes to find its size by itself. */
export interface AutoPrefetchOptions {
  readonly auto: true;
  /** The most items asked for ahead, an integer >= 1; default 1024. */
  readonly max?: number | undefined;
}

/**
 * An asynchronous boundary: asks upstream ahead of demand, and sends on in a later turn.
 *
 * What arrives in one turn crosses together, with one wake-up (a microtask), never with a promise an item.
 *
 * With `"auto"` the size begins at 16, doubles when downstream had to wait between two requests, and is halved when
 * it has not had to for a while.
 *
 * *Demand:* `size` at once, whatever is requested below; then as many again whenever three quarters have been
 * sent on. *Buffers:* at most `size` items; with `"auto"` at most `max`. *Errors:* passed on after the items that
 * came before. *Cancel:* passed on; drops what is held.
 *
 * @param size items asked for ahead, an integer >= 1; default 256; or `"auto"`, or `{ auto: true, max }`
 *
 * @example
 * ```ts
 * import { prefetch, range } from "@sluice/core";
 * console.log(await range(1, 3).pipe(prefetch(2)).toArray()); // prints [ 1, 2, 3 ]
 * console.log(await range(1, 3).pipe(prefetch("auto")).toArray()); // prints [ 1, 2, 3 ]
 * ```
 */
export function prefetch<T>(size: number | "auto" | AutoPrefetchOptions = 256): Operator<T, T> {
  const settings = settingsOf(size);
  return (upstream) => new PrefetchFlow<T>(requireFlow(upstream, "prefetch"), settings);
}

/** With `auto` the size is the most that it may become. */
interface PrefetchSettings {
  readonly size: number;
  readonly auto: boolean;
}

function settingsOf(size: number | "auto" | AutoPrefetchOptions): PrefetchSettings {
  if (typeof size === "number") return { size: checkCapacity("prefetch", size, 1), auto: false };
  const { auto, max = MOST } = size === "auto" ? { auto: true } : (size ?? {});
  if (auto === true) return { size: checkCapacity("prefetch", max, 1), auto };
  throw new RangeError(
    `Cannot prefetch ${describe(size)}: give an integer >= 1, "auto" or { auto: true, max }`,
  );
}

/** Takes the per-item stages that follow into the loop that sends what is held, as synchronous sources do. */
class PrefetchFlow<T> extends Flow<T> {
  readonly about: FlowAbout;
  readonly upstreams: readonly Flow<unknown>[];
  private readonly upstream: Flow<unknown>;
  private readonly settings: PrefetchSettings;

  constructor(upstream: Flow<unknown>, settings: PrefetchSettings) {
    super();
    this.about = { name: "prefetch", settings };
    this.upstreams = [upstream];
    this.upstream = upstream;
    this.settings = settings;
  }

  override connectRun(stages: StageLink | undefined, downstream: StageSubscriber<unknown>): void {
    const { size, auto } = this.settings;
    const run = new FusedRun(stages);
    this.upstream.connect(
      auto ? new AutoPrefetch(size, run, downstream) : new Prefetch(size, run, downstream),
    );
  }
}

/**
 * idle --item and demand--> scheduled --microtask--> sending --all that was held is sent | no demand--> idle
 *
 * Two arrays take turns: one is sent by the loops of IndexedSubscription while the other takes what arrives. A ring in
 * one array measured 60 % more instructions an item: two checks and a mask a push, a wrap a turn.
 */
class Prefetch extends IndexedSubscription implements StageSubscriber<unknown> {
  /** How many upstream is asked for ahead. */
  protected size: number;
  /** What came since `items` were taken. Both hold at most `size` together: upstream is asked for no more. */
  private arriving: unknown[] = [];
  private arrived = 0;
  private upstream: Subscription = NEVER_SUBSCRIPTION;
  /** Sent on since upstream was last asked. */
  protected freed = 0;
  private isScheduled = false;
  /** How upstream ended, while items are still held. */
  private upstreamEnd: Terminal | undefined = undefined;

  constructor(size: number, run: FusedRun, downstream: StageSubscriber<unknown>) {
    super([], 0, 0, run, downstream);
    this.size = size;
  }

  onSubscribe(subscription: Subscription): void {
    this.upstream = subscription;
    this.downstream.onSubscribe(this);
    if (this.run.exhausted)
      this.completeEarly(); // take(0)
    else if (!this.done) subscription.request(this.size);
  }

  next(item: unknown): boolean {
    if (this.done) return false;
    this.arriving[this.arrived++] = item;
    if (!this.isScheduled) this.schedule();
    return true;
  }

  /** [map] [filter] into the array: 60 instructions an item, where a call of `next` for each costs 100. */
  takeSlice(source: SliceSource, stop: number): boolean {
    const { items, first } = source;
    const { map, keep } = source.run;
    const { arriving } = this;
    let { arrived } = this;
    let left = source.requested;
    let i = source.index;
    try {
      while (i < stop && left > 0 && !source.done) {
        let item = items === undefined ? first + i : items[i];
        i++;
        if (map !== undefined) item = map(item);
        if (keep !== undefined && !keep(item)) continue;
        if (source.done) break; // a stage's function cancelled
        arriving[arrived++] = item;
        left--;
      }
    } finally {
      // Also when a stage threw: what came before it is sent before the error.
      source.index = i;
      source.requested = left;
      if (!this.done) {
        this.arrived = arrived;
        this.schedule();
      }
    }
    return true;
  }

  onError(error: unknown): void {
    if (this.done || this.upstreamEnd !== undefined) dropError(error, this.late);
    else this.endAfterItems({ kind: "error", error });
  }

  get late(): StageSubscriber<unknown>["late"] {
    return this.downstream.late;
  }

  onComplete(): void {
    if (!this.done && this.upstreamEnd === undefined) this.endAfterItems({ kind: "complete" });
  }

  override request(n: number): void {
    if (this.done) return;
    this.requested = addDemand(this.requested, n);
    this.schedule();
  }

  override cancel(): void {
    if (this.done) return;
    const { upstream } = this;
    this.end();
    upstream.cancel();
  }

  protected override end(): void {
    super.end();
    this.upstream = NEVER_SUBSCRIPTION;
    this.items = this.arriving = [];
    this.arrived = this.index = this.count = 0;
  }

  protected override fail(error: unknown): void {
    const { downstream, upstream } = this;
    this.end();
    upstream.cancel();
    downstream.onError(error);
  }

  protected get held(): number {
    return this.count - this.index + this.arrived;
  }

  private schedule(): void {
    if (this.isScheduled || this.requested === 0 || this.held === 0) return;
    this.isScheduled = true;
    queueMicrotask(this.sendTurn);
  }

  /** One turn: what is held now, as far as demand goes. What upstream then sends crosses in the next one. */
  private readonly sendTurn = (): void => {
    let left = this.held;
    while (left > 0 && this.requested > 0 && !this.done && !this.run.exhausted) {
      if (this.index === this.count) this.takeArrived();
      const from = this.index;
      this.sendIndexed();
      if (this.done) return; // nothing is held, nothing may be signalled
      left -= this.index - from;
      this.freed += this.index - from;
      this.forgetSent(from);
    }
    this.isScheduled = false;
    if (this.done) return;
    if (this.run.exhausted) this.completeEarly();
    else if (this.upstreamEnd !== undefined) this.finishIfEmpty(this.upstreamEnd);
    else if (this.freed >= replenishAt(this.size)) {
      const n = this.freed + this.grow();
      this.freed = 0;
      this.upstream.request(n);
    }
    this.schedule();
  };

  /** Upstream is about to be asked: by how much the size changes. Shrinks by less than `freed`. */
  protected grow(): number {
    return 0;
  }

  private takeArrived(): void {
    const emptied = this.items as unknown[]; // ours, and emptied by forgetSent
    this.items = this.arriving;
    this.index = 0;
    this.count = this.arrived;
    this.arriving = emptied;
    this.arrived = 0;
  }

  /** An item that was sent must not be kept alive, neither by those that wait behind it. */
  private forgetSent(from: number): void {
    const items = this.items as unknown[];
    for (let i = from; i < this.index; i++) items[i] = undefined;
    if (this.index === this.count) this.index = this.count = 0;
  }

  private endAfterItems(end: Terminal): void {
    this.upstreamEnd = end;
    if (!this.isScheduled) this.finishIfEmpty(end);
  }

  private finishIfEmpty(end: Terminal): void {
    if (this.held > 0) return;
    const { downstream } = this;
    this.end();
    signalTerminal(downstream, end);
  }

  /** A take in the run let its last item through: upstream has more, or may have. */
  private completeEarly(): void {
    if (this.done) return;
    const { downstream, upstream } = this;
    this.end();
    upstream.cancel();
    downstream.onComplete();
  }
}

/**
 * Finds its size by whether downstream had to wait between two requests: an item came to demand and nothing held.
 *
 *   it waited                   twice the size: either upstream stood still while the request was on its way, or it is
 *                               slow, and then what it is asked ahead does not pile up here
 *   it did not, for some time   half the size is tried; when that was not enough, the next try comes after twice the
 *                               time, so that what the tries cost goes to nothing
 */
class AutoPrefetch extends Prefetch {
  private readonly max: number;
  private readonly least: number;
  /** How often downstream waited since upstream was last asked; the very first wait has nothing to do with the size. */
  private waits = -1;
  /** Requests in a row before which it did not wait, and how many of them make a try. */
  private calm = 0;
  private patience = 4;
  private hasShrunk = false;

  constructor(max: number, run: FusedRun, downstream: StageSubscriber<unknown>) {
    const least = Math.min(16, max);
    super(least, run, downstream);
    this.max = max;
    this.least = least;
  }

  override next(item: unknown): boolean {
    this.noteWait();
    return super.next(item);
  }

  override takeSlice(source: SliceSource, stop: number): boolean {
    this.noteWait();
    return super.takeSlice(source, stop);
  }

  protected override grow(): number {
    const { size } = this;
    if (this.waits > 0) {
      if (this.hasShrunk) this.patience *= 2;
      this.hasShrunk = false;
      this.calm = 0;
      this.size = Math.min(this.max, size * 2);
    } else if (++this.calm === this.patience) {
      this.hasShrunk = true;
      this.calm = 0;
      this.size = Math.max(this.least, size >> 1);
    }
    this.waits = 0;
    return this.size - size;
  }

  private noteWait(): void {
    if (this.requested > 0 && this.held === 0) this.waits++;
  }
}

/** Default of `max`: holds a millisecond of a stream of a million items a second. */
const MOST = 1024;
