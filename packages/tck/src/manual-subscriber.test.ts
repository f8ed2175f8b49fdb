import { describe, expect, it } from "vitest";
import { ManualSubscriber } from "./manual-subscriber.js";

const silent = { request: () => {}, cancel: () => {} };

describe("ManualSubscriber", () => {
  it("counts demand and notices items ahead of it", () => {
    const subscriber = new ManualSubscriber<string>();
    subscriber.onSubscribe(silent);
    subscriber.request(1);
    subscriber.request(-5);
    subscriber.onNext("a");
    expect(subscriber.surplus).toBe(0);
    subscriber.onNext("b");
    expect(subscriber.surplus).toBe(1);
    expect(subscriber.requested).toBe(1);
  });

  it("notices signals that overlap", () => {
    const subscriber = new ManualSubscriber<number>({
      onNext: (item, self) => {
        if (item === 1) self.onNext(2);
      },
    });
    subscriber.onSubscribe(silent);
    expect(subscriber.depth).toBe(1);
    subscriber.onNext(1);
    expect(subscriber.depth).toBe(2);
  });

  it("writes down every signal in the order in which it came", () => {
    const subscriber = new ManualSubscriber<number>();
    subscriber.onSubscribe(silent);
    subscriber.onNext(1);
    subscriber.onComplete();
    subscriber.onError("late");
    expect(subscriber.signals).toEqual([
      { kind: "onSubscribe" },
      { kind: "onNext", item: 1 },
      { kind: "onComplete" },
      { kind: "onError", error: "late" },
    ]);
  });

  it("§2.5 cancels a second subscription and keeps the first", () => {
    let cancels = 0;
    const subscriber = new ManualSubscriber<number>();
    subscriber.onSubscribe(silent);
    subscriber.onSubscribe({ request: () => {}, cancel: () => void cancels++ });
    expect(cancels).toBe(1);
    expect(subscriber.subscription).toBe(silent);
  });

  it("cancels when more signals come than its capacity", () => {
    let cancels = 0;
    const subscriber = new ManualSubscriber<number>({}, { capacity: 2 });
    subscriber.onSubscribe({ request: () => {}, cancel: () => void cancels++ });
    subscriber.onNext(1);
    subscriber.onNext(2);
    expect([subscriber.items, subscriber.overran, cancels]).toEqual([[1], true, 1]);
  });

  it("says that no subscription came yet when it is told to request", () => {
    expect(() => new ManualSubscriber().request(1)).toThrow("Cannot request: no subscription came yet");
  });
});
