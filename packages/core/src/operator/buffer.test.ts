import { ManualSubscriber, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { fromPublisher } from "../source/from-publisher.js";
import { range } from "../source/range.js";
import { buffer } from "./buffer.js";
import { filter } from "./filter.js";

function running(size: number, hooks = {}) {
  const upstream = new TestPublisher<number>();
  const subscriber = new ManualSubscriber<number[]>(hooks);
  fromPublisher(upstream).pipe(buffer(size)).subscribe(subscriber);
  return { upstream, subscriber };
}

describe("buffer", () => {
  it("sends arrays of size items, and what is left when upstream completes", () => {
    const { upstream, subscriber } = running(2);
    subscriber.request(9);
    upstream.next(1, 2, 3);
    expect(subscriber.items).toEqual([[1, 2]]);
    upstream.complete();
    expect([subscriber.items, subscriber.completed]).toEqual([[[1, 2], [3]], true]);
  });

  it("sends no empty array", async () => {
    expect(await range(0, 0).pipe(buffer(2)).toArray()).toEqual([]);
    expect(await range(0, 4).pipe(buffer(2)).toArray()).toHaveLength(2);
  });

  it("§3.17 asks for n x size, and saturates", () => {
    const { upstream, subscriber } = running(1000);
    subscriber.request(3);
    expect(upstream.requested).toBe(3000);
    subscriber.request(2 ** 50);
    expect(upstream.requested).toBe(Number.POSITIVE_INFINITY);
  });

  it("asks for a whole array again when a filter drops one", async () => {
    const flow = range(0, 9).pipe(
      buffer(3),
      filter((items) => items[0] !== 0),
    );
    const subscriber = new ManualSubscriber<number[]>();
    flow.subscribe(subscriber);
    subscriber.request(1);
    expect(subscriber.items).toEqual([[3, 4, 5]]);
  });

  it("drops what it holds when upstream fails, and passes the error on at once", () => {
    const { upstream, subscriber } = running(2);
    const error = new Error("upstream");
    subscriber.request(1);
    upstream.next(1);
    upstream.error(error);
    expect([subscriber.items, subscriber.error]).toEqual([[], error]);
  });

  it("neither asks nor cancels an upstream that has completed, from within the last array", () => {
    for (const act of ["request", "cancel"] as const) {
      const { upstream, subscriber } = running(2, {
        onNext: (_: unknown, self: ManualSubscriber<number[]>) =>
          act === "cancel" ? self.cancel() : self.request(1),
      });
      subscriber.request(1);
      upstream.next(1);
      upstream.complete();
      expect(upstream.calls.filter(({ afterEnd }) => afterEnd)).toEqual([]);
      expect([subscriber.items, subscriber.completed]).toEqual([[[1]], act === "request"]);
    }
  });

  it("throws a RangeError at the call for a wrong size", () => {
    for (const wrong of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "2", undefined]) {
      expect(() => buffer(wrong as number)).toThrow(RangeError);
    }
  });
});
