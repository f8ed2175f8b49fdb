import { describe, expect, it } from "vitest";
import { BatchSize, MAX_BATCH } from "./batch-size.js";

const plenty = { items: Number.MAX_SAFE_INTEGER, bytes: 256 * 1024, target: 32 * 1024 };

/** Sends full batches of items of that size until the limit settles. */
function settled(size: BatchSize, itemBytes: number): number {
  for (let i = 0; i < 50; i += 1) {
    const count = size.limit(plenty, 16);
    size.learn(count * itemBytes, count);
  }
  return size.limit(plenty, 16);
}

describe("BatchSize", () => {
  it("never allows more than item credit, also while nothing is known", () => {
    expect(new BatchSize().limit({ ...plenty, items: 3 }, 16)).toBe(3);
    expect(new BatchSize().limit({ ...plenty, items: 0 }, 16)).toBe(0);
  });

  it("allows one item when byte credit is short of even that: credit will come", () => {
    expect(new BatchSize().limit({ ...plenty, bytes: 1 }, 16)).toBe(1);
  });

  it("comes to fill one message with items of the size seen, 100 bytes and 5,000", () => {
    expect(settled(new BatchSize(), 100)).toBe(Math.floor((32 * 1024) / 100));
    expect(settled(new BatchSize(), 5000)).toBe(6);
  });

  it("keeps to what byte credit covers, overhead included", () => {
    const size = new BatchSize();
    settled(size, 48);
    expect(size.limit({ ...plenty, bytes: 645 }, 16)).toBe(10);
  });

  it("never asks for more than 1,024 items, however small they are", () => {
    expect(settled(new BatchSize(), 1)).toBe(MAX_BATCH);
  });

  it("shrinks at once when items grow, and grows slowly when they shrink", () => {
    const size = new BatchSize();
    settled(size, 48);
    size.learn(10 * 8000, 10);
    expect(size.limit(plenty, 16)).toBe(4);
    size.learn(4 * 48, 4);
    expect(size.limit(plenty, 16)).toBe(5);
  });
});
