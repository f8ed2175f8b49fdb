// Nothing waits for ever: the argument of docs/protocol.md §4.5 as a test. Whatever the sizes, as long as subscribers
// take what comes, every item up to itemBytes arrives, on pools that hold hardly more than one of them, with no
// help of a clock: time stands still throughout, so nothing may depend on a BLOCKED that is said again.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Settings } from "../../src/protocol/limits.js";
import { LARGEST_OVERHEAD, LENGTH_BYTES } from "../../src/protocol/limits.js";
import type { SessionEvent, Turn } from "../../src/protocol/session/session-api.js";
import { JoinedPair, type Side } from "./joined-pair.js";

const OVERHEAD = 16;

/** What one direction has to carry, and how far it is. */
interface Load {
  readonly sizes: readonly number[];
  sent: number;
  arrived: number;
  held: number;
  isOver: boolean;
  /** Its subscriber takes nothing. */
  stalls: boolean;
}

/** Streams from the client, each with items in both directions, and a schedule that a seed decides. */
class Traffic {
  readonly pair: JoinedPair;
  readonly loads: { readonly client: Map<number, Load>; readonly server: Map<number, Load> } = {
    client: new Map(),
    server: new Map(),
  };
  private readonly pick: (bound: number) => number;

  /** `loads[side]` is what that side sends. */
  constructor(settings: Partial<Settings>, pick: (bound: number) => number) {
    this.pair = new JoinedPair({ client: settings, server: settings });
    this.pick = pick;
    for (const side of SIDES) this.pair.turns[side] = (id, turn) => this.take(side, id, turn);
    this.pair.run();
  }

  /** A stream whose answer has items of these sizes, and its input one of `input` bytes. */
  open(answer: readonly number[], input: number | undefined, stalls = false): void {
    const { pair, loads } = this;
    const id = pair.open({ demand: answer.length + 1 });
    const load = { sent: 0, arrived: 0, held: 0, isOver: false, stalls };
    loads.client.set(id, { ...load, sizes: input === undefined ? [] : [input], stalls: false });
    loads.server.set(id, { ...load, sizes: answer });
  }

  /** Runs until nothing moves any more, the clock standing still. */
  run(): void {
    const { pair } = this;
    for (const [id] of this.loads.client) pair.client.offer(id);
    for (let idle = 0; idle < 20; ) {
      const moved = this.step();
      idle = moved ? 0 : idle + 1;
      // A schedule of random moves may miss the only one that is left; now each is made.
      if (idle === 10) idle = this.everything() ? 0 : idle;
    }
  }

  /** What has not come to its end, of those whose subscriber takes what comes, and whatever is still open. */
  unfinished(): string[] {
    const { pair, loads } = this;
    const left: string[] = [];
    for (const [id, answer] of loads.server) {
      if (answer.stalls) continue;
      const input = loads.client.get(id) as Load;
      if (answer.arrived < answer.sizes.length || !answer.isOver)
        left.push(`answer ${id}: ${answer.arrived} of ${answer.sizes.join(",")}`);
      // It goes even if the server had finished before: then it is let in and let go.
      if (input.sent < input.sizes.length) left.push(`input ${id}: ${input.sizes.join(",")}`);
      for (const side of SIDES)
        if (pair[side].figures(id) !== undefined) left.push(`${side} has ${id} still`);
    }
    return left;
  }

  /** Bytes that a side may have to hold now, and how much of that is lent. */
  committed(side: Side, share: number): { readonly all: number; readonly lent: number } {
    let all = 0;
    let lent = 0;
    for (const [id] of this.loads[side]) {
      const figures = this.pair[side].figures(id)?.receiveBytes;
      if (figures === undefined) continue;
      const committed = figures.granted - figures.consumed - figures.returned;
      all += committed;
      lent += Math.max(0, committed - share);
    }
    return { all, lent };
  }

  private step(): boolean {
    const side = SIDES[this.pick(2)] as Side;
    switch (this.pick(3)) {
      case 0:
        return this.pair.transmit(side) !== undefined;
      case 1:
        return this.deliver(side);
      default:
        return this.consume(side);
    }
  }

  private everything(): boolean {
    let moved = false;
    for (const side of SIDES) {
      while (this.pair.transmit(side) !== undefined) moved = true;
      while (this.deliver(side)) moved = true;
      while (this.consume(side)) moved = true;
    }
    return moved;
  }

  private deliver(from: Side): boolean {
    const moved = this.pair.deliver(from);
    for (const side of SIDES) for (const event of this.pair.events[side].splice(0)) this.heard(side, event);
    return moved;
  }

  private heard(side: Side, event: SessionEvent): void {
    const incoming = this.loads[side === "client" ? "server" : "client"];
    expect(event.kind).not.toBe("closed");
    if (event.kind === "opened") this.pair.server.offer(event.streamId);
    if (event.kind === "batch") {
      const load = incoming.get(event.streamId) as Load;
      for (let i = 0; i < event.count; i++) load.arrived++;
      load.held += event.count;
    }
    if (event.kind === "completed") (incoming.get(event.streamId) as Load).isOver = true;
  }

  // The subscriber of one stream takes some of what it holds.
  private consume(side: Side): boolean {
    const incoming = [...this.loads[side === "client" ? "server" : "client"]].filter(
      ([, load]) => load.held > 0 && !load.stalls,
    );
    const [id, load] = incoming[this.pick(Math.max(1, incoming.length))] ?? [];
    if (id === undefined || load === undefined) return false;
    const count = 1 + this.pick(load.held);
    load.held -= count;
    this.pair[side].consumed(id, count);
    return true;
  }

  private take(side: Side, id: number, turn: Turn): "more" | "idle" {
    const load = this.loads[side].get(id) as Load;
    const session = this.pair[side];
    // As many as seem to fit, and fewer when they do not: as a service does.
    for (let count = Math.min(turn.items, load.sizes.length - load.sent); count > 0; count >>= 1) {
      const bytes = load.sizes.slice(load.sent, load.sent + count).reduce((a, b) => a + b, 0);
      const answer = session.sendBatch(id, count, new Uint8Array(bytes));
      expect(answer).not.toBe("too-large");
      if (answer === "message-full") return "more";
      if (answer === "sent") {
        load.sent += count;
        break;
      }
      if (count === 1) return "more";
    }
    if (load.sent < load.sizes.length) return "more";
    session.complete(id);
    return "idle";
  }
}

const SIDES: readonly Side[] = ["client", "server"];

/** Numbers below a bound, decided by a seed (xorshift32). */
function picker(seed: number): (bound: number) => number {
  let state = seed | 1;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}

/** Settings whose pool holds the largest item and `extra` bytes. */
function tight(streams: number, shareBytes: number, itemBytes: number, extra: number): Partial<Settings> {
  const pool = itemBytes + LARGEST_OVERHEAD + LENGTH_BYTES + extra;
  return {
    peerStreams: streams,
    ownStreams: streams,
    shareBytes,
    itemBytes,
    itemOverhead: OVERHEAD,
    receiveBudget: 2 * streams * shareBytes + pool,
  };
}

describe("a session, as long as subscribers take what comes", () => {
  it("§4.5 carries every item to its end, of any size, in any order, on any pool", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2 ** 31 }),
        fc.integer({ min: 1, max: 50 }),
        fc.constantFrom(256, 300, 1_000, 2_048),
        fc.integer({ min: 1, max: 20_000 }),
        fc.oneof(fc.constant(0), fc.nat(500), fc.nat(40_000)),
        (seed, streams, share, itemBytes, extra) => {
          const pick = picker(seed);
          const settings = tight(streams, share, itemBytes, extra);
          const traffic = new Traffic(settings, pick);
          const size = () => (pick(4) === 0 ? pick(itemBytes + 1) : pick(Math.min(itemBytes, 300) + 1));
          for (let i = 0; i < streams; i++) {
            const answer = Array.from({ length: pick(7) }, () => (pick(5) === 0 ? itemBytes : size()));
            traffic.open(answer, pick(2) === 0 ? size() : undefined);
          }
          traffic.run();
          expect(traffic.unfinished()).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  }, 60_000);

  it("H14 reassembly deadlock: 50 items as large as the pool, wanted at once, all arrive", () => {
    const traffic = new Traffic(tight(50, 256, 20_000, 0), picker(14));
    for (let i = 0; i < 50; i++) traffic.open([20_000, 20_000], 20_000);
    traffic.run();
    expect(traffic.unfinished()).toEqual([]);
  });

  it("H15 shared-window deadlock: a stalled stream, grown or with a large item, holds up no other one", () => {
    const itemBytes = 20_000;
    // The pool holds two such items: one that the stalled stream sits on, and one for the others.
    const settings = tight(20, 1_000, itemBytes, itemBytes + 100);
    for (const stalled of [[itemBytes], Array.from({ length: 200 }, () => 400)]) {
      const traffic = new Traffic(settings, picker(15));
      traffic.open(stalled, undefined, true);
      for (let i = 1; i < 20; i++) traffic.open([itemBytes, 10, 400, itemBytes], undefined);
      traffic.run();
      expect(traffic.unfinished()).toEqual([]);
      expect(traffic.committed("client", 1_000).lent).toBeLessThanOrEqual(
        itemBytes + OVERHEAD + LENGTH_BYTES,
      );
    }
  });

  it("H15 shared-window deadlock: however many stall, items within a share go on", () => {
    const itemBytes = 20_000;
    const traffic = new Traffic(tight(20, 1_000, itemBytes, 0), picker(16));
    for (let i = 0; i < 10; i++) traffic.open([itemBytes, itemBytes], undefined, true);
    for (let i = 0; i < 10; i++)
      traffic.open(
        Array.from({ length: 50 }, (_, k) => (k % 2 === 0 ? 484 : 984)),
        undefined,
      );
    traffic.run();
    expect(traffic.unfinished()).toEqual([]);
  });
});
