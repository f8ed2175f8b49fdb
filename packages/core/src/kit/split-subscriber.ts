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
// So it waits, for as long as it takes, while any item held lies in a part that has a subscriber, and while nobody
// asks. It cannot be decided without time: who is to read a part may still be on the way to it.
//
// Cancel of the outer stream ("cut"): parts that are read go on, and upstream for them; when the last one is over,
// upstream is cancelled.

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

  constructor(downstream: StageSubscriber<R>, settings: SplitSettings) {
    super(downstream);
    this.prefetch = settings.prefetch;
    this.settings = settings;
    this.waiting = new Ring(settings.prefetch);
    this.alarm = new Alarm(
      settings.clock,
      () => this.failStalled(),
      (error) => this.fail(error),
    );
  }

  /** Of the part that `item` goes to. */
  protected abstract keyOf(item: T): unknown;
  /** What downstream gets of a part. */
  protected abstract streamOf(part: Part<T>): R;

  override onSubscribe(subscription: Subscription): void {
    super.onSubscribe(subscription);
    this.loop.run();
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
    const part = this.done ? undefined : (this.parts.get(key) ?? this.openPart(key)); // done: the key's function cancelled
    if (part?.isOpen) {
      this.held++;
      if (!part.isRead) this.unread++;
      part.next(item);
    } else {
      dropItem(item);
      this.loop.run();
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
    for (const part of this.parts.values()) {
      if (part.isRead) continue;
      if (part.isHandedOut) part.finish({ kind: "error", error: new SluiceError("CANCELLED", CUT) });
      else part.cancel();
    }
    this.loop.run();
  }

  itemLeft(part: Part<T>): void {
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
    if (this.isCut) this.loop.run();
    else queueMicrotask(() => this.loop.run());
  }

  partChanged(): void {
    this.loop.run();
  }

  /** `undefined`: `item` is to be dropped. */
  protected openPart(key: unknown): Part<T> | undefined {
    if (this.done || this.isCut) return undefined;
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
    for (const part of this.parts.values()) part.finish(end);
  }

  protected override step(): void {
    while (!this.done && !this.waiting.isEmpty && this.emitted < this.demand) {
      const part = this.waiting.shift();
      part.isHandedOut = true;
      if (this.downstream.next(this.streamOf(part))) this.emitted++;
      else if (!part.isRead) part.cancel(); // a filter dropped it: nobody will ever read it
    }
    if (this.done) return;
    if (this.upstreamCompleted) {
      if (this.waiting.isEmpty) this.endWithComplete();
    } else if (this.isCut && !this.some((part) => part.isOpen && part.isRead)) super.cancel();
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

  private watch(): void {
    const isStalled =
      this.held === this.prefetch &&
      this.unread === this.held &&
      (this.emitted < this.demand || this.some((part) => part.isStarving));
    if (isStalled === this.alarm.isSet || this.done) return;
    if (isStalled) this.alarm.set(this.settings.stallMs);
    else this.alarm.clear();
  }

  private some(test: (part: Part<T>) => boolean): boolean {
    for (const part of this.parts.values()) if (test(part)) return true;
    return false;
  }

  private failStalled(): void {
    const { call, prefetch, stallMs } = this.settings;
    let stalled: unknown;
    this.some((part) => {
      stalled = part.key;
      return !part.isRead && !part.items.isEmpty;
    });
    const message = `Cannot go on with ${call}: for ${stallMs} ms all ${prefetch} items held lay in streams that nobody reads, such as ${describe(stalled)}, while others waited; read more at once, or raise prefetch`;
    this.fail(new GroupError("STALLED", message, stalled));
  }
}

const CUT = "Cannot read on: the stream that this one is part of was cancelled before; subscribe as it comes";
