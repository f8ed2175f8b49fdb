import { ManualSubscriber, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { fromPublisher } from "../source/from-publisher.js";
import { range } from "../source/range.js";
import { takeWhile } from "./take-while.js";

describe("takeWhile", () => {
  it("completes at the first item that fails the test, and does not send it", async () => {
    expect(
      await range(1, 9)
        .pipe(takeWhile((n) => n < 3))
        .toArray(),
    ).toEqual([1, 2]);
  });

  it("sends it with inclusive", async () => {
    const flow = range(1, 9).pipe(takeWhile((n) => n < 3, { inclusive: true }));
    expect(await flow.toArray()).toEqual([1, 2, 3]);
  });

  it("asks for what is requested, and cancels upstream when it ends", () => {
    for (const inclusive of [false, true]) {
      const upstream = new TestPublisher<number>();
      const subscriber = new ManualSubscriber<number>();
      fromPublisher(upstream)
        .pipe(takeWhile((n) => n < 2, { inclusive }))
        .subscribe(subscriber);
      subscriber.request(5);
      upstream.next(1, 2);
      expect([upstream.requested, upstream.cancels, subscriber.completed]).toEqual([5, 1, true]);
      expect(subscriber.items).toEqual(inclusive ? [1, 2] : [1]);
    }
  });

  it("ends the stream at the item whose test throws, and cancels upstream", () => {
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    const wrong = new Error("wrong");
    fromPublisher(upstream)
      .pipe(
        takeWhile(() => {
          throw wrong;
        }),
      )
      .subscribe(subscriber);
    subscriber.request(2);
    upstream.next(1);
    expect([subscriber.error, upstream.cancels]).toEqual([wrong, 1]);
  });

  it("§3.5 signals nothing when the test, or who gets the last item, cancels", () => {
    for (const where of ["test", "onNext"]) {
      const upstream = new TestPublisher<number>();
      const subscriber = new ManualSubscriber<number>({
        onNext: (_, self) => {
          if (where === "onNext") self.cancel();
        },
      });
      const test = (): boolean => {
        if (where === "test") subscriber.cancel();
        return false;
      };
      fromPublisher(upstream)
        .pipe(takeWhile(test, { inclusive: true }))
        .subscribe(subscriber);
      subscriber.request(2);
      upstream.next(1);
      expect([subscriber.items, subscriber.ended]).toEqual([where === "test" ? [] : [1], false]);
      expect(upstream.cancels).toBe(1);
    }
  });
});
