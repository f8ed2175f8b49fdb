import { ManualSubscriber, settled, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { empty } from "../source/empty.js";
import { fail } from "../source/fail.js";
import { fromPublisher } from "../source/from-publisher.js";
import { never } from "../source/never.js";
import { of } from "../source/of.js";
import { range } from "../source/range.js";
import type { OverflowError } from "../spec/errors.js";
import { expand } from "./expand.js";
import { filter } from "./filter.js";
import { take } from "./take.js";

/** Two below each up to 15: a tree of four levels whose items count it through, level by level. */
const below = (n: number) => (n < 8 ? [2 * n, 2 * n + 1] : []);

describe("expand", () => {
  it("sends each item and what it leads to, all the way down", async () => {
    const items = await of(1)
      .pipe(expand(below, { capacity: 8 }))
      .toArray();
    expect(items.sort((a, b) => a - b)).toEqual(Array.from({ length: 15 }, (_, n) => n + 1));
  });

  it("sends each level before the next with a concurrency of 1", async () => {
    const flow = of(1).pipe(expand(below, { capacity: 8, concurrency: 1 }));
    expect(await flow.toArray()).toEqual(Array.from({ length: 15 }, (_, n) => n + 1));
    const one: number[] = [];
    for await (const n of flow.values({ prefetch: 1 })) one.push(n);
    expect(one).toEqual(Array.from({ length: 15 }, (_, n) => n + 1));
  });

  it("expands what is found by asynchronous sources, and what is dropped behind it", async () => {
    const flow = of(1).pipe(
      expand(async (n: number) => n + 1, { capacity: 1 }),
      filter((n) => n % 3 === 0),
      take(3),
    );
    expect(await flow.toArray()).toEqual([3, 6, 9]);
  });

  it("runs at most `concurrency` sources, and asks upstream for more only when nothing found waits", () => {
    const made: TestPublisher<number>[] = [];
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    fromPublisher(upstream)
      .pipe(
        expand(
          () => {
            const source = new TestPublisher<number>();
            made.push(source);
            return source;
          },
          { capacity: 9, concurrency: 2 },
        ),
      )
      .subscribe(subscriber);
    expect(upstream.requested).toBe(2);
    upstream.next(1);
    expect([subscriber.items, made.length, upstream.requested]).toEqual([[], 0, 2]);
    subscriber.request(9);
    expect([subscriber.items, made.length, upstream.requested]).toEqual([[1], 1, 2]);
    made[0]?.next(2);
    made[0]?.next(3);
    expect([subscriber.items, made.length, upstream.requested]).toEqual([[1, 2, 3], 2, 2]);
    upstream.next(10);
    made[0]?.complete();
    expect([made.length, upstream.requested]).toEqual([3, 2]);
    made[1]?.complete();
    made[2]?.complete();
    expect([made.length, upstream.requested]).toEqual([4, 3]);
    made[3]?.complete();
    upstream.complete();
    expect([subscriber.items, subscriber.completed]).toEqual([[1, 2, 3, 10], true]);
  });

  it("is not stopped by a small capacity where sources end at once", async () => {
    const flow = of(0).pipe(
      expand((n) => (n === 0 ? range(1, 10_000) : empty()), { capacity: 1, prefetch: 7 }),
    );
    expect(await flow.reduce((count) => count + 1, 0)).toBe(10_001);
  });

  it("fails naming its capacity when more is found than may wait, and never hangs", async () => {
    const subscriber = new ManualSubscriber<number>({ onSubscribe: (self) => self.request(1 / 0) });
    const running: TestPublisher<number>[] = [];
    of(0)
      .pipe(
        expand(
          (n) => {
            if (n === 0) return range(1, 100);
            const source = new TestPublisher<number>();
            running.push(source);
            return source;
          },
          { capacity: 4, concurrency: 3 },
        ),
      )
      .subscribe(subscriber);
    expect(subscriber.error).toMatchObject({
      code: "OVERFLOW",
      capacity: 4,
    } satisfies Partial<OverflowError>);
    expect(String(subscriber.error)).toContain("expand holds its capacity of 4 items: raise the capacity");
    expect(subscriber.items).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(running.map((source) => source.cancels)).toEqual([1, 1]);
  });

  it("finds no more than is requested", () => {
    const subscriber = new ManualSubscriber<number>();
    of(0)
      .pipe(expand(() => range(0, 1e9), { capacity: 100 }))
      .subscribe(subscriber);
    subscriber.request(90);
    expect([subscriber.items.length, subscriber.failed]).toEqual([90, false]);
    subscriber.cancel();
  });

  it("§3.3 does not grow the stack over a chain of a million", async () => {
    const flow = of(0).pipe(
      expand((n) => of(n + 1), { capacity: 1 }),
      take(1_000_000),
    );
    expect(await flow.reduce((_, n) => n, 0)).toBe(999_999);
  });

  it("§1.3 stays serial when upstream sends from within an item of a source", () => {
    const upstream = new TestPublisher<number>();
    const source = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>({
      onNext: (n) => {
        if (n === 2) upstream.next(10);
      },
    });
    fromPublisher(upstream)
      .pipe(expand((n) => (n === 1 ? source : empty()), { capacity: 4 }))
      .subscribe(subscriber);
    subscriber.request(5);
    upstream.next(1);
    source.next(2);
    expect([subscriber.items, subscriber.depth]).toEqual([[1, 2, 10], 1]);
  });

  it("ends at the first error, of upstream, of a source or of the function", async () => {
    const failing = of(0).pipe(
      expand((n) => (n < 2 ? [n + 1] : fail<number>(new Error("source"))), { capacity: 4 }),
    );
    await expect(failing.toArray()).rejects.toThrow("source");
    const throwing = of(0).pipe(
      expand<number>(
        () => {
          throw 1;
        },
        { capacity: 4 },
      ),
    );
    await expect(throwing.toArray()).rejects.toThrow("expand threw 1, which is no Error");
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    fromPublisher(upstream)
      .pipe(expand(never<number>, { capacity: 4 }))
      .subscribe(subscriber);
    upstream.next(1);
    upstream.error(new Error("upstream"));
    expect([String(subscriber.error), subscriber.items]).toEqual(["Error: upstream", []]);
  });

  it("§3.5 cancels its sources and upstream, and expands nothing any more", async () => {
    const upstream = new TestPublisher<number>();
    const source = new TestPublisher<number>();
    let calls = 0;
    const subscriber = new ManualSubscriber<number>({
      onNext: (n, self) => {
        if (n === 7) self.cancel();
      },
    });
    fromPublisher(upstream)
      .pipe(
        expand(
          () => {
            calls++;
            return source;
          },
          { capacity: 4 },
        ),
      )
      .subscribe(subscriber);
    subscriber.request(9);
    upstream.next(1);
    source.next(7);
    await settled();
    expect([calls, source.cancels, upstream.cancels, subscriber.items]).toEqual([1, 1, 1, [1, 7]]);
  });

  it("throws at the call without a function, and without a capacity or with one that is no integer >= 1", () => {
    expect(() => expand(of(1) as never, { capacity: 1 })).toThrow(TypeError);
    for (const options of [undefined, {}, { capacity: 0 }, { capacity: 1 / 0 }]) {
      expect(() => expand(() => empty(), options as never)).toThrow(RangeError);
    }
    expect(() => expand(() => empty(), { capacity: 1, concurrency: 0 })).toThrow(RangeError);
    expect(() => expand(() => empty(), { capacity: 1, prefetch: 0.5 })).toThrow(RangeError);
  });
});
