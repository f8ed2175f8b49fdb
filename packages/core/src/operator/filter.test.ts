import { ManualSubscriber, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { fromPublisher } from "../source/from-publisher.js";
import { of } from "../source/of.js";
import { range } from "../source/range.js";
import { filter } from "./filter.js";

describe("filter", () => {
  it("sends the items for which the answer is truthy, unchanged", async () => {
    const items = [0, 1, "", "a", null, undefined, {}, Number.NaN];
    expect(
      await of<unknown>(...items)
        .pipe(filter((item) => item))
        .toArray(),
    ).toEqual([1, "a", {}]);
    expect(
      await of<unknown>(...items)
        .pipe(filter(() => true))
        .toArray(),
    ).toEqual(items);
  });

  it("§1.1 sends as many as requested, however many it drops", () => {
    const subscriber = new ManualSubscriber<number>();
    range(1, 1000)
      .pipe(filter((n) => n % 100 === 0))
      .subscribe(subscriber);
    subscriber.request(3);
    expect(subscriber.items).toEqual([100, 200, 300]);
    subscriber.request(1);
    expect(subscriber.items).toEqual([100, 200, 300, 400]);
  });

  it("asks a foreign publisher for one more for each item dropped", () => {
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    fromPublisher(upstream)
      .pipe(filter((n) => n > 2))
      .subscribe(subscriber);
    subscriber.request(1);
    upstream.next(1, 2, 3);
    expect([subscriber.items, upstream.requested]).toEqual([[3], 3]);
  });

  it("completes when the last items were dropped, without more demand", () => {
    const subscriber = new ManualSubscriber<number>();
    range(1, 4)
      .pipe(filter((n) => n === 1))
      .subscribe(subscriber);
    subscriber.request(2);
    expect([subscriber.items, subscriber.completed]).toEqual([[1], true]);
  });

  it("ends the stream at the item whose function throws", () => {
    const subscriber = new ManualSubscriber<number>();
    range(1, 9)
      .pipe(
        filter((n) => {
          if (n === 3) throw new Error("three");
          return n === 2;
        }),
      )
      .subscribe(subscriber);
    subscriber.request(9);
    expect([subscriber.items, String(subscriber.error)]).toEqual([[2], "Error: three"]);
  });

  it("throws a TypeError at the call for what is no function", () => {
    expect(() => filter(/a/ as never)).toThrow(TypeError);
  });
});
