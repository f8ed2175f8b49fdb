import { ManualSubscriber, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { fromPublisher } from "../source/from-publisher.js";
import { range } from "../source/range.js";
import { type BatchOptions, batch } from "./batch.js";
import { filter } from "./filter.js";

const lists = {
  seed: (n: number): number[] => [n],
  merge: (list: number[], n: number): number[] => [...list, n],
};

function running(options: Partial<BatchOptions<number, number[]>> = {}) {
  const upstream = new TestPublisher<number>();
  const subscriber = new ManualSubscriber<number[]>();
  fromPublisher(upstream)
    .pipe(batch({ ...lists, max: 4, ...options }))
    .subscribe(subscriber);
  return { upstream, subscriber };
}

describe("batch", () => {
  it("sends each item by itself while there is demand", () => {
    const { upstream, subscriber } = running();
    subscriber.request(9);
    upstream.next(1, 2, 3);
    expect(subscriber.items).toEqual([[1], [2], [3]]);
  });

  it("§1.1 merges what waits into one value, and sends it when it is asked for", () => {
    const { upstream, subscriber } = running();
    upstream.next(1, 2, 3);
    expect(subscriber.items).toEqual([]);
    subscriber.request(1);
    expect(subscriber.items).toEqual([[1, 2, 3]]);
  });

  it("slows upstream when max items wait", () => {
    const { upstream, subscriber } = running();
    expect(upstream.requested).toBe(4);
    upstream.next(1, 2, 3, 4);
    expect(upstream.demand).toBe(0);
    subscriber.request(1);
    expect([subscriber.items, upstream.demand]).toEqual([[[1, 2, 3, 4]], 4]);
  });

  it("asks again when three quarters are free", () => {
    const { upstream, subscriber } = running();
    subscriber.request(9);
    upstream.next(1, 2);
    expect(upstream.requested).toBe(4);
    upstream.next(3);
    expect(upstream.requested).toBe(7);
  });

  it("with weigh asks for one item at a time, and holds the one that does not fit", () => {
    const { upstream, subscriber } = running({ max: 10, weigh: (n) => n });
    expect(upstream.demand).toBe(1);
    upstream.next(4);
    upstream.next(5);
    expect(upstream.demand).toBe(1);
    upstream.next(3);
    expect(upstream.demand).toBe(0);
    subscriber.request(1);
    expect([subscriber.items, upstream.demand]).toEqual([[[4, 5]], 1]);
    subscriber.request(1);
    expect(subscriber.items).toEqual([[4, 5], [3]]);
  });

  it("asks for nothing when the weight is reached exactly", () => {
    const { upstream } = running({ max: 10, weigh: (n) => n });
    upstream.next(10);
    expect(upstream.demand).toBe(0);
  });

  it("makes a value of its own of an item that weighs more than max", () => {
    const { upstream, subscriber } = running({ max: 10, weigh: (n) => n });
    upstream.next(50);
    expect(upstream.demand).toBe(0);
    subscriber.request(2);
    upstream.next(2);
    upstream.complete();
    expect([subscriber.items, subscriber.completed]).toEqual([[[50], [2]], true]);
  });

  it("sends all that waits after completion, as it is asked for", () => {
    const { upstream, subscriber } = running({ max: 10, weigh: (n) => n });
    upstream.next(6);
    upstream.next(6);
    upstream.complete();
    subscriber.request(1);
    expect([subscriber.items, subscriber.ended]).toEqual([[[6]], false]);
    subscriber.request(1);
    expect([subscriber.items, subscriber.completed]).toEqual([[[6], [6]], true]);
  });

  it("takes undefined as a value", async () => {
    const flow = range(0, 3).pipe(
      batch<number, undefined>({ seed: () => undefined, merge: () => undefined, max: 2 }),
    );
    expect(await flow.toArray()).toEqual([undefined, undefined, undefined]);
  });

  it("goes on with another value when a filter drops one", async () => {
    const flow = range(0, 6).pipe(
      batch({ ...lists, max: 2 }),
      filter((list) => (list[0] as number) > 2),
    );
    expect((await flow.toArray()).flat()).toEqual([3, 4, 5]);
  });

  it("fails on what a function throws and on a wrong weight, and stops upstream", () => {
    const throwing = (): never => {
      throw "oops";
    };
    for (const [options, message] of [
      [{ seed: throwing }, 'batch threw "oops", which is no Error'],
      [{ merge: throwing }, 'batch threw "oops", which is no Error'],
      [{ weigh: throwing }, 'batch threw "oops", which is no Error'],
      [{ weigh: () => Number.NaN }, "Cannot weigh an item NaN: it must be a finite number >= 0"],
      [{ weigh: () => -1 }, "Cannot weigh an item -1: it must be a finite number >= 0"],
    ] as const) {
      const { upstream, subscriber } = running(options);
      for (let n = 1; n < 3 && upstream.demand > 0 && !upstream.cancelled; n++) upstream.next(n);
      expect([(subscriber.error as Error).message, upstream.cancels]).toEqual([message, 1]);
    }
  });

  it("fails when the item that did not fit cannot be made a value", () => {
    const seed = (n: number): number[] => {
      if (n === 9) throw new Error("nine");
      return [n];
    };
    const { upstream, subscriber } = running({ seed, max: 10, weigh: (n) => n });
    upstream.next(6);
    upstream.next(9);
    subscriber.request(1);
    expect([subscriber.items, String(subscriber.error), upstream.cancels]).toEqual([[[6]], "Error: nine", 1]);
  });

  it("neither loses nor doubles an item when a function requests or cancels", () => {
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number[]>();
    const merge = (list: number[], n: number): number[] => {
      if (n === 2) subscriber.request(1);
      if (n === 5) subscriber.cancel();
      return [...list, n];
    };
    fromPublisher(upstream)
      .pipe(batch({ seed: lists.seed, merge, max: 8 }))
      .subscribe(subscriber);
    upstream.next(1, 2, 3, 4);
    expect(subscriber.items).toEqual([[1, 2]]);
    upstream.next(5);
    subscriber.request(9);
    expect([subscriber.items, upstream.cancels]).toEqual([[[1, 2]], 1]);
  });

  it("passes an error of upstream on at once; what waits is dropped", () => {
    const { upstream, subscriber } = running();
    upstream.next(1, 2);
    upstream.error(new Error("upstream"));
    expect([subscriber.items, String(subscriber.error)]).toEqual([[], "Error: upstream"]);
  });

  it("throws at the call for wrong options; max may not be left out", () => {
    // @ts-expect-error a bound is required
    expect(() => batch(lists)).toThrow(RangeError);
    expect(() => batch(undefined as never)).toThrow(TypeError);
    for (const name of ["seed", "merge", "weigh"]) {
      expect(() => batch({ ...lists, max: 1, [name]: 5 })).toThrow(TypeError);
    }
    for (const wrong of [0, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => batch({ ...lists, max: wrong })).toThrow(String(wrong));
    }
  });
});
