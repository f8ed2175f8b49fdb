import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ItemsEvent } from "./bodies.js";
import { HeldBatches } from "./held-batches.js";

const body = fc.oneof(
  { weight: 4, arbitrary: fc.uint8Array({ maxLength: 5 }) },
  { weight: 1, arbitrary: fc.nat(20_000).map((length) => new Uint8Array(length).fill(length % 251)) },
);
const event: fc.Arbitrary<ItemsEvent> = fc.oneof(
  fc.record({
    kind: fc.constant("batch"),
    streamId: fc.constant(7),
    count: fc.integer({ min: 1, max: 9 }),
    payload: body,
  }),
  fc.record({
    kind: fc.constant("items"),
    streamId: fc.constant(7),
    items: fc.array(body, { minLength: 1, maxLength: 2_000 }),
  }),
) as fc.Arbitrary<ItemsEvent>;

/** Items and batches one by one, in order: how many came together is not kept for single items. */
function flat(events: readonly ItemsEvent[]): string[] {
  return events.flatMap((event) =>
    event.kind === "batch"
      ? [`${event.count} in ${Buffer.from(event.payload).toString("hex")}`]
      : event.items.map((item) => Buffer.from(item).toString("hex")),
  );
}

describe("HeldBatches", () => {
  it("gives back what it was given, in order, whatever the sizes", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(event, fc.constant("shift" as const)), { maxLength: 40 }), (acts) => {
        const held = new HeldBatches();
        const pushed: ItemsEvent[] = [];
        const got: ItemsEvent[] = [];
        for (const act of acts) {
          if (act === "shift") {
            const next = held.shift();
            if (next !== undefined) got.push(next);
          } else {
            pushed.push(act);
            held.push(act);
          }
        }
        for (let next = held.shift(); next !== undefined; next = held.shift()) got.push(next);
        expect(held.isEmpty).toBe(true);
        expect(flat(got)).toEqual(flat(pushed));
        expect(got.every(({ streamId }) => streamId === 7)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it("does not keep a message alive for a small part of it", () => {
    const message = new Uint8Array(100_000);
    const held = new HeldBatches();
    held.push({ kind: "batch", streamId: 1, count: 3, payload: message.subarray(0, 2_000) });
    held.push({ kind: "items", streamId: 1, items: [message.subarray(0, 3)] });
    held.push({ kind: "batch", streamId: 1, count: 3, payload: message.subarray(0, 60_000) });
    const buffers = [held.shift(), held.shift(), held.shift()].map((event) => {
      const view = event?.kind === "items" ? event.items[0] : event?.payload;
      return view?.buffer === message.buffer;
    });
    expect(buffers).toEqual([false, false, true]);
  });

  it("lets everything go", () => {
    const held = new HeldBatches();
    held.push({ kind: "batch", streamId: 1, count: 1, payload: new Uint8Array(3) });
    held.clear();
    expect([held.isEmpty, held.shift()]).toEqual([true, undefined]);
  });
});
