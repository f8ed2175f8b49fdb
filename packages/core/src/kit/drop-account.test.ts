import { describe, expect, it } from "vitest";
import { type DropReason, OverflowCounters } from "../spec/overflow.js";
import { DropAccount } from "./drop-account.js";

const noThrow = (error: unknown): never => {
  throw error;
};

describe("DropAccount", () => {
  it("counts each drop in all and by its reason, and tells what and why", () => {
    const seen: [unknown, DropReason][] = [];
    const counters = new OverflowCounters();
    const account = new DropAccount<unknown>(
      { counters, onDrop: (...drop) => void seen.push(drop) },
      noThrow,
    );
    account.drop(undefined, "expired");
    account.drop(null, "expired");
    account.drop(1, "ignored");
    expect(seen).toEqual([
      [undefined, "expired"],
      [null, "expired"],
      [1, "ignored"],
    ]);
    expect([counters.dropped, counters.droppedBy.expired, counters.droppedBy.ignored]).toEqual([3, 2, 1]);
    expect(counters.droppedBy.overflow).toBe(0);
  });

  it("counts before it tells, so that onDrop reads an account that is right", () => {
    const seen: number[] = [];
    const counters = new OverflowCounters();
    const account = new DropAccount<number>({ counters, onDrop: () => seen.push(counters.dropped) }, noThrow);
    account.drop(1, "shed");
    account.drop(2, "shed");
    expect(seen).toEqual([1, 2]);
  });

  it("tells its owner what onDrop threw, as an error", () => {
    const told: unknown[] = [];
    const account = new DropAccount<number>(
      {
        onDrop: () => {
          throw "oops";
        },
      },
      (error) => told.push(error),
    );
    account.drop(1, "overflow");
    expect(String(told[0])).toBe('Error: onDrop threw "oops", which is no Error');
    expect(account.counters.dropped).toBe(1);
  });

  it("keeps counters of its own where none are given", () => {
    const account = new DropAccount<number>(undefined, noThrow);
    account.drop(1, "delayed");
    expect(account.counters.droppedBy.delayed).toBe(1);
    expect(new DropAccount<number>(undefined, noThrow).counters.dropped).toBe(0);
  });
});
