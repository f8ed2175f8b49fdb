import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type TokenAccount, TokenLaw } from "./token-account.js";

// The law itself, from the whole history, in integers without bounds: for every earlier moment, what was taken since
// plus this one is at most capacity + rate * time since. It shares no thought with the debt of the account.
class Law {
  private readonly capacity: bigint;
  private readonly rate: bigint;
  private readonly taken: { readonly us: bigint; readonly cost: bigint }[] = [];

  constructor(capacity: number, rate: number, initial: number, us: number) {
    [this.capacity, this.rate] = [BigInt(capacity) * UNIT, BigInt(rate)];
    // A bucket that is not full at first is one from which somebody has taken.
    this.taken.push({ us: BigInt(us), cost: BigInt(capacity - initial) * UNIT });
  }

  allows(us: number, cost: number, left: number): boolean {
    let since = BigInt(cost + left) * UNIT;
    if (since > this.capacity) return false;
    for (const entry of this.taken.toReversed()) {
      since += entry.cost;
      if (since > this.capacity + this.rate * (BigInt(us) - entry.us)) return false;
    }
    return true;
  }

  take(us: number, cost: number): void {
    this.taken.push({ us: BigInt(us), cost: BigInt(cost) * UNIT });
  }
}

/** A law and an account under it, as a gate has them. */
class Bucket implements TokenAccount {
  debt = 0;
  at = 0;
  private readonly law: TokenLaw;

  constructor(capacity: number, rate: number, initial: number, nowMs: number) {
    this.law = new TokenLaw(capacity, rate);
    this.law.open(this, initial, nowMs);
  }

  available(nowMs: number): number {
    return this.law.available(this, nowMs);
  }

  take(nowMs: number, cost: number, left: number): "taken" | "short" {
    return this.law.take(this, nowMs, cost, left);
  }

  deposit(nowMs: number, tokens: number): void {
    this.law.deposit(this, nowMs, tokens);
  }

  waitMs(nowMs: number, cost: number, left: number): number {
    return this.law.waitMs(this, nowMs, cost, left);
  }
}

const UNIT = 1_000_000n;
const step = fc.record({
  us: fc.oneof(fc.nat(3), fc.nat(20_000), fc.nat(5_000_000)),
  cost: fc.integer({ min: 1, max: 30 }),
  left: fc.nat(5),
});

describe("TokenLaw", () => {
  it("takes exactly what the law of the bucket allows, and says to the microsecond when it will", () => {
    const scenario = fc.record({
      capacity: fc.integer({ min: 1, max: 40 }),
      rate: fc.oneof(fc.constantFrom(1, 3, 7, 1000), fc.integer({ min: 1, max: 2_000_000 })),
      missing: fc.nat(40),
      start: fc.nat(1_000_000_000),
      steps: fc.array(step, { minLength: 1, maxLength: 60 }),
    });
    fc.assert(
      fc.property(scenario, ({ capacity, rate, missing, start, steps }) => {
        const initial = Math.max(0, capacity - missing);
        const account = new Bucket(capacity, rate, initial, start / 1000);
        const law = new Law(capacity, rate, initial, start);
        let us = start;
        for (const { us: pause, cost, left } of steps) {
          us += pause;
          const wait = account.waitMs(us / 1000, cost, left);
          const allowed = law.allows(us, cost, left);
          if (cost + left > capacity) expect(wait).toBeGreaterThan(0);
          else expect(wait === 0).toBe(allowed);
          if (cost + left <= capacity && !allowed) {
            const waitUs = Math.round(wait * 1000);
            expect(law.allows(us + waitUs, cost, left)).toBe(true);
            expect(law.allows(us + waitUs - 1, cost, left)).toBe(false);
          }
          expect(account.take(us / 1000, cost, left)).toBe(allowed ? "taken" : "short");
          if (allowed) law.take(us, cost);
        }
      }),
      { numRuns: 400 },
    );
  });

  it("is true to its word also with rates, costs and times that no double holds exactly", () => {
    const odd = fc.double({ min: 0.001, max: 1000, noNaN: true });
    const scenario = fc.record({
      capacity: odd,
      rate: fc.oneof(odd, fc.double({ min: 1e-6, max: 1e-3, noNaN: true })),
      steps: fc.array(fc.record({ ms: fc.double({ min: 0, max: 5000, noNaN: true }), cost: odd }), {
        maxLength: 40,
      }),
    });
    fc.assert(
      fc.property(scenario, ({ capacity, rate, steps }) => {
        const account = new Bucket(capacity, rate, capacity, 0);
        let now = 0;
        let taken = 0;
        for (const { ms, cost } of steps) {
          now += ms;
          if (cost > capacity) continue;
          if (account.take(now, cost, 0) === "short") {
            now += account.waitMs(now, cost, 0);
            // What is not a whole number of microseconds is rounded, and so may be the sum of two times.
            now = Math.round(now * 1000) / 1000;
            expect(account.take(now, cost, 0)).toBe("taken");
          }
          taken += cost;
          expect(taken).toBeLessThanOrEqual((capacity + (rate * (now + 0.001)) / 1000) * (1 + 1e-9));
        }
      }),
      { numRuns: 300 },
    );
  });

  it("adds a microsecond where a double says 'now' one step too soon", () => {
    const account = new Bucket(1, 0.036, 0.1, 0);
    const now = 1930.124;
    const wait = account.waitMs(now, 1, 0);
    expect(wait).toBeCloseTo(23_069.877, 6);
    expect(account.take(now + wait, 1, 0)).toBe("taken");
  });

  it("keeps what it owes while the clock goes back, and gives nothing for it", () => {
    const account = new Bucket(2, 1, 2, 10_000);
    expect(account.take(10_000, 2, 0)).toBe("taken");
    expect([account.take(9000, 1, 0), account.waitMs(9000, 1, 0)]).toEqual(["short", 2000]);
    expect(account.take(10_999, 1, 0)).toBe("short");
    expect(account.take(11_000, 1, 0)).toBe("taken");
  });

  it("goes on from where the clock was set back to by more than fills the bucket", () => {
    const account = new Bucket(2, 1, 2, 10_000);
    expect(account.take(10_000, 2, 0)).toBe("taken");
    expect([account.take(1000, 1, 0), account.waitMs(1000, 1, 0)]).toEqual(["short", 1000]);
    expect(account.take(1999, 1, 0)).toBe("short");
    expect(account.take(2000, 1, 0)).toBe("taken");
  });

  it("refuses at a time that is no number, and is sound afterwards", () => {
    const account = new Bucket(1, 1, 1, 0);
    expect(account.take(Number.NaN, 2, 0)).toBe("short");
    expect(account.take(0, 1, 0)).toBe("taken");
    expect(account.take(Number.NaN, 1, 0)).toBe("short");
    expect(account.take(1000, 1, 0)).toBe("taken");
  });

  it("takes deposits as far as there is room", () => {
    const account = new Bucket(3, 0, 0, 0);
    account.deposit(0, 0.5);
    expect(account.available(0)).toBe(0.5);
    account.deposit(0, 99);
    expect(account.available(0)).toBe(3);
    expect(account.waitMs(0, 4, 0)).toBe(Number.POSITIVE_INFINITY);
  });
});
