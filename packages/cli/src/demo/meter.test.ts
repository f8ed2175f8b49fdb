import { limitDemand, range } from "@sluice/core";
import type { Publisher, Subscription } from "@sluice/core";
import { describe, expect, it } from "vitest";
import { Meter } from "./meter.js";

describe("Meter", () => {
  it("counts demand and items, and passes both on unchanged", async () => {
    const meter = new Meter();
    const items = await range(1, 10).pipe(meter.stage(), limitDemand(4)).toArray();
    expect(items).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(meter.passed).toBe(10);
    expect(meter.granted).toBeGreaterThanOrEqual(10);
    expect(meter.granted).toBeLessThanOrEqual(14);
    expect(meter.overdraft).toBeLessThanOrEqual(0);
  });

  it("tells of each request before it goes on", () => {
    const seen: string[] = [];
    const meter = new Meter(() => seen.push(`granted ${meter.granted}, passed ${meter.passed}`));
    let subscription: Subscription | undefined;
    range(1, 10)
      .pipe(meter.stage<number>())
      .subscribe({
        onSubscribe: (given) => {
          subscription = given;
        },
        onNext: () => {},
        onError: () => {},
        onComplete: () => {},
      });
    subscription?.request(2);
    subscription?.request(3);
    expect(seen).toEqual(["granted 2, passed 0", "granted 5, passed 2"]);
  });

  it("§1.1 notices a publisher that sends more than was asked for, item by item", () => {
    const meter = new Meter();
    const tooEager: Publisher<number> = {
      subscribe: (subscriber) => {
        subscriber.onSubscribe({
          request: () => {
            for (const item of [1, 2, 3]) subscriber.onNext(item);
          },
          cancel: () => {},
        });
      },
    };
    meter.between(tooEager).subscribe({
      onSubscribe: (s) => s.request(1),
      onNext: () => {},
      onError: () => {},
      onComplete: () => {},
    });
    expect(meter.overdraft).toBeGreaterThan(0);
  });
});
