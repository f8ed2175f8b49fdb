import type { MemoryAccount } from "@sluice/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Pool } from "./pool.js";

const SIZES = { receiveBudget: 10_000, shareBytes: 500, streams: 4, largestCharge: 2_500 };

/** An account of `budget` bytes that counts. */
class Account implements MemoryAccount {
  used = 0;
  readonly budget: number;

  constructor(budget: number) {
    this.budget = budget;
  }

  tryCharge(bytes: number): boolean {
    if (this.used + bytes > this.budget) return false;
    this.used += bytes;
    return true;
  }

  release(bytes: number): void {
    this.used -= bytes;
  }
}

describe("Pool", () => {
  it("§4.5 is what the shares leave of the budget, and keeps the largest loan of one item", () => {
    const pool = new Pool(SIZES);
    expect([pool.size, pool.kept]).toEqual([8_000, 2_000]);
    expect(new Pool({ ...SIZES, largestCharge: 400 }).kept).toBe(0);
    expect(new Pool({ ...SIZES, receiveBudget: 2_500 }).kept).toBe(500);
  });

  it("§4.5 lends all that is asked for or nothing", () => {
    const pool = new Pool(SIZES);
    expect(pool.borrow(7_999)).toBe("lent");
    expect(pool.borrow(2)).toBe("refused");
    expect(pool.lent).toBe(7_999);
    expect(pool.borrow(1)).toBe("lent");
    pool.giveBack(8_000);
    expect(pool.free).toBe(8_000);
  });

  it("§4.9 lends for throughput as much as it leaves free, and never what is kept for an item", () => {
    const pool = new Pool(SIZES);
    // 6,000 are for throughput: one alone gets half, the next one half of what is left.
    expect(pool.roomFor(0)).toBe(3_000);
    pool.borrow(3_000);
    expect(pool.roomFor(3_000)).toBe(3_000);
    expect(pool.roomFor(0)).toBe(1_500);
    pool.borrow(3_000);
    expect(pool.roomFor(0)).toBe(0);
    // A loan for an item may have taken what is kept; nobody has to give back for that.
    pool.borrow(2_000);
    expect(pool.roomFor(0)).toBe(0);
    expect(pool.roomFor(3_000)).toBe(3_000);
  });

  it("§4.9 lends nothing for throughput while a need waits", () => {
    const pool = new Pool(SIZES);
    pool.isClaimed = true;
    expect(pool.roomFor(0)).toBe(0);
    expect(pool.roomFor(700)).toBe(700);
  });

  it("never lends more than it has, and charges an account for exactly that and the shares", () => {
    const step = fc.record({
      kind: fc.constantFrom("borrow", "giveBack", "enter", "leave"),
      bytes: fc.nat(5_000),
    });
    fc.assert(
      fc.property(fc.nat(12_000), fc.array(step, { maxLength: 80 }), (budget, steps) => {
        const account = new Account(budget);
        const pool = new Pool(SIZES, account);
        const loans: number[] = [];
        let entered = 0;
        for (const { kind, bytes } of steps) {
          if (kind === "borrow" && pool.borrow(bytes) === "lent") loans.push(bytes);
          if (kind === "giveBack") pool.giveBack(loans.pop() ?? 0);
          if (kind === "enter" && pool.enter() === "entered") entered++;
          if (kind === "leave" && entered > 0) {
            pool.leave();
            entered--;
          }
          const sum = loans.reduce((a, b) => a + b, 0);
          expect(pool.lent).toBe(sum);
          expect(sum).toBeLessThanOrEqual(pool.size);
          expect(account.used).toBe(sum + entered * SIZES.shareBytes);
        }
        pool.close();
        expect(account.used).toBe(0);
      }),
    );
  });
});
