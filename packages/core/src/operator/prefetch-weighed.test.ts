// prefetch({ items, bytes, weigh }): what it asks for, and that the bound which its docstring states is kept.

import { ManualSubscriber, settled, TestPublisher } from "@sluice/tck";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromPublisher } from "../source/from-publisher.js";
import { range } from "../source/range.js";
import { map } from "./map.js";
import { prefetch, type WeighedPrefetchOptions } from "./prefetch.js";

/** Items are their own weight. */
function weighed(options: Omit<WeighedPrefetchOptions<number>, "weigh">) {
  const upstream = new TestPublisher<number>();
  const subscriber = new ManualSubscriber<number>();
  fromPublisher(upstream)
    .pipe(prefetch({ ...options, weigh: (n) => n }))
    .subscribe(subscriber);
  /** Sends `weight` for all that is asked for, and takes it. */
  const round = async (weight: number): Promise<number> => {
    for (let left = upstream.demand; left > 0; left--) upstream.next(weight);
    subscriber.request(upstream.emitted - subscriber.items.length);
    await settled();
    return upstream.demand;
  };
  return { upstream, subscriber, round };
}

describe("prefetch by weight", () => {
  it("asks for one item first, then twice as many each time, up to what fits if each is as heavy as the heaviest", async () => {
    const { upstream, round } = weighed({ items: 100, bytes: 70 });
    expect(upstream.requested).toBe(1);
    const asked: number[] = [];
    for (let n = 0; n < 5; n++) asked.push(await round(10));
    expect(asked).toEqual([2, 4, 7, 7, 7]);
    expect(await round(35)).toBe(2);
    expect(await round(1)).toBe(2);
  });

  it("asks for no more than its items, however light they are", async () => {
    const { round } = weighed({ items: 5, bytes: 1000 });
    const asked: number[] = [];
    for (let n = 0; n < 4; n++) asked.push(await round(0));
    expect(asked).toEqual([2, 4, 5, 5]);
  });

  it("lets an item that is heavier than all of its bytes pass alone", async () => {
    const { subscriber, round } = weighed({ bytes: 10 });
    for (const weight of [3, 50, 2]) await round(weight);
    expect(subscriber.items).toEqual([3, 50, 50, 2]);
    expect(await round(2)).toBe(1);
  });

  it("keeps its bound: `bytes`, or one item; and after a heavier one than before, `size` times its weight", async () => {
    const property = fc.asyncProperty(
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 60 }),
      fc.array(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 4 })), { maxLength: 60 }),
      async (items, bytes, script) => {
        const { upstream, subscriber } = weighed({ items, bytes });
        const sent: number[] = [];
        let heaviest = 0;
        let asked = 1; // when upstream was last asked: how much may be under way
        for (const [weight, request] of script) {
          if (upstream.demand > 0) {
            upstream.next(weight);
            sent.push(weight);
            heaviest = Math.max(heaviest, weight);
          }
          const before = upstream.requested;
          if (request > 0) subscriber.request(request);
          await settled();
          const taken = subscriber.items.length;
          if (upstream.requested > before) {
            asked = upstream.requested - taken;
            expect(asked).toBeLessThanOrEqual(Math.max(1, Math.min(items, Math.floor(bytes / heaviest))));
          }
          const held = sent.slice(taken).reduce((sum, each) => sum + each, 0);
          expect(held + upstream.demand * heaviest).toBeLessThanOrEqual(asked * heaviest);
          expect(upstream.requested - taken).toBeLessThanOrEqual(items);
        }
        expect(subscriber.items).toEqual(sent.slice(0, subscriber.items.length));
      },
    );
    await fc.assert(property, { numRuns: 200 });
  });

  it("weighs bytes by their length, and each item once", async () => {
    let calls = 0;
    const chunks = range(1, 1000).pipe(map((n) => new Uint8Array(n % 7)));
    const bytes = await chunks
      .pipe(prefetch({ bytes: 30 }))
      .reduce((sum, chunk) => sum + chunk.byteLength, 0);
    const counted = prefetch<number>({
      bytes: 30,
      weigh: () => {
        calls++;
        return 1;
      },
    });
    expect([bytes, (await range(0, 100).pipe(counted).toArray()).length, calls]).toEqual([3003, 100, 100]);
  });

  it("fails on what weigh throws, or answers that is no weight, and stops upstream", async () => {
    const wrong: [(n: number) => number, string][] = [
      [() => Number.NaN, "RangeError: Cannot weigh an item NaN: it must be a finite number >= 0"],
      [
        () => {
          throw new Error("no scales");
        },
        "Error: no scales",
      ],
    ];
    for (const [weigh, message] of wrong) {
      const upstream = new TestPublisher<number>();
      const subscriber = new ManualSubscriber<number>();
      fromPublisher(upstream)
        .pipe(prefetch({ bytes: 9, weigh }))
        .subscribe(subscriber);
      upstream.next(1);
      await settled();
      expect([String(subscriber.error), upstream.cancels]).toEqual([message, 1]);
    }
  });

  it("sends nothing, and asks for nothing, when weigh cancelled", async () => {
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    const weigh = (): number => {
      subscriber.cancel();
      return 1;
    };
    fromPublisher(upstream)
      .pipe(prefetch({ bytes: 9, weigh }))
      .subscribe(subscriber);
    subscriber.request(2);
    upstream.next(1);
    await settled();
    expect([subscriber.items, upstream.requested, upstream.cancels]).toEqual([[], 1, 1]);
  });

  it("refuses items of no length without weigh: as a type, and when one comes", async () => {
    // @ts-expect-error: numbers have no byteLength
    const flow = range(1, 2).pipe(prefetch({ bytes: 9 }));
    await expect(flow.toArray()).rejects.toThrow("Cannot weigh an item undefined");
  });

  it("throws a TypeError at the call for a weigh that is no function", () => {
    expect(() => prefetch({ bytes: 9, weigh: 5 as never })).toThrow(
      "Cannot weigh with 5: it takes a function",
    );
  });
});
