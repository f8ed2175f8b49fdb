import { ManualSubscriber, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import type { Flow } from "../flow/flow.js";
import { droppedItemCount } from "../kit/dropped.js";
import { publish } from "./publish.js";

function read<T>(flow: Flow<T>, demand: number): ManualSubscriber<T> {
  const subscriber = new ManualSubscriber<T>();
  flow.subscribe(subscriber);
  if (demand > 0) subscriber.request(demand);
  return subscriber;
}

describe("publish", () => {
  it("begins when it is told to, once, for all who are there", () => {
    const upstream = new TestPublisher<number>();
    const hot = publish(upstream, { prefetch: 4 });
    const both = [read(hot, 9), read(hot, 9)];
    expect(upstream.subscribers).toBe(0);
    expect([hot.begin(), hot.begin()]).toEqual(["ok", "begun"]);
    expect([upstream.subscribers, upstream.requested]).toEqual([1, 4]);
    upstream.next(1, 2, 3);
    expect(upstream.requested).toBe(7);
    upstream.complete();
    expect(both.map(({ items, completed }) => [items, completed])).toEqual([
      [[1, 2, 3], true],
      [[1, 2, 3], true],
    ]);
    expect([hot.begin(), hot.stop(), read(hot, 0).completed]).toEqual(["terminated", "terminated", true]);
  });

  it("asks for nothing while nobody is there, and goes on for who comes", () => {
    const upstream = new TestPublisher<number>();
    const hot = publish(upstream, { prefetch: 2 });
    hot.begin();
    expect([upstream.subscribers, upstream.requested]).toEqual([1, 0]);
    const first = read(hot, 9);
    upstream.next(1);
    first.cancel();
    const before = droppedItemCount();
    while (upstream.demand > 0) upstream.next(0); // it was asked for
    expect(upstream.cancels).toBe(0);
    expect(droppedItemCount() - before).toBe(upstream.emitted - 1);
    const second = read(hot, 9);
    upstream.next(7);
    expect([first.items, second.items]).toEqual([[1], [7]]);
  });

  it("stops its source and says so to its subscribers", () => {
    const upstream = new TestPublisher<number>();
    const hot = publish(upstream, { prefetch: 2 });
    const subscriber = read(hot, 9);
    hot.begin();
    upstream.next(1);
    expect([hot.stop(), hot.stop(), upstream.cancels]).toEqual(["ok", "terminated", 1]);
    expect([subscriber.items, subscriber.error]).toMatchObject([[1], { code: "STOPPED" }]);

    const never = publish(new TestPublisher<number>(), { prefetch: 2 });
    expect([never.stop(), never.begin(), read(never, 0).failed]).toEqual(["ok", "terminated", true]);
  });

  it("can be stopped before its source has answered", () => {
    const upstream = new TestPublisher<number>({ startsAtOnce: false });
    const hot = publish(upstream, { prefetch: 2 });
    hot.begin();
    hot.stop();
    upstream.start();
    expect([upstream.cancels, upstream.requested]).toEqual([1, 0]);
  });

  it("takes what from takes, and lets everybody be slow in his own way", () => {
    const hot = publish([1, 2, 3], { prefetch: 2 });
    const [all, newest] = [read(hot, 9), read(hot.with({ slow: "latest" }), 0)];
    hot.begin();
    newest.request(1);
    expect([all.items, all.completed, newest.items, newest.completed]).toEqual([[1, 2, 3], true, [3], true]);
  });

  it("throws at the call for wrong options, and for what has no items", () => {
    expect(() => publish([1], { prefetch: 0 })).toThrow(/publish the prefetch 0/);
    // @ts-expect-error: no prefetch, and items may be lost
    expect(() => publish([1], { slow: "latest" })).toThrow(/publish that may drop the capacity undefined/);
    // @ts-expect-error: the same
    expect(() => publish([1]).with({ slow: "latest" })).toThrow(/publish that may drop the capacity/);
    expect(() => publish(5 as never)).toThrow(TypeError);
  });
});
