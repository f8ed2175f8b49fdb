// One subscription to a source whose items go to many: asked for what fits the ring, encoded once, read by each at its
// own pace.
//
//   source ──next──► gathered ──flush──► [ring of encoded batches] ──turn──► each reader's stream
//     ^                       first turn of any reader,                        |
//     |                       or a full batch                                  |
//     +──request── tend ◄── a task of its own, once a turn ◄── passed, left ───+
//
// Bounds: items and bytes of the ring, and one batch beyond it while those who do not wait give way. Bytes are known only
// when items are encoded: what was asked for by the size of the items before may be larger.

import { type FlowInput, from, type Subscription } from "@sluice/core";
import { connect, type StageSubscriber, type Terminal } from "@sluice/core/kit";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Codec } from "../../payload/codec.js";
import type { OutgoingOwner } from "../connection/outgoing-flow.js";
import { LONGEST_TIMER_MS, type Runtime } from "../connection/runtime.js";
import { checkOutput } from "../contract/validate.js";
import { EncodedRing, type RingEntry } from "./encoded-ring.js";
import { encodeShared, splitShared } from "./shared-batch.js";
import { type ReadRing, type SharedCounts, SharedReader, type SlowReader } from "./shared-reader.js";

/** How much may be held for the slowest. */
export interface SharedLimits {
  readonly capacity: number;
  readonly capacityBytes: number;
}

/** What all runs of one source count together. */
export interface SharedTotals {
  /** Taken from the source and encoded, each once. */
  encoded: number;
  /** Encoded again, because somebody had credit for a part of a batch; for all who had it before them. */
  encodedAgain: number;
  /** Subscribers that are gone. */
  readonly past: SharedCounts;
}

/** From the first subscriber to the last, or to the end of the source. */
export class SharedRun implements ReadRing, StageSubscriber<unknown> {
  readonly limits: SharedLimits;
  readonly ring: EncodedRing = new EncodedRing();
  readonly readers: Set<SharedReader> = new Set();
  /** How the source ended; what is held is still sent. */
  end: Terminal | undefined = undefined;
  readonly codec: Codec;
  readonly schema: StandardSchemaV1 | undefined;
  private readonly method: string;
  private readonly totals: SharedTotals;
  private readonly runtime: Runtime;
  private readonly onOver: (run: SharedRun) => void;
  private readonly tendTask: () => void;
  private source: Subscription | undefined = undefined;
  /** Delivered by the source and not encoded: at most one batch. */
  private gathered: unknown[] = [];
  /** Requested of the source and not delivered. */
  private outstanding = 0;
  private itemBytes = FIRST_ITEM_BYTES;
  private isSizeKnown = false;
  private isScheduled = false;
  private cancelAlarm: () => void = nothing;

  /** `onOver`: nobody may join any more. */
  constructor(
    owner: OutgoingOwner,
    limits: SharedLimits,
    totals: SharedTotals,
    runtime: Runtime,
    onOver: (run: SharedRun) => void,
  ) {
    const { codec, checkedOutput, method } = owner.route;
    this.codec = codec;
    this.schema = checkedOutput;
    this.method = method;
    this.limits = limits;
    this.totals = totals;
    this.runtime = runtime;
    this.onOver = onOver;
    this.tendTask = () => this.tend();
  }

  /** Items taken from the source that wait for the first turn of a reader. */
  get waiting(): number {
    return this.gathered.length;
  }

  /** Subscribes to the source, once somebody has joined. */
  begin(source: FlowInput<unknown>): void {
    try {
      connect(from(source), this);
    } catch (error) {
      this.onError(error);
    }
  }

  join(owner: OutgoingOwner, rules: SlowReader): SharedReader {
    // What was gathered came before it.
    this.flush();
    const reader = new SharedReader(this, owner, rules);
    this.readers.add(reader);
    return reader;
  }

  onSubscribe(subscription: Subscription): void {
    if (this.end !== undefined || this.readers.size === 0) {
      subscription.cancel();
      return;
    }
    this.source = subscription;
    this.tendSoon();
  }

  next(item: unknown): boolean {
    if (this.end !== undefined) return true;
    this.outstanding -= 1;
    const isFirst = this.gathered.push(item) === 1;
    if (this.gathered.length >= this.batchItems()) this.flush();
    else if (isFirst) this.offerAll();
    // Also where nobody can take anything: then it is time to look who holds it up.
    if (this.outstanding === 0) this.tendSoon();
    return true;
  }

  onError(error: unknown): void {
    this.finish({ kind: "error", error });
  }

  onComplete(): void {
    this.finish({ kind: "complete" });
  }

  /** Encodes what was gathered; readers have it before them from here on. */
  flush(): void {
    const items = this.gathered;
    if (items.length === 0) return;
    this.gathered = [];
    if (this.readers.size === 0) return;
    const failure = this.encode(items);
    if (failure !== undefined) {
      this.source?.cancel();
      this.finish(failure);
    }
    this.makeRoom();
    this.offerAll();
  }

  /** Cuts a batch after `count` of its items, for all who have it before them. */
  split(entry: RingEntry, count: number): void {
    if (this.codec.kind === "batch") this.totals.encodedAgain += entry.items.count;
    this.ring.split(entry, splitShared(this.codec, entry.items, count));
  }

  /** A reader has sent it or goes without it. */
  pass(entry: RingEntry): RingEntry | undefined {
    const next = this.ring.pass(entry);
    this.tendSoon();
    return next;
  }

  /** Its source has ended, others have come since, and its readers hold what they do not take. */
  cutOff(): void {
    for (const reader of this.readers) reader.cutOff("that has not taken what a source had before its end");
  }

  /** Runs `task` outside of whatever turn this is. */
  later(task: () => void): void {
    this.runtime.defer(task);
  }

  /** A reader is over. With the last one the source is. */
  left(reader: SharedReader): void {
    if (!this.readers.delete(reader)) return;
    add(this.totals.past, reader.counts);
    if (this.readers.size > 0) return;
    this.cancelAlarm();
    this.gathered = [];
    if (this.end === undefined) {
      this.end = { kind: "complete" };
      this.onOver(this);
      this.source?.cancel();
    }
    this.source = undefined;
  }

  private finish(end: Terminal): void {
    this.source = undefined;
    // Before the end; one of them may be an item that cannot be sent, and that is the end then.
    this.flush();
    if (this.end !== undefined) return;
    this.end = end;
    this.onOver(this);
    this.cancelAlarm();
    this.offerAll();
  }

  /** Undefined: all of them. Otherwise one cannot be sent, and only those before it are in the ring. */
  private encode(items: readonly unknown[]): Terminal | undefined {
    try {
      this.append(items);
      return undefined;
    } catch (error) {
      // One by one, the slow way, now that it ends anyway.
      for (const item of items) {
        try {
          this.append([item]);
        } catch {
          break;
        }
      }
      return { kind: "error", error };
    }
  }

  private append(items: readonly unknown[]): void {
    const { schema, method, codec, readers } = this;
    if (schema !== undefined) for (const item of items) checkOutput(schema, item, method);
    const encoded = encodeShared(codec, items);
    this.totals.encoded += items.length;
    this.learn(encoded.bytes.length / items.length);
    const entry = this.ring.append(encoded, readers.size);
    for (const reader of readers) reader.appended(entry);
  }

  /** Who does not wait goes on, so that the ring holds no more than it may; the newest batch is left to everybody. */
  private makeRoom(): void {
    const { ring, limits } = this;
    while (ring.items > limits.capacity || ring.bytes > limits.capacityBytes) {
      const { head } = ring;
      if (head?.next === undefined) return;
      for (const reader of this.readers) if (reader.next === head && reader.slow !== "wait") reader.giveWay();
      if (ring.head === head) return; // somebody waits there
    }
  }

  private tendSoon(): void {
    if (this.isScheduled || this.source === undefined) return;
    this.isScheduled = true;
    this.runtime.defer(this.tendTask);
  }

  /** Asks the source for what there is room for; without room it waits for those who want it so, while they may. */
  private tend(): void {
    this.isScheduled = false;
    const { source } = this;
    if (source === undefined) return;
    const most = this.batchItems();
    const room = this.room();
    // By half of the ring: asked for what the last one of many has just left, it would bring as many small messages.
    if (room >= Math.max(most, this.limits.capacity >> 1) || (this.outstanding === 0 && this.nobodyWaits())) {
      const count = this.isSizeKnown ? Math.max(most, room) : most;
      this.outstanding += count;
      source.request(count);
    }
  }

  /** Items that may be asked for. */
  private room(): number {
    const { ring, limits, outstanding, gathered, itemBytes } = this;
    const coming = outstanding + gathered.length;
    const bytes = limits.capacityBytes - ring.bytes - coming * itemBytes;
    return Math.min(limits.capacity - ring.items - coming, Math.floor(bytes / itemBytes));
  }

  /** Items of one batch: a message of them, and no more than a quarter of what may be held. */
  private batchItems(): number {
    const { limits, itemBytes } = this;
    const fitting = Math.min(BATCH_BYTES, limits.capacityBytes / 4) / itemBytes;
    return Math.max(1, Math.floor(Math.min(MAX_BATCH, limits.capacity / 4, fitting)));
  }

  /** Whether the source need not wait for those at the head of the ring; otherwise it is looked at again in time. */
  private nobodyWaits(): boolean {
    const { head } = this.ring;
    if (head === undefined) return true;
    const now = this.runtime.clock.now();
    let least = Number.POSITIVE_INFINITY;
    for (const reader of this.readers) {
      if (reader.next !== head || reader.slow !== "wait") continue;
      const left = reader.holdUp(now);
      if (left > 0) least = Math.min(least, left);
    }
    this.cancelAlarm();
    this.cancelAlarm = nothing;
    let waits = false;
    for (const reader of this.readers)
      if (reader.slow === "wait" && reader.next === this.ring.head) waits = true;
    if (!waits || this.ring.head === undefined) return true;
    if (least <= LONGEST_TIMER_MS) this.cancelAlarm = this.runtime.clock.schedule(least, this.tendTask);
    return false;
  }

  /** As it grows at once, and by a quarter when it falls (connection/batch-size.ts). */
  private learn(bytes: number): void {
    const latest = Math.max(1, bytes);
    this.isSizeKnown = true;
    this.itemBytes = latest >= this.itemBytes ? latest : (3 * this.itemBytes + latest) / 4;
  }

  private offerAll(): void {
    for (const reader of this.readers) reader.offer();
  }
}

/** Adds the figures of a subscriber that is gone. */
export function add(to: SharedCounts, { offered, delivered, dropped }: SharedCounts): void {
  to.offered += offered;
  to.delivered += delivered;
  to.dropped.overflow += dropped.overflow;
  to.dropped.latest += dropped.latest;
  to.dropped.left += dropped.left;
}

function nothing(): void {}

/** Before the first batch nothing is known of the items. */
const FIRST_ITEM_BYTES = 256;

/**
 * Encoded bytes of a batch. With what is charged for its items it is less than half of what a stream may send before it
 * has borrowed anything (shareBytes, 16 KiB): so it goes whole (shared-reader.ts).
 */
const BATCH_BYTES = 6 * 1024;

/** Items of a batch at most: those who ask for 256 and again when a quarter is taken, as most do, always grant so many. */
const MAX_BATCH = 64;
