import { captureReported, ManualSubscriber } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { range } from "../source/range.js";
import type { Subscriber } from "../spec/publisher.js";

describe("subscribe", () => {
  it("§1.9 throws a TypeError for a missing subscriber, naming what it got", () => {
    for (const wrong of [null, undefined, 5, "s"]) {
      expect(() => range(1, 2).subscribe(wrong as unknown as Subscriber<number>)).toThrow(TypeError);
    }
    expect(() => range(1, 2).subscribe(null as unknown as Subscriber<number>)).toThrow("null");
  });

  it("§1.9 throws a TypeError for an object or a function that is no subscriber", () => {
    for (const wrong of [{}, () => {}, { next() {} }]) {
      expect(() => range(1, 2).subscribe(wrong as unknown as Subscriber<number>)).toThrow(TypeError);
    }
  });

  it("§1.10 serves each subscriber from the start", () => {
    const flow = range(1, 2);
    for (let k = 0; k < 2; k++) {
      const subscriber = new ManualSubscriber<number>();
      flow.subscribe(subscriber);
      subscriber.request(5);
      expect(subscriber.items).toEqual([1, 2]);
    }
  });

  it("§2.13 does not let what a subscriber throws disturb another one", async () => {
    const flow = range(1, 3);
    const sound = new ManualSubscriber<number>();
    const reported = await captureReported(() => {
      flow.subscribe({
        onSubscribe: (subscription) => subscription.request(3),
        onNext: () => {
          throw new Error("broken");
        },
        onError() {},
        onComplete() {},
      });
      flow.subscribe(sound);
      sound.request(3);
    });
    expect([sound.items, reported.length]).toEqual([[1, 2, 3], 1]);
  });
});
