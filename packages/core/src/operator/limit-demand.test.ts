import { ManualSubscriber, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { fromPublisher } from "../source/from-publisher.js";
import { range } from "../source/range.js";
import { filter } from "./filter.js";
import { limitDemand } from "./limit-demand.js";

function limited(limit: number, hooks: ConstructorParameters<typeof ManualSubscriber<number>>[0] = {}) {
  const upstream = new TestPublisher<number>();
  const subscriber = new ManualSubscriber<number>(hooks);
  fromPublisher(upstream).pipe(limitDemand(limit)).subscribe(subscriber);
  return { upstream, subscriber };
}

describe("limitDemand", () => {
  it("asks for less than is requested, and for more when three quarters have arrived", () => {
    const { upstream, subscriber } = limited(4);
    subscriber.request(Number.POSITIVE_INFINITY);
    expect(upstream.demand).toBe(4);
    upstream.next(1, 2);
    expect(upstream.demand).toBe(2);
    upstream.next(3);
    expect(upstream.demand).toBe(4);
  });

  it("asks for no more than is requested", () => {
    const { upstream, subscriber } = limited(4);
    subscriber.request(1);
    subscriber.request(1);
    expect(upstream.requested).toBe(2);
    upstream.next(1, 2);
    expect(upstream.requested).toBe(2);
    subscriber.request(9);
    expect(upstream.demand).toBe(4);
  });

  it("never has more than the limit outstanding and never stalls, whatever is requested inside onNext", () => {
    for (const limit of [1, 2, 3, 7]) {
      for (const n of [1, 2, 10]) {
        const { upstream, subscriber } = limited(limit, { onNext: (_, self) => self.request(n) });
        subscriber.request(1);
        for (let k = 0; k < 100; k++) {
          expect(upstream.demand).toBeLessThanOrEqual(limit);
          upstream.next(k); // throws when nothing was asked for
        }
        expect([subscriber.items.length, subscriber.surplus]).toEqual([100, 0]);
      }
    }
  });

  it("does not count an item that is dropped below it", () => {
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    fromPublisher(upstream)
      .pipe(
        limitDemand(2),
        filter((n) => n % 10 === 0),
      )
      .subscribe(subscriber);
    subscriber.request(5);
    for (let n = 1; n <= 20; n++) {
      upstream.next(n);
      expect(upstream.demand).toBeLessThanOrEqual(2);
    }
    expect(subscriber.items).toEqual([10, 20]);
  });

  it("sends everything for any limit", async () => {
    for (const limit of [1, 2, 3, 5, 100]) {
      expect(await range(0, 50).pipe(limitDemand(limit)).toArray()).toHaveLength(50);
    }
  });

  it("throws a RangeError at the call for a wrong limit, naming it", () => {
    for (const wrong of [0, -1, 1.5, Number.POSITIVE_INFINITY]) {
      expect(() => limitDemand(wrong)).toThrow(RangeError);
      expect(() => limitDemand(wrong)).toThrow(String(wrong));
    }
  });
});
