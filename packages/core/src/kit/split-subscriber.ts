// The engine behind window and groupBy: parts a stream into streams, which share one bounded room.
//
//   upstream --> [ part ] --> its reader        All parts together hold at most `prefetch` items. What their readers
//           \--> [ part ] --> its reader        take is asked for again, so a part that is read slowly slows the
//            \-> [ part ]     (unread)          source, as it should.
//
// A part that nobody reads can use up the room that others wait for. That is told from slowness by this rule:
//
//   flowing --(all of the room is used up, and only by parts without a subscriber,
//              while a reader of another part, or who takes the parts, has asked for more)--> stalled
//   stalled --(a part is subscribed to, taken or cancelled; upstream ends)--> flowing
//   stalled --(for `stallMs`)--> failed, by an error that names a part and the settings
//
// The same state, but for an item held in a part that is read, is "blocked": its reader works, or waits for another
// part, as `zip` of two does. Only an item taken shows which, so it fails when none was for `blockedMs`, which is long
// (docs/decisions/002). While nobody asks it waits for as long as it takes. Neither can be decided without time: who is
// to read a part may still be on the way to it.
//
// Cancel of the outer stream ("cut"): parts that are read go on, and upstream for them; when the last one is over,
// upstream is cancelled. A cut while a part is being handed out, as by `take`, looks at who reads it in a later turn.

import { Ring } from "../buffer/ring.js";
import { describe } from "../spec/describe.js";
import { SluiceError } from "../spec/errors.js";
import type { Subscription } from "../spec/publisher.js";
import { Alarm } from "./alarm.js";
import { asError, dropItem } from "./dropped.js";
import { NOBODY, type Terminal } from "./ended.js";
import { GroupError } from "./group-error.js";
import { HoldingSubscriber } from "./holding-subscriber.js";
import { Part, type PartOwner } from "./part.js";
import { replenishAt } from "./replenish.js";
import type { SplitSettings } from "./split-settings.js";
import type { StageSubscriber } from "./stage-subscriber.js";

/** Parts a stream into streams. */
export abstract class SplitSubscriber<T, R> extends HoldingSubscriber<T, R> implements PartOwner<T> {
  readonly prefetch: number;
  protected readonly settings: SplitSettings;
  /** Those that are not over. */
  protected readonly parts: Map<unknown, Part<T>> = new Map();
  /** Made, and not yet asked for: each holds an item, so these are `prefetch` at most. */
  private readonly waiting: Ring<Part<T>>;
  private readonly alarm: Alarm;
  /** Items in all parts, and those of them in parts without a subscriber. */
  private held = 0;
  private unread = 0;
  /** Asked of upstream and not received. */
  private outstanding = 0;
  private isCut = false;
  private isStepping = false;
  /** What the alarm is set for: `stallMs` or `blockedMs`. */
  private limit = 0;
  /** An item has been taken since it was set. */
  private hasMoved = false;

  constructor(downstream: StageSubscriber<R>, settings: SplitSettings) {
    super(downstream);
    this.prefetch = settings.prefetch;
    this.settings = settings;
    this.waiting = new Ring(settings.prefetch);
    this.alarm = new Alarm(
      settings.clock,
      () => this.timePassed(),
      (error) => this.fail(error),
    );
  }

  /** Of the part that `item` goes to. */
  protected abstract keyOf(item: T): unknown;
  /** What downstream gets of a part. */
  protected abstract streamOf(part: Part<T>): R;

  override onSubscribe(subscription: Subscription): void {
    super.onSubscribe(subscription);
    this.advance();
  }

  next(item: T): boolean {
    if (this.done) return false;
    this.outstanding--;
    let key: unknown;
    try {
      key = this.keyOf(item);
    } catch (thrown) {
      this.fail(asError(thrown, this.settings.name));
      return false;
    }
    const isOver = this.done || this.isCut; // the key's function may have cancelled
    const part = this.parts.get(key) ?? (isOver ? undefined : this.openPart(key));
    if (part?.isOpen) {
      this.held++;
      if (!part.isRead) this.unread++;
      part.next(item);
    } else {
      dropItem(item);
      this.advance();
    }
    return true;
  }

  override onComplete(): void {
    super.onComplete();
    this.endParts({ kind: "complete" });
  }

  override request(n: number): void {
    if (!this.isCut) super.request(n);
  }

  override cancel(): void {
    if (this.done || this.isCut) return;
    this.isCut = true;
    this.downstream = NOBODY;
    this.demand = 0;
    this.waiting.clear();
    if (this.isStepping) queueMicrotask(() => this.abandon());
    else this.abandon();
  }

  /** Of a stream that was cut: what nobody reads by now, nobody will. */
  private abandon(): void {
    for (const part of this.parts.values()) {
      if (part.isRead) continue;
      if (part.isHandedOut) part.finish({ kind: "error", error: new SluiceError("CANCELLED", CUT) });
      else part.cancel();
    }
    this.advance();
  }

  itemLeft(part: Part<T>): void {
    this.hasMoved = true;
    this.held--;
    if (!part.isRead) this.unread--;
  }

  partRead(part: Part<T>): void {
    this.unread -= part.items.size;
  }

  partOver(part: Part<T>): void {
    if (this.parts.get(part.key) === part) this.parts.delete(part.key);
  }

  /** In a turn of its own: who cancels a part mostly cancels the outer stream next, and then nothing is to be asked. */
  partLeft(): void {
    if (this.isCut) this.advance();
    else queueMicrotask(() => this.advance());
  }

  partChanged(): void {
    this.advance();
  }

  /** `undefined`: `item` is to be dropped. */
  protected openPart(key: unknown): Part<T> | undefined {
    if (this.done) return undefined;
    const part = new Part<T>(this, key);
    this.parts.set(key, part);
    this.waiting.push(part);
    return part;
  }

  protected override fail(error: unknown): void {
    super.fail(error);
    this.endParts({ kind: "error", error });
  }

  protected override endWithError(error: unknown): void {
    super.endWithError(error);
    this.endParts({ kind: "error", error });
  }

  protected override onEnd(): void {
    this.waiting.clear();
    this.alarm.close();
  }

  private endParts(end: Terminal): void {
    for (const part of this.parts.values()) {
      if (this.done && !part.isHandedOut)
        part.cancel(); // failed: nobody will ever get it
      else part.finish(end);
    }
  }

  protected override step(): void {
    this.isStepping = true;
    while (!this.done && !this.waiting.isEmpty && this.emitted < this.demand) {
      const part = this.waiting.shift();
      part.isHandedOut = true;
      if (this.downstream.next(this.streamOf(part))) this.emitted++;
      else if (!part.isRead) part.cancel(); // a filter dropped it: nobody will ever read it
    }
    this.isStepping = false;
    if (this.upstreamCompleted && this.waiting.isEmpty && !this.done) this.endWithComplete();
  }

  /** Upstream is asked outside of the loop, so that each part is handed out before the next item comes. */
  protected override advance(): void {
    super.advance();
    if (this.isStepping || this.upstreamCompleted || this.done) return;
    if (this.isCut && !this.some((part) => part.isOpen && part.isHandedOut)) super.cancel();
    else {
      this.ask();
      this.watch();
    }
  }

  private ask(): void {
    const room = this.prefetch - this.held - this.outstanding;
    // All that was asked for has come: what little is free must not be kept back, or it would never be asked for.
    if (room < replenishAt(this.prefetch) && (room === 0 || this.outstanding > 0)) return;
    this.outstanding += room;
    this.upstream.request(room);
  }

  /** Somebody waits, and there is no room for what might come for him. */
  private get isStuck(): boolean {
    return (
      this.held === this.prefetch && (this.emitted < this.demand || this.some((part) => part.isStarving))
    );
  }

  private watch(): void {
    if (this.done) return;
    const { alarm, settings } = this;
    const { stallMs, blockedMs } = settings;
    const limit = this.unread === this.held ? stallMs : blockedMs;
    const isSame = alarm.isSet && limit === this.limit;
    if (isSame && limit === blockedMs) return; // it looks again when it rings: a timer for each item costs too much
    if (!this.isStuck) {
      if (alarm.isSet && this.limit === stallMs) alarm.clear();
    } else if (!isSame || this.hasMoved) this.arm(limit);
  }

  private arm(limit: number): void {
    this.limit = limit;
    this.hasMoved = false;
    this.alarm.set(limit);
  }

  private some(test: (part: Part<T>) => boolean): boolean {
    for (const part of this.parts.values()) if (test(part)) return true;
    return false;
  }

  private timePassed(): void {
    if (!this.isStuck) return;
    const { limit } = this;
    if (this.hasMoved) {
      this.arm(limit);
      return;
    }
    const { call, prefetch, stallMs } = this.settings;
    let stalled: unknown;
    this.some((part) => {
      stalled = part.key;
      return !part.items.isEmpty;
    });
    const [whose, option] =
      limit === stallMs ? ["nobody reads", "stallMs"] : ["nobody took from", "blockedMs"];
    const message = `Cannot go on with ${call}: for ${limit} ms all ${prefetch} items held lay in streams that ${whose}, such as ${describe(stalled)}, while others waited; read more at once, or raise prefetch or ${option}`;
    this.fail(new GroupError("STALLED", message, stalled));
  }
}

const CUT = "Cannot read a part of a stream that was cancelled: subscribe as it comes";
