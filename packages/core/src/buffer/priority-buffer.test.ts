import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PriorityBuffer } from "./priority-buffer.js";

describe("PriorityBuffer", () => {
  it("is left in the order of arrival, whatever the priorities", () => {
    const buffer = new PriorityBuffer<string>(3);
    buffer.push("a", 1);
    buffer.push("b", 3);
    buffer.push("c", 2);
    expect([buffer.shift(), buffer.shift(), buffer.shift(), buffer.size]).toEqual(["a", "b", "c", 0]);
  });

  it("gives up the lowest priority first, the oldest among equals", () => {
    const buffer = new PriorityBuffer<string>(4);
    buffer.push("a", 1);
    buffer.push("b", 0);
    buffer.push("c", 1);
    buffer.push("d", 0);
    expect(buffer.lowest).toBe(0);
    expect([buffer.shiftLowest(), buffer.shiftLowest(), buffer.shiftLowest(), buffer.shift()]).toEqual([
      "b",
      "d",
      "a",
      "c",
    ]);
  });

  it("holds null and undefined, and knows when it is empty and full", () => {
    const buffer = new PriorityBuffer<unknown>(2);
    expect([buffer.size, buffer.lowest]).toEqual([0, Number.POSITIVE_INFINITY]);
    buffer.push(undefined, 5);
    buffer.push(null, 4);
    expect(buffer.isFull).toBe(true);
    expect([buffer.shift(), buffer.shift()]).toEqual([undefined, null]);
  });

  it("throws a RangeError instead of growing, or of giving what it does not have", () => {
    const buffer = new PriorityBuffer<number>(1);
    expect(() => buffer.shift()).toThrow(RangeError);
    expect(() => buffer.shiftLowest()).toThrow(RangeError);
    buffer.push(1, 0);
    expect(() => buffer.push(2, 9)).toThrow(RangeError);
    for (const wrong of [0, -1, 1.5, Number.NaN]) expect(() => new PriorityBuffer(wrong)).toThrow(RangeError);
  });

  it("keeps nothing of what it gave up, also while nothing leaves in order", async () => {
    setFlagsFromString("--expose-gc");
    const gc = runInNewContext("gc") as () => void;
    const buffer = new PriorityBuffer<object>(10);
    const items: WeakRef<object>[] = [];
    for (let n = 0; n < 2000; n++) {
      const item = { n };
      items.push(new WeakRef(item));
      if (buffer.isFull) buffer.shiftLowest();
      buffer.push(item, n);
    }
    await new Promise((resolve) => setImmediate(resolve)); // a WeakRef that was made holds on for its turn
    gc();
    expect(items.filter((item) => item.deref() !== undefined)).toHaveLength(buffer.size);
  });

  it("agrees with a sorted list on every sequence of pushes and removals", () => {
    const act = fc.oneof(
      fc.integer({ min: 0, max: 4 }).map((priority) => ({ kind: "push", priority }) as const),
      fc.constantFrom({ kind: "shift" } as const, { kind: "shiftLowest" } as const),
    );
    fc.assert(
      fc.property(fc.array(act, { maxLength: 200 }), (acts) => {
        const buffer = new PriorityBuffer<number>(20);
        const model: { item: number; priority: number }[] = [];
        let item = 0;
        for (const { kind, ...given } of acts) {
          if (kind === "push") {
            if (model.length === 20) continue;
            const { priority } = given as { priority: number };
            model.push({ item, priority });
            buffer.push(item++, priority);
          } else if (model.length > 0) {
            const lowest = Math.min(...model.map(({ priority }) => priority));
            const index = kind === "shift" ? 0 : model.findIndex(({ priority }) => priority === lowest);
            const [wanted] = model.splice(index, 1);
            expect(buffer[kind]()).toBe(wanted?.item);
          }
          expect(buffer.size).toBe(model.length);
          expect(buffer.lowest).toBe(Math.min(...model.map(({ priority }) => priority)));
        }
      }),
    );
  });
});
