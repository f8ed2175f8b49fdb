// Credit is conserved: over random legal sequences on a pair whose link is cut and joined again, with messages under
// way and in any mixture of ends, after each step and for each direction of each stream
//
//   granted = consumed + held + on the wire + unspent at the sender + returned + credit on the wire
//
// counted from what the test itself sees on the wire, not from the sessions' own sums. Items are up to three times
// the share, so they are lent for, they go in parts, and loans are drained. And the memory bound: what a side could be made to hold never
// exceeds its budget, what is lent never exceeds the pool, and an account, which may refuse to lend, is charged exactly
// the shares and the loans. In the end every slot and every byte is back.

import type { MemoryAccount, MemoryUse } from "@sluice/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readMessage } from "../../src/protocol/frame/batch.js";
import type { Frame } from "../../src/protocol/frame/frame.js";
import { itemsLength } from "../../src/protocol/frame/items.js";
import { streamFailure } from "../../src/protocol/protocol-error.js";
import { other, ResumablePair, SIDES, type Side } from "./resumable-pair.js";

const SLOTS = 2;
const SHARE = 2048;
const OVERHEAD = 16;
const ITEM = 6000;
// Larger items go in parts.
const TARGET = 1100;
// One item and a half: needs wait for each other, and windows grow.
const POOL = 9000;
const SETTINGS = {
  peerStreams: SLOTS,
  ownStreams: SLOTS,
  shareBytes: SHARE,
  receiveBudget: 2 * SLOTS * SHARE + POOL,
  itemOverhead: OVERHEAD,
  itemBytes: ITEM,
  idleMs: 40,
  blockedMs: 10,
  resumeMs: 1_000_000,
  targetShared: TARGET,
  targetAlone: TARGET,
};
/** What the test knows of one direction of a stream, from the outside. */
interface Direction {
  next: number; // number of the next item that the sender writes into a payload
  seen: number; // number of the next item that the receiver must see
  held: number; // items reported and not consumed
  demand: number; // total demand stated to the receiver
}

class Charges implements MemoryAccount {
  used = 0;

  refuses: "none" | "ahead" | "all" = "none"; // of loans; all streams begin

  tryCharge(bytes: number, use?: MemoryUse): boolean {
    if (use !== "begin" && (this.refuses === "all" || this.refuses === use)) return false;
    this.used += bytes;
    return true;
  }

  release(bytes: number): void {
    this.used -= bytes;
  }
}

class Model {
  readonly accounts = { client: new Charges(), server: new Charges() };
  readonly pair = new ResumablePair({ client: SETTINGS, server: SETTINGS }, ["raw"], this.accounts);
  /** Streams ever opened, with who opened them. */
  readonly streams: { readonly id: number; readonly opener: Side }[] = [];
  /** The messages under way, as frames: those that `flush` put there. */
  private readonly wire: Record<Side, Frame[][]> = { client: [], server: [] };
  private readonly directions = new Map<string, Direction>();
  /** Streams and the sides that cancelled them. */
  private readonly cancelled = new Set<string>();
  private nextSize = 0;
  /** Messages for which a transport has room at each step: the parts of an item may stay behind. */
  room = Number.POSITIVE_INFINITY;
  private isCut = false;
  private wasCut = false;

  constructor() {
    this.pair.run();
    for (const side of SIDES) this.pair.events[side].length = 0;
  }

  direction(id: number, receiver: Side): Direction {
    const key = `${id} ${receiver}`;
    let direction = this.directions.get(key);
    if (direction === undefined) {
      direction = { next: 0, seen: 0, held: 0, demand: 0 };
      this.directions.set(key, direction);
    }
    return direction;
  }

  open(side: Side, demand: number): void {
    const id = this.pair[side].open({ interaction: "stream", method: "m", codec: "raw", demand });
    if (typeof id !== "number") return;
    this.streams.push({ id, opener: side });
    this.direction(id, side).demand = demand;
  }

  send(id: number, sender: Side, count: number, size: number, single: boolean): void {
    const session = this.pair[sender];
    const receiver = other(sender);
    const direction = this.direction(id, receiver);
    const figures = session.figures(id);
    const numbers = Array.from({ length: count }, (_, i) => direction.next + i);
    const items = numbers.map((number) => new Uint8Array([number % 251, ...new Uint8Array(size)]));
    const payload = new Uint8Array([(numbers[0] as number) % 251, ...new Uint8Array(size)]);
    // An item in parts has no table of lengths.
    const isWhole = count > 1 || payload.length <= TARGET;
    const length = single && isWhole ? itemsLength(items) : payload.length;
    const largest = single || count === 1 ? size + 1 : 0;
    const answer = single ? session.sendItems(id, items) : session.sendBatch(id, count, payload);
    if (figures === undefined) {
      expect(answer).toBe("ended");
    } else if (largest > ITEM) {
      expect(["ended", "too-large"]).toContain(answer);
    } else if (answer !== "ended" && answer !== "message-full") {
      const { sendItems, sendBytes } = figures;
      const covered =
        count <= sendItems.granted - sendItems.sent &&
        length + count * OVERHEAD <= sendBytes.granted - sendBytes.sent;
      // Several items of more than twice the target together go in smaller batches (§6.2).
      const tooMany = count > 1 && length > 2 * TARGET;
      expect(answer).toBe(covered && !tooMany ? "sent" : "over-credit");
    }
    if (answer === "sent") direction.next += count;
  }

  /** What a stream that was offered sends on its turn. */
  private take(id: number, sender: Side): "idle" {
    this.send(id, sender, 1, this.nextSize, false);
    return "idle";
  }

  /** The stream wants a turn for one item; so do those that were offered before and had none. */
  offer(id: number, sender: Side, size: number): void {
    this.nextSize = size;
    this.pair[sender].offer(id);
  }

  pass(ms: number): void {
    this.pair.now += ms;
    for (const each of SIDES) this.pair[each].tick(this.pair.now);
  }

  consume(id: number, side: Side, count: number): void {
    const direction = this.direction(id, side);
    // An item of which only parts have come is held, and cannot be taken.
    const held = this.pair[side].figures(id)?.receiveItems.held ?? 0;
    const taken = Math.min(count, held, direction.held);
    if (taken === 0) return;
    direction.held -= taken;
    this.pair[side].consumed(id, taken);
  }

  grant(id: number, side: Side, more: number): void {
    const direction = this.direction(id, side);
    direction.demand += more;
    this.pair[side].grantItems(id, direction.demand);
  }

  /** Looks at what was reported: items come in order, without a gap. */
  observe(): void {
    this.pair.collect();
    for (const side of SIDES) {
      for (const event of this.pair.events[side].splice(0)) {
        expect(event.kind).not.toBe("closed");
        if (event.kind !== "batch" && event.kind !== "items") continue;
        const direction = this.direction(event.streamId, side);
        const first = event.kind === "batch" ? event.payload[0] : event.items[0]?.[0];
        expect(first).toBe(direction.seen % 251);
        const count = event.kind === "batch" ? event.count : event.items.length;
        direction.seen += count;
        direction.held += count;
      }
    }
  }

  /** Puts all that is ready on the wire, so that nothing hides in a session. */
  flush(): void {
    for (const side of SIDES) {
      for (let turns = this.room; ; turns--) {
        this.pair.turns[side] = turns > 0 ? (id) => this.take(id, side) : undefined;
        const message = this.pair.transmit(side);
        if (message === undefined) break;
        const frames: Frame[] = [];
        readMessage(message, (frame) => {
          frames.push(frame);
          seen.add(frame.kind === "blocked" && frame.needed > 0 ? "need" : frame.kind);
          return "more";
        });
        this.wire[side].push(frames);
      }
    }
  }

  /** The link is gone, with all that was under way on it. */
  cut(): void {
    if (this.isCut) return;
    this.isCut = true;
    this.wasCut = true;
    this.pair.cut();
    for (const side of SIDES) this.wire[side].length = 0;
  }

  /** A new link, which may be lost before the sessions have gone on on both ends. */
  reconnect(lose: "request" | "answer" | undefined): void {
    if (!this.isCut) return;
    expect(this.pair.reconnect(lose)).toBe(lose === undefined ? "resumed" : "refused");
    if (lose === undefined) this.isCut = false;
    else this.pair.cut();
  }

  abort(id: number, side: Side): void {
    this.cancelled.add(`${id} ${side}`);
    this.pair[side].abort(id, streamFailure("OVERLOADED", "on purpose"));
  }

  cancel(id: number, side: Side): void {
    this.cancelled.add(`${id} ${side}`);
    this.pair[side].cancel(id);
  }

  deliver(from: Side): void {
    if (this.pair.deliver(from)) this.wire[from].shift();
  }

  check(): void {
    this.flush();
    this.observe();
    for (const receiver of SIDES) {
      let committed = 0;
      let lent = 0;
      let running = 0;
      for (const { id } of this.streams) {
        const here = this.pair[receiver].figures(id);
        if (here === undefined) continue;
        for (const account of [here.receiveItems, here.receiveBytes]) {
          const unsent = account.granted - account.consumed - account.held - account.returned;
          atMost(0, Math.min(unsent, account.held, account.returned));
        }
        const { granted, consumed, returned } = here.receiveBytes;
        committed += granted - consumed - returned;
        lent += Math.max(0, granted - consumed - returned - SHARE);
        running++;
        this.checkDirection(id, receiver);
      }
      atMost(committed, SETTINGS.receiveBudget);
      atMost(lent, POOL);
      same(this.accounts[receiver].used, running * SHARE + lent);
    }
  }

  private checkDirection(id: number, receiver: Side): void {
    const sender = other(receiver);
    const here = this.pair[receiver].figures(id);
    const there = this.pair[sender].figures(id);
    if (here === undefined || there === undefined) return;
    // What is kept to be sent again is nowhere to be seen.
    if (this.isCut) return;
    const wire = this.onTheWire(id, sender, here.receiveBytes.received);
    const credit = this.creditOnTheWire(id, receiver);
    // The direction has ended at the receiver: nothing of it can be under way.
    const over =
      here.receiveItems.granted ===
      here.receiveItems.consumed + here.receiveItems.held + here.receiveItems.returned;
    for (const [account, spent, flying, limit] of [
      [here.receiveItems, there.sendItems, wire.items, credit.items],
      [here.receiveBytes, there.sendBytes, wire.bytes, credit.bytes],
    ] as const) {
      const onWire = Math.max(0, limit - spent.granted);
      // The wire was flushed, so what was sent has arrived or is under way.
      same(account.received + flying, spent.sent);
      // A side that has ended its direction takes no more credit: what is under way to it changes nothing.
      // Nor is a limit stated again after a resume to who was told to stop: its end closes the account.
      if (!over && !this.endedAt(id, sender) && !(this.wasCut && this.cancelled.has(`${id} ${receiver}`))) {
        same(spent.granted + onWire, account.granted);
      }
    }
  }

  // Whether the sender has ended its direction: an item that can never fit is refused for that reason first.
  private endedAt(id: number, sender: Side): boolean {
    return this.pair[sender].sendBatch(id, 1, new Uint8Array(ITEM + 1)) === "ended";
  }

  // What is under way to a receiver that stands at byte `position`: items, and what a DRAINED skips.
  private onTheWire(id: number, sender: Side, position: number): { items: number; bytes: number } {
    const sum = { items: 0, bytes: 0 };
    for (const frame of this.wire[sender].flat()) {
      if (frame.kind === "items" && frame.streamId === id) {
        sum.items += frame.count;
        sum.bytes += frame.payload.length + frame.count * OVERHEAD;
      }
      if (frame.kind === "part" && frame.offset === 0 && frame.streamId === id) {
        sum.items++;
        sum.bytes += frame.total + OVERHEAD;
      }
      if (frame.kind === "drained" && frame.streamId === id) sum.bytes = frame.bytes - position;
    }
    return sum;
  }

  private creditOnTheWire(id: number, from: Side): { items: number; bytes: number } {
    const last = { items: 0, bytes: 0 };
    for (const frame of this.wire[from].flat()) {
      if (frame.kind === "drain" && frame.streamId === id) last.bytes = Math.max(last.bytes, frame.bytes);
      if (frame.kind !== "credit") continue;
      for (const entry of frame.entries) {
        if (entry.streamId !== id) continue;
        last.items = Math.max(last.items, entry.items);
        last.bytes = Math.max(last.bytes, entry.bytes);
      }
    }
    return last;
  }
}

// `expect` for each of some million numbers takes longer than all else: only where it fails.
function same(value: number, wanted: number): void {
  if (value !== wanted) expect(value).toBe(wanted);
}

function atMost(value: number, limit: number): void {
  if (value > limit) expect(value).toBeLessThanOrEqual(limit);
}

/** Kinds of the frames that the models sent: that the sequences were such as to try anything. */
const seen = new Set<string>();

const side = fc.constantFrom(...SIDES);
const which = fc.nat(5);
const step = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("open" as const), side, n: fc.nat(60) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("send" as const),
      side,
      which,
      n: fc.integer({ min: 1, max: 4 }),
      size: fc.oneof(fc.nat(40), fc.nat(900), fc.integer({ min: 900, max: ITEM + 1 })),
      single: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("offer" as const),
      side,
      which,
      size: fc.oneof(fc.nat(900), fc.integer({ min: 900, max: ITEM - 1 })),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("pass" as const), ms: fc.nat(60) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("cut" as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("room" as const),
      messages: fc.constantFrom(0, 1, 2, Number.POSITIVE_INFINITY),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("reconnect" as const),
      lose: fc.constantFrom(undefined, undefined, "request" as const, "answer" as const),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("consume" as const),
      side,
      which,
      n: fc.integer({ min: 1, max: 6 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("grant" as const),
      side,
      which,
      n: fc.integer({ min: 1, max: 60 }),
    }),
  },
  { weight: 12, arbitrary: fc.record({ kind: fc.constant("deliver" as const), side }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("account" as const),
      side,
      refuses: fc.constantFrom("none" as const, "ahead" as const, "all" as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        "complete" as const,
        "fail" as const,
        "cancel" as const,
        "reject" as const,
        "released" as const,
        "abort" as const,
        "shrink" as const,
        "shrink" as const,
        "shrink" as const,
      ),
      side,
      which,
    }),
  },
);

describe("credit", () => {
  it("is conserved after each step, after each way a stream can end, and over resumes", () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 100, maxLength: 250, size: "max" }), (steps) => {
        const model = new Model();
        const { pair } = model;
        for (const action of steps) {
          if (action.kind === "open") model.open(action.side, action.n);
          else if (action.kind === "deliver") model.deliver(action.side);
          else if (action.kind === "pass") model.pass(action.ms);
          else if (action.kind === "cut") model.cut();
          else if (action.kind === "account") model.accounts[action.side].refuses = action.refuses;
          else if (action.kind === "room") model.room = action.messages;
          else if (action.kind === "reconnect") model.reconnect(action.lose);
          else {
            // One of the latest streams, which are most likely alive.
            const stream = model.streams.at(-1 - (action.which % Math.max(1, model.streams.length)));
            if (stream === undefined) continue;
            const session = pair[action.side];
            if (action.kind === "send")
              model.send(stream.id, action.side, action.n, action.size, action.single);
            else if (action.kind === "offer") model.offer(stream.id, action.side, action.size);
            else if (action.kind === "consume") model.consume(stream.id, action.side, action.n);
            else if (action.kind === "grant") model.grant(stream.id, action.side, action.n);
            else if (action.kind === "cancel") model.cancel(stream.id, action.side);
            else if (action.kind === "fail") session.fail(stream.id, streamFailure("INTERNAL", "on purpose"));
            else if (action.kind === "reject")
              session.reject(stream.id, streamFailure("OVERLOADED", "on purpose", 5));
            else if (action.kind === "abort") model.abort(stream.id, action.side);
            else session[action.kind](stream.id);
          }
          model.check();
        }
        model.reconnect(undefined);
        model.room = Number.POSITIVE_INFINITY;
        for (const each of SIDES) model.accounts[each].refuses = "none";
        model.check();
        closeAll(model);
      }),
      { numRuns: 50 },
    );
    for (const kind of ["need", "part", "drain", "drained", "complete", "error", "cancel", "reject"]) {
      expect(seen).toContain(kind);
    }
  });
});

// Whatever state the streams are in: everything ends, and every slot is back on both sides.
function closeAll(model: Model): void {
  const { pair } = model;
  for (const { id, opener } of model.streams) {
    pair[other(opener)].complete(id);
    pair[opener].cancel(id);
  }
  pair.run();
  for (const { id, opener } of model.streams) pair[other(opener)].released(id);
  pair.run();
  model.observe();
  for (const each of SIDES) expect(model.accounts[each].used).toBe(0);
  for (const { id } of model.streams) {
    expect(pair.client.figures(id)).toBeUndefined();
    expect(pair.server.figures(id)).toBeUndefined();
  }
  for (const opener of SIDES) {
    for (let i = 0; i < SLOTS; i++) {
      expect(pair[opener].open({ interaction: "call", method: "m", codec: "raw", demand: 1 })).toBeTypeOf(
        "number",
      );
    }
  }
}
