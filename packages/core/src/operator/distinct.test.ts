import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { ManualSubscriber, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { fromPublisher } from "../source/from-publisher.js";
import { of } from "../source/of.js";
import { range } from "../source/range.js";
import { OverflowError } from "../spec/errors.js";
import { distinct } from "./distinct.js";
import { map } from "./map.js";

const forgetting = (capacity: number) => distinct<unknown>({ capacity, overflow: "forgetOldest" });

describe("distinct", () => {
  it("sends what has not come before, compared as a Set does it", async () => {
    const items = [1, 1, "1", Number.NaN, Number.NaN, null, undefined, undefined, 0, -0];
    expect(
      await of<unknown>(...items)
        .pipe(forgetting(99))
        .toArray(),
    ).toEqual([1, "1", Number.NaN, null, undefined, 0]);
  });

  it("compares keys where it is told which, for each subscription anew", async () => {
    const byLength = distinct({ capacity: 9, overflow: "error", key: (word: string) => word.length });
    const flow = of("a", "b", "ab").pipe(byLength);
    expect([await flow.toArray(), await flow.toArray()]).toEqual([
      ["a", "ab"],
      ["a", "ab"],
    ]);
  });

  it("forgets the key that has not come for longest", async () => {
    // 1 comes again, so 2 is the oldest when 3 comes.
    expect(await of(1, 2, 1, 3, 1, 2).pipe(forgetting(2)).toArray()).toEqual([1, 2, 3, 2]);
  });

  it("holds to its capacity against a naive model, over many keys", async () => {
    for (const capacity of [1, 2, 7, 64]) {
      const keys = Array.from({ length: 2000 }, (_, n) => (n * n * 31 + (n >> 3)) % (capacity * 3));
      const seen: number[] = [];
      const wanted = keys.filter((key) => {
        const at = seen.indexOf(key);
        if (at >= 0) seen.splice(at, 1);
        else if (seen.length === capacity) seen.shift();
        seen.push(key);
        return at < 0;
      });
      expect(
        await of(...keys)
          .pipe(forgetting(capacity))
          .toArray(),
      ).toEqual(wanted);
    }
  });

  it("keeps no trace of the times that a key came again", async () => {
    setFlagsFromString("--expose-gc");
    const gc = runInNewContext("gc") as () => void;
    const used = (): number => {
      gc();
      return process.memoryUsage().heapUsed;
    };
    const subscriber = new ManualSubscriber<unknown>();
    const upstream = new TestPublisher<number>();
    fromPublisher(upstream).pipe(forgetting(1000)).subscribe(subscriber);
    subscriber.request(Number.POSITIVE_INFINITY);
    const before = used();
    for (let n = 0; n < 300_000; n++) upstream.next(n % 100);
    // Tables that the Set outgrew would be some 10 MB.
    expect(used() - before).toBeLessThan(5e6);
    expect(subscriber.items).toHaveLength(100);
  });

  it("takes no longer for a key when many were forgotten", async () => {
    // Stepping over the places of forgotten keys would make this some 10^9 steps.
    const flow = range(0, 300_000).pipe(forgetting(50_000));
    expect(await flow.reduce((count) => count + 1, 0)).toBe(300_000);
  });

  it("fails with an OverflowError at one key too many, and cancels upstream", () => {
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    fromPublisher(upstream)
      .pipe(distinct({ capacity: 2, overflow: "error" }))
      .subscribe(subscriber);
    subscriber.request(9);
    upstream.next(1, 2, 1, 3);
    expect(subscriber.items).toEqual([1, 2]);
    expect(subscriber.error).toBeInstanceOf(OverflowError);
    expect([(subscriber.error as OverflowError).capacity, upstream.cancels]).toEqual([2, 1]);
  });

  it("asks for n, and for one more for each item dropped", () => {
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    fromPublisher(upstream)
      .pipe(distinct({ capacity: 2, overflow: "error" }))
      .subscribe(subscriber);
    subscriber.request(2);
    upstream.next(1, 1, 2);
    expect([upstream.requested, subscriber.items]).toEqual([3, [1, 2]]);
  });

  it("ends the stream at the item whose key throws, and calls nothing once the key function cancelled", () => {
    for (const cancels of [true, false]) {
      const upstream = new TestPublisher<number>();
      const subscriber = new ManualSubscriber<number>();
      const key = (): number => {
        if (!cancels) throw "no error";
        subscriber.cancel();
        return 1;
      };
      fromPublisher(upstream)
        .pipe(
          distinct({ capacity: 2, overflow: "error", key }),
          map((n) => n),
        )
        .subscribe(subscriber);
      subscriber.request(2);
      upstream.next(1);
      expect([subscriber.items, upstream.cancels, subscriber.failed]).toEqual([[], 1, !cancels]);
    }
  });

  it("throws at the call for a missing or wrong capacity, overflow or key", () => {
    for (const capacity of [undefined, 0, -1, 1.5, Number.POSITIVE_INFINITY]) {
      expect(() => distinct({ capacity: capacity as number, overflow: "error" })).toThrow(RangeError);
    }
    for (const overflow of [undefined, "dropOldest", null]) {
      expect(() => distinct({ capacity: 1, overflow: overflow as "error" })).toThrow(/"forgetOldest"/);
    }
    expect(() => distinct({ capacity: 1, overflow: "error", key: "id" as never })).toThrow(TypeError);
    expect(() => distinct(undefined as never)).toThrow(RangeError);
  });
});
