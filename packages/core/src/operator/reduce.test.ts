import { ManualSubscriber, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { fromPublisher } from "../source/from-publisher.js";
import { of } from "../source/of.js";
import { range } from "../source/range.js";
import { map } from "./map.js";
import { reduce } from "./reduce.js";

const sum = (so: number, n: number): number => so + n;

describe("reduce", () => {
  it("sends one result and goes on with the pipe, for each subscription from the seed", async () => {
    const flow = range(1, 4).pipe(
      reduce(sum, 0),
      map((total) => `${total} in all`),
    );
    expect([await flow.toArray(), await flow.toArray()]).toEqual([["10 in all"], ["10 in all"]]);
  });

  it("sends the seed when upstream is empty, as soon as it is requested", () => {
    const subscriber = new ManualSubscriber<number>();
    range(1, 0).pipe(reduce(sum, 7)).subscribe(subscriber);
    expect(subscriber.signals).toHaveLength(1);
    subscriber.request(1);
    expect([subscriber.items, subscriber.completed]).toEqual([[7], true]);
  });

  it("takes null and undefined as seed and as result", async () => {
    const flow = of(1, 2).pipe(
      reduce((so: unknown) => (so === undefined ? null : undefined), undefined as unknown),
    );
    expect(await flow.toArray()).toEqual([undefined]);
  });

  it("§2.4 neither asks nor cancels an upstream that has completed", () => {
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    fromPublisher(upstream).pipe(reduce(sum, 0)).subscribe(subscriber);
    upstream.complete();
    subscriber.cancel();
    subscriber.request(1);
    expect([upstream.cancels, upstream.requested, subscriber.items]).toEqual([0, 0, []]);
  });

  it("§3.5 does not complete when onNext cancels, and sends once whatever onNext requests", () => {
    for (const cancels of [true, false]) {
      const subscriber = new ManualSubscriber<number>({
        onNext: (_, self) => {
          self.request(1);
          if (cancels) self.cancel();
        },
      });
      range(1, 3).pipe(reduce(sum, 0)).subscribe(subscriber);
      subscriber.request(1);
      expect([subscriber.items, subscriber.completed]).toEqual([[6], !cancels]);
    }
  });

  it("ends the stream when the function throws, and cancels upstream", () => {
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    const wrong = new Error("wrong");
    fromPublisher(upstream)
      .pipe(
        reduce(() => {
          throw wrong;
        }, 0),
      )
      .subscribe(subscriber);
    subscriber.request(1);
    upstream.next(1);
    expect([subscriber.error, upstream.cancels]).toEqual([wrong, 1]);
  });

  it("calls nothing after the function cancelled", () => {
    const upstream = new TestPublisher<number>();
    let calls = 0;
    const subscriber = new ManualSubscriber<number>();
    fromPublisher(upstream)
      .pipe(
        reduce((so, n) => {
          calls++;
          subscriber.cancel();
          return so + n;
        }, 0),
      )
      .subscribe(subscriber);
    subscriber.request(1);
    upstream.next(1);
    expect([calls, upstream.cancels, subscriber.signals.length]).toEqual([1, 1, 1]);
  });
});
