import { ManualSubscriber, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { fromPublisher } from "../source/from-publisher.js";
import { of } from "../source/of.js";
import { range } from "../source/range.js";
import { last } from "./last.js";

describe("last", () => {
  it("sends the last item, or the last that passes the test", async () => {
    expect(await range(1, 9).pipe(last()).toArray()).toEqual([9]);
    expect(
      await range(1, 9)
        .pipe(last((n) => n % 4 === 0))
        .toArray(),
    ).toEqual([8]);
    expect(await of(1, undefined).pipe(last()).toArray()).toEqual([undefined]);
  });

  it("completes without an item, and without demand, when there is none", () => {
    const subscriber = new ManualSubscriber<number>();
    range(1, 0).pipe(last()).subscribe(subscriber);
    expect([subscriber.items, subscriber.completed]).toEqual([[], true]);
  });

  it("asks for all there is at the first request, and for nothing before", () => {
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    fromPublisher(upstream).pipe(last()).subscribe(subscriber);
    expect(upstream.requested).toBe(0);
    subscriber.request(1);
    subscriber.request(1);
    expect(upstream.calls.map(({ n }) => n)).toEqual([Number.POSITIVE_INFINITY]);
    upstream.next(1, 2);
    expect(subscriber.items).toEqual([]);
    upstream.complete();
    expect([subscriber.items, subscriber.completed]).toEqual([[2], true]);
  });

  it("forgets the item when upstream fails", () => {
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    fromPublisher(upstream).pipe(last()).subscribe(subscriber);
    subscriber.request(1);
    upstream.next(1);
    const failure = new Error("failed");
    upstream.error(failure);
    expect([subscriber.items, subscriber.error]).toEqual([[], failure]);
  });

  it("ends the stream when the test throws, and cancels upstream", () => {
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    fromPublisher(upstream)
      .pipe(
        last(() => {
          throw new Error("wrong");
        }),
      )
      .subscribe(subscriber);
    subscriber.request(1);
    upstream.next(1);
    expect([String(subscriber.error), upstream.cancels]).toEqual(["Error: wrong", 1]);
  });

  it("throws a TypeError at the call for a test that is no function", () => {
    for (const wrong of [null, 0, "a", {}]) expect(() => last(wrong as never)).toThrow(TypeError);
  });
});
