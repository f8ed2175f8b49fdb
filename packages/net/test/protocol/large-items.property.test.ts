// Large items of many streams over one small pool, in any order of sending, taking, cancelling, draining and time:
// nothing waits for ever, nothing arrives broken, and in the end all memory is back. The naive twin is a list of
// what was sent on each stream.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { streamFailure } from "../../src/protocol/protocol-error.js";
import type { SessionEvent } from "../../src/protocol/session/session-api.js";
import { JoinedPair, type Side } from "./joined-pair.js";

const SLOTS = 4;
const LIMITS = {
  peerStreams: SLOTS,
  ownStreams: SLOTS,
  shareBytes: 1024,
  // A pool of 50,000 bytes for eight streams: one of the largest items, or some of the others.
  receiveBudget: 2 * SLOTS * 1024 + 50_000,
  itemBytes: 49_900,
  messageBytes: 16_384,
  metadataBytes: 100,
  targetShared: 2048,
  targetAlone: 4096,
  idleMs: 500,
  heartbeatMs: 1_000_000,
  writeStallMs: 1_000_000,
};
const SIZES = [1, 400, 900, 3_000, 20_000, 30_000, 49_900];

/** One direction of a stream, from the outside. */
interface Direction {
  readonly waiting: Uint8Array[];
  readonly sent: Uint8Array[];
  readonly arrived: Uint8Array[];
  isEnding: boolean;
  isOver: boolean;
}

class Script {
  readonly pair = new JoinedPair({ client: LIMITS, server: LIMITS });
  readonly streams: { readonly id: number; readonly opener: Side; readonly ends: Record<Side, Direction> }[] =
    [];
  readonly cancelled = new Set<number>();
  /** Ends that take nothing more: id and side. */
  private readonly deaf = new Set<string>();
  private items = 0;

  constructor() {
    for (const side of ["client", "server"] as const) {
      this.pair.turns[side] = (id) => this.turn(side, id);
    }
    this.pair.run();
  }

  open(side: Side): void {
    const id = this.pair[side].open({ interaction: "channel", method: "m", codec: "raw", demand: 0 });
    if (typeof id !== "number") return;
    const end = (): Direction => ({ waiting: [], sent: [], arrived: [], isEnding: false, isOver: false });
    this.streams.push({ id, opener: side, ends: { client: end(), server: end() } });
  }

  /** `isLone`: it is sent at once, outside of a turn, as answers to calls are. */
  add(which: number, side: Side, size: number, isLone: boolean): void {
    const stream = this.pick(which);
    if (stream === undefined || stream.ends[side].isEnding) return;
    const item = new Uint8Array(size).fill(++this.items % 251);
    stream.ends[side].waiting.push(item);
    if (isLone && stream.ends[side].waiting.length === 1) this.turn(side, stream.id);
    this.pair[side].offer(stream.id);
  }

  end(which: number, side: Side): void {
    const stream = this.pick(which);
    if (stream === undefined) return;
    stream.ends[side].isEnding = true;
    this.pair[side].offer(stream.id);
  }

  demand(which: number, side: Side, total: number): void {
    const stream = this.pick(which);
    if (stream !== undefined) this.pair[side].grantItems(stream.id, total);
  }

  take(which: number, side: Side): void {
    const stream = this.pick(which);
    if (stream === undefined) return;
    const arrived = stream.ends[other(side)].arrived.length;
    const taken = this.pair[side].figures(stream.id)?.receiveItems.consumed ?? arrived;
    if (taken < arrived && !this.deaf.has(`${stream.id} ${side}`)) this.pair[side].consumed(stream.id, 1);
  }

  cancel(which: number, side: Side): void {
    const stream = this.pick(which);
    if (stream === undefined) return;
    this.giveUp(side, stream.id);
  }

  transmit(side: Side): void {
    this.pair.transmit(side);
    this.observe();
  }

  deliver(side: Side): void {
    this.pair.deliver(side);
    this.observe();
  }

  pass(ms: number): void {
    this.pair.now += ms;
    for (const side of ["client", "server"] as const) this.pair[side].tick(this.pair.now);
    this.observe();
  }

  /** From here on everybody takes all there is, and nobody adds anything. */
  finish(): void {
    for (let round = 0; round < 400; round++) {
      for (const [index, { id }] of this.streams.entries()) {
        for (const side of ["client", "server"] as const) {
          this.end(index, side);
          this.pair[side].grantItems(id, Number.POSITIVE_INFINITY);
          for (let i = 0; i < 20; i++) this.take(index, side);
        }
      }
      this.pair.run();
      this.observe();
      for (const { id, opener, ends } of this.streams) {
        // The handler of a channel has ended when it has read all and said all.
        const acceptor = other(opener);
        const held = this.pair[acceptor].figures(id)?.receiveItems.held;
        const isRead = ends[opener].isOver && ends[acceptor].isOver && held === 0;
        if (isRead || this.cancelled.has(id)) this.pair[acceptor].released(id);
      }
      const { client, server } = this.pair;
      if (this.streams.every(({ id }) => (client.figures(id) ?? server.figures(id)) === undefined)) break;
      // Whatever wants to be reminded of: BLOCKED with back-off, loans that were not used.
      this.pass(250);
    }
    this.pair.run();
    this.observe();
  }

  /** What a side can be made to hold never exceeds its budget. */
  checkBudget(): void {
    for (const side of ["client", "server"] as const) {
      let committed = 0;
      for (const { id } of this.streams) {
        const figures = this.pair[side].figures(id)?.receiveBytes;
        if (figures !== undefined) committed += figures.granted - figures.consumed - figures.returned;
      }
      expect(committed).toBeLessThanOrEqual(LIMITS.receiveBudget);
    }
  }

  private turn(side: Side, id: number): "more" | "idle" {
    const stream = this.streams.find((each) => each.id === id);
    const end = stream?.ends[side];
    if (end === undefined) return "idle";
    const item = end.waiting[0];
    if (item === undefined) {
      if (!end.isEnding) return "idle";
      this.pair[side].complete(id);
      return "idle";
    }
    const answer = this.pair[side].sendBatch(id, 1, item);
    if (answer === "ended") return "idle";
    if (answer === "sent") {
      end.waiting.shift();
      end.sent.push(item);
    }
    return "more";
  }

  private observe(): void {
    this.pair.collect();
    for (const side of ["client", "server"] as const) {
      for (const event of this.pair.events[side].splice(0)) this.hear(side, event);
    }
  }

  private hear(side: Side, event: SessionEvent): void {
    if (event.kind === "closed") throw event.error ?? new Error("closed");
    if (event.kind === "failed" || event.kind === "cancelled") {
      this.giveUp(side, event.streamId);
      this.pair[side].released(event.streamId);
    }
    if (event.kind === "completed") {
      const end = this.streams.find(({ id }) => id === event.streamId)?.ends[other(side)];
      if (end !== undefined) end.isOver = true;
    }
    if (event.kind !== "batch") return;
    const end = this.streams.find(({ id }) => id === event.streamId)?.ends[other(side)];
    const wanted = end?.sent[end.arrived.length];
    expect(wanted !== undefined && Buffer.compare(event.payload, wanted) === 0).toBe(true);
    end?.arrived.push(event.payload);
  }

  private giveUp(side: Side, id: number): void {
    this.cancelled.add(id);
    this.deaf.add(`${id} ${side}`);
    this.pair[side].fail(id, streamFailure("DEADLINE_EXCEEDED", "given up"));
    this.pair[side].cancel(id);
  }

  private pick(which: number): Script["streams"][number] | undefined {
    return this.streams[which % Math.max(1, this.streams.length)];
  }
}

function other(side: Side): Side {
  return side === "client" ? "server" : "client";
}

const side = fc.constantFrom<Side>("client", "server");
const which = fc.nat({ max: 7 });
type Step = (script: Script) => void;
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 2,
    arbitrary: side.map(
      (from): Step =>
        (script) =>
          script.open(from),
    ),
  },
  {
    weight: 6,
    arbitrary: fc.tuple(which, side, fc.constantFrom(...SIZES), fc.boolean()).map(
      ([index, from, size, isLone]): Step =>
        (script) =>
          script.add(index, from, size, isLone),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(which, side).map(
      ([i, from]): Step =>
        (script) =>
          script.end(i, from),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(which, side, fc.integer({ min: 1, max: 20 })).map(
      ([index, from, total]): Step =>
        (script) =>
          script.demand(index, from, total),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(which, side).map(
      ([i, from]): Step =>
        (script) =>
          script.take(i, from),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(which, side).map(
      ([i, from]): Step =>
        (script) =>
          script.cancel(i, from),
    ),
  },
  {
    weight: 10,
    arbitrary: side.map(
      (from): Step =>
        (script) =>
          script.transmit(from),
    ),
  },
  {
    weight: 10,
    arbitrary: side.map(
      (from): Step =>
        (script) =>
          script.deliver(from),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(1, 100, 700).map(
      (ms): Step =>
        (script) =>
          script.pass(ms),
    ),
  },
);

describe("large items of many streams", () => {
  it("H14 never wait for each other for ever, keep their order, and give all memory back", () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 250 }), (steps) => {
        const script = new Script();
        script.open("client");
        for (const one of steps) {
          one(script);
          script.checkBudget();
        }
        script.finish();
        for (const { id, ends } of script.streams) {
          expect([id, script.pair.client.figures(id), script.pair.server.figures(id)]).toEqual([
            id,
            undefined,
            undefined,
          ]);
          if (script.cancelled.has(id)) continue;
          for (const from of ["client", "server"] as const) {
            expect([ends[from].waiting.length, ends[from].arrived.length]).toEqual([
              0,
              ends[from].sent.length,
            ]);
            expect(ends[from].isOver).toBe(true);
          }
        }
      }),
      { numRuns: Number(process.env["LARGE_ITEMS_RUNS"] ?? 60) },
    );
  });
});
