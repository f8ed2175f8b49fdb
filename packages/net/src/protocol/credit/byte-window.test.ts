import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteWindow } from "./byte-window.js";
import { CreditGranted } from "./credit-granted.js";
import { Pool } from "./pool.js";

const SHARE = 1_000;
const SIZES = { receiveBudget: 100_000, shareBytes: SHARE, streams: 10, largestCharge: 10_000 };

interface Direction {
  readonly bytes: CreditGranted;
  readonly window: ByteWindow;
  readonly pool: Pool;
}

function direction(pool = new Pool(SIZES)): Direction {
  const bytes = new CreditGranted(SHARE);
  return { bytes, window: new ByteWindow(1, bytes, pool), pool };
}

/** The peer sends `count`, the subscriber takes them, and what is due is granted. */
function flow({ bytes, window }: Direction, count: number, now: number, roundTripMs?: number): void {
  expect(bytes.receive(count)).toBe("covered");
  window.used();
  take({ bytes, window }, count);
  if (window.isDue()) window.grant(now, roundTripMs);
}

function take({ bytes, window }: Pick<Direction, "bytes" | "window">, count: number): void {
  bytes.deliver(count);
  window.settle();
}

/** What the peer could send when all is taken. */
function widest(d: Direction, now: number): number {
  take(d, d.bytes.held);
  d.window.grant(now, 1);
  return d.bytes.unsent;
}

describe("ByteWindow", () => {
  it("§4.4 grants when half of it is free, not before, and no crumbs", () => {
    const d = direction();
    flow(d, 499, 0);
    expect(d.bytes.granted).toBe(SHARE);
    d.window.grant(0, undefined);
    expect(d.bytes.granted).toBe(1_499);
    flow(d, 124, 0);
    d.window.grant(0, undefined);
    expect(d.bytes.granted).toBe(1_499);
  });

  it("§4.9 stays at the share while it is slow: no loan", () => {
    const d = direction();
    for (let i = 1; i < 100; i++) flow(d, 500, i * 1_000, 10);
    expect(d.window.loan).toBe(0);
    expect(d.bytes.unsent).toBeLessThanOrEqual(SHARE);
  });

  it("§4.9 doubles when half of it goes within two round trips, measured or not, up to what the pool lends", () => {
    for (const [roundTripMs, step] of [
      [10, 20],
      [undefined, 200],
    ] as const) {
      const d = direction();
      flow(d, 500, 0, roundTripMs);
      flow(d, 500, step, roundTripMs);
      expect(d.bytes.unsent).toBe(2_000);
      expect(d.window.loan).toBe(1_000);
      for (let i = 2; i < 20; i++) flow(d, d.bytes.unsent, i * step, roundTripMs);
      // Half of what the pool has for throughput: (90,000 - 9,000) / 2.
      expect(d.bytes.unsent).toBe(SHARE + 40_500);
      const slow = direction();
      flow(slow, 500, 0, roundTripMs);
      flow(slow, 500, step + 1, roundTripMs);
      expect(slow.bytes.unsent).toBe(SHARE);
    }
  });

  it("§4.9 holds the window to what a round trip takes while another stream receives too", () => {
    const pool = new Pool(SIZES);
    const d = direction(pool);
    for (let i = 0; i < 12; i++) flow(d, d.bytes.unsent, i * 20, 10);
    expect(pool.takeChange()).toBe(false);
    const alone = d.bytes.unsent;
    expect(alone).toBeGreaterThan(30_000);
    flow(direction(pool), 100, 0);
    expect(pool.takeChange()).toBe(true);
    pool.isShared = true;
    // 1,000 bytes a millisecond and round trips of 2: half of 40,000 takes ten of them.
    let now = 1_000;
    for (let i = 0; i < 400; i++) {
      now += 0.5;
      if (d.bytes.unsent >= 500) flow(d, 500, now, 2);
    }
    expect(d.bytes.unsent).toBeLessThanOrEqual(16_000);
    expect(d.bytes.unsent).toBeGreaterThanOrEqual(SHARE);
  });

  it("§4.9 takes a stream that begins when another has ended for no company", () => {
    const pool = new Pool(SIZES);
    const first = direction(pool);
    flow(first, 100, 0);
    first.window.end();
    const second = direction(pool);
    flow(second, 100, 0);
    expect(pool.takeChange()).toBe(false);
    flow(direction(pool), 100, 0);
    expect(pool.takeChange()).toBe(true);
  });

  it("§4.9 halves when half of it takes more than sixteen round trips, never below the share", () => {
    const d = direction();
    for (let i = 0; i < 5; i++) flow(d, d.bytes.unsent, 0, 1);
    const wide = d.bytes.unsent;
    let now = 0;
    for (let i = 0; i < 40; i++) {
      now += 17;
      flow(d, Math.min(500, d.bytes.unsent), now, 1);
    }
    expect(d.bytes.unsent).toBeLessThan(wide);
    for (let i = 0; i < 40; i++) {
      now += 1_000;
      flow(d, Math.min(500, d.bytes.unsent), now, 1);
    }
    expect(d.bytes.unsent).toBe(SHARE);
    expect(d.pool.lent).toBe(0);
  });

  it("§4.9 lends what a need wants, whole, and it comes back as the item is taken", () => {
    const d = direction();
    d.window.state(7_000);
    expect(d.window.meetNeed()).toBe("met");
    expect([d.bytes.granted, d.window.loan, d.pool.lent]).toEqual([7_000, 6_000, 6_000]);
    d.bytes.receive(7_000);
    take(d, 3_000);
    expect(d.pool.lent).toBe(3_000);
    take(d, 4_000);
    expect(d.pool.lent).toBe(0);
    // Room for two such items from here on, so that the next one need not ask.
    d.window.grant(0, undefined);
    expect(d.bytes.unsent).toBe(14_000);
  });

  it("§4.9 refuses a need that the pool has not, says how much is missing, and forgets one that is met", () => {
    const d = direction();
    d.pool.borrow(88_000);
    d.window.state(4_000);
    expect(d.window.meetNeed()).toBe("refused");
    expect(d.window.shortfall()).toBe(1_000);
    d.pool.giveBack(1_000);
    expect(d.window.meetNeed()).toBe("met");
    d.window.state(3_000);
    expect(d.window.meetNeed()).toBe("moot");
  });

  it("§4.9 holds a need back while its own stream holds more than is kept for one item", () => {
    const d = direction();
    d.window.state(10_000);
    d.window.meetNeed();
    d.bytes.receive(10_000);
    d.window.state(20_000);
    expect(d.window.isNeedFeasible).toBe(false);
    take(d, 10_000);
    expect(d.window.isNeedFeasible).toBe(true);
  });

  it("§4.10 gives nothing between DRAIN and DRAINED, and the share after it", () => {
    const d = direction();
    for (let i = 0; i < 8; i++) flow(d, d.bytes.unsent, 0, 1);
    const limit = d.window.drain();
    expect(limit).toBe(d.bytes.granted);
    d.bytes.receive(600);
    take(d, 600);
    expect(d.window.isDue()).toBe(false);
    d.window.grant(0, 1);
    d.window.state(limit + 5_000);
    expect(d.window.meetNeed()).toBe("refused");
    expect(d.bytes.granted).toBe(limit);
    expect(d.window.drained(limit - 1)).toBe("mismatch");
    expect(d.window.drained(limit)).toBe("exact");
    expect(d.window.drained(limit)).toBe("mismatch");
    expect([d.window.loan, d.pool.lent, d.bytes.unsent]).toEqual([0, 0, 0]);
    expect(d.window.isDue()).toBe(true);
    expect(widest(d, 5)).toBe(SHARE);
  });

  it("§4.5 takes a loan back, held or not, whatever happens to the stream", () => {
    const wide = (): Direction => {
      const d = direction();
      for (let i = 0; i < 8; i++) flow(d, d.bytes.unsent, 0, 1);
      d.bytes.receive(5_000);
      return d;
    };
    const ended = wide();
    ended.bytes.end(ended.bytes.received);
    ended.window.end();
    expect(ended.window.loan).toBe(4_000);
    ended.bytes.discard();
    ended.window.settle();
    expect(ended.pool.lent).toBe(0);
  });

  it("§4.5 never has more committed than its share and its loan, over any sequence on one pool", () => {
    const kinds = ["receive", "take", "grant", "need", "drain", "drained", "discard"] as const;
    const step = fc.record({
      who: fc.nat(2),
      kind: fc.constantFrom(...kinds),
      n: fc.nat(12_000),
      later: fc.nat(30),
    });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30_000 }), fc.array(step, { maxLength: 100 }), (size, steps) => {
        const pool = new Pool({ ...SIZES, receiveBudget: 3 * SHARE + size, streams: 3 });
        const all = [direction(pool), direction(pool), direction(pool)];
        let now = 0;
        for (const { who, kind, n, later } of steps) {
          const d = all[who] as Direction;
          const { bytes, window } = d;
          now += later;
          if (kind === "receive") bytes.receive(Math.min(n, bytes.unsent));
          else if (kind === "take") take(d, Math.min(n, bytes.held));
          else if (kind === "grant") window.grant(now, 10);
          else if (kind === "need") {
            window.state(bytes.granted + n);
            window.meetNeed();
          } else if (kind === "drain" && !window.isDraining) window.drain();
          else if (kind === "drained" && window.isDraining) window.drained(bytes.granted);
          else if (kind === "discard") {
            bytes.discard();
            window.settle();
          }
          for (const one of all) {
            expect(one.window.loan).toBe(Math.max(0, one.bytes.committed - SHARE));
            const { granted, delivered, held, unsent, returned } = one.bytes;
            expect(delivered + held + unsent + returned).toBe(granted);
          }
          expect(pool.lent).toBe(all.reduce((sum, one) => sum + one.window.loan, 0));
          expect(pool.lent).toBeLessThanOrEqual(pool.size);
        }
      }),
    );
  });
});
