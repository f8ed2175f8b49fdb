import { ManualSubscriber } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { filter } from "../operator/filter.js";
import { map } from "../operator/map.js";
import { take } from "../operator/take.js";
import { of } from "../source/of.js";
import { range } from "../source/range.js";

describe("IndexedSubscription", () => {
  it("§1.1 keeps to demand across the slices of its loop, in each of its forms", () => {
    const forms = [
      range(0, 5000),
      range(0, 9999).pipe(
        filter((n) => n % 2 === 0),
        map((n) => n / 2),
      ),
      range(0, 5000).pipe(
        map((n) => n),
        filter(() => true),
      ),
      range(0, 9000).pipe(take(5000)),
    ];
    for (const flow of forms) {
      for (const demand of [1, 7, 1023, 1024, 1025, 3000]) {
        const subscriber = new ManualSubscriber<number>();
        flow.subscribe(subscriber);
        for (let asked = 0; asked < 5000; asked += demand) {
          subscriber.request(demand);
          expect(subscriber.items.length).toBe(Math.min(5000, asked + demand));
        }
        expect([subscriber.items.at(-1), subscriber.completed]).toEqual([4999, true]);
      }
    }
  });

  it("§3.8 adds what is requested inside onNext to what is left", () => {
    for (const [first, each] of [
      [1, 1],
      [3, 2],
      [1, 5],
    ] as const) {
      const subscriber = new ManualSubscriber<number>({
        onNext: (n, self) => {
          if (n < 4) self.request(each);
        },
      });
      range(0, 100).subscribe(subscriber);
      subscriber.request(first);
      expect(subscriber.items.length).toBe(first + 4 * each);
    }
  });

  it("takes up unbounded demand that comes inside onNext, and completes once", () => {
    const subscriber = new ManualSubscriber<number>({
      onNext: (_, self) => self.request(Number.POSITIVE_INFINITY),
    });
    range(0, 3000).subscribe(subscriber);
    subscriber.request(1);
    expect([subscriber.items.length, subscriber.signals.length]).toEqual([3000, 3002]);
  });

  it("§3.5 stops at a cancel wherever it falls in a slice", () => {
    for (const at of [0, 1, 1022, 1023, 1024, 2048]) {
      const subscriber = new ManualSubscriber<number>({
        onNext: (n, self) => {
          if (n === at) self.cancel();
        },
      });
      range(0, 5000).subscribe(subscriber);
      subscriber.request(Number.POSITIVE_INFINITY);
      expect([subscriber.items.length, subscriber.ended]).toEqual([at + 1, false]);
    }
  });

  it("sends null and undefined like any item, and completes behind a filter that drops the rest", () => {
    const subscriber = new ManualSubscriber<unknown>();
    of<unknown>(null, undefined, 1, 2)
      .pipe(filter((item) => item == null))
      .subscribe(subscriber);
    subscriber.request(3);
    expect([subscriber.items, subscriber.completed]).toEqual([[null, undefined], true]);
  });
});
