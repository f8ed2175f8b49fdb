import { ManualSubscriber, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { fromPublisher } from "../source/from-publisher.js";
import { of } from "../source/of.js";
import { pairwise } from "./pairwise.js";

describe("pairwise", () => {
  it("sends each item with the one before it, for each subscription anew", async () => {
    const flow = of(1, 2, 3).pipe(pairwise());
    const pairs = [
      [1, 2],
      [2, 3],
    ];
    expect([await flow.toArray(), await flow.toArray()]).toEqual([pairs, pairs]);
    expect(await of(1).pipe(pairwise()).toArray()).toEqual([]);
    expect(await of(undefined, null).pipe(pairwise()).toArray()).toEqual([[undefined, null]]);
  });

  it("asks for one more with the first request, then for what is requested", () => {
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<[number, number]>();
    fromPublisher(upstream).pipe(pairwise()).subscribe(subscriber);
    subscriber.request(1);
    subscriber.request(2);
    expect(upstream.calls.map(({ n }) => n)).toEqual([2, 2]);
    upstream.next(1, 2, 3, 4);
    expect([subscriber.items.length, upstream.requested]).toEqual([3, 4]);
  });

  it("hands on pairs that do not change afterwards", () => {
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<[number, number]>({ onNext: (_, self) => self.request(1) });
    fromPublisher(upstream).pipe(pairwise()).subscribe(subscriber);
    subscriber.request(1);
    upstream.next(1, 2, 3);
    expect(subscriber.items).toEqual([
      [1, 2],
      [2, 3],
    ]);
  });
});
