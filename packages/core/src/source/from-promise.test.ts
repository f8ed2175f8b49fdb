import { ManualSubscriber, settled, verify } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { onDroppedError } from "../kit/dropped.js";
import { fromPromise } from "./from-promise.js";

describe("fromPromise", () => {
  it("§1.1 holds the value until it is requested, then completes", async () => {
    await verify(fromPromise(Promise.resolve(7)))
      .expectNothingMore()
      .request(1)
      .expect(7)
      .expectComplete()
      .run();
  });

  it("sends a value that was requested before it was there, null and undefined too", async () => {
    for (const value of [null, undefined, 0]) {
      await verify(fromPromise(Promise.resolve(value)))
        .request(2)
        .expect(value)
        .expectComplete()
        .run();
    }
  });

  it("fails without demand, with whatever it was rejected", async () => {
    await verify(fromPromise(Promise.reject(undefined)))
      .expectError((error) => error === undefined)
      .run();
  });

  it("takes any object with then, also one whose then throws", async () => {
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what this is about
    const thenable = { then: (resolve: (n: number) => void) => resolve(3) } as PromiseLike<number>;
    expect(await fromPromise(thenable).toArray()).toEqual([3]);
    const broken = {
      // biome-ignore lint/suspicious/noThenProperty: as above
      then: () => {
        throw new Error("then throws");
      },
    } as PromiseLike<number>;
    await expect(fromPromise(broken).toArray()).rejects.toThrow("then throws");
  });

  it("sends the value once, however often it is requested, also inside onNext", async () => {
    const subscriber = new ManualSubscriber<number>({ onNext: (_, self) => self.request(1) });
    fromPromise(Promise.resolve(1)).subscribe(subscriber);
    await settled();
    subscriber.request(1);
    subscriber.request(1);
    expect(subscriber.signals.map((signal) => signal.kind)).toEqual(["onSubscribe", "onNext", "onComplete"]);
  });

  it("§3.5 sends nothing after cancel, and does not complete when onNext cancels", async () => {
    const before = new ManualSubscriber<number>();
    fromPromise(Promise.resolve(1)).subscribe(before);
    before.request(1);
    before.cancel();
    const inside = new ManualSubscriber<number>({ onNext: (_, self) => self.cancel() });
    fromPromise(Promise.resolve(1)).subscribe(inside);
    inside.request(1);
    await settled();
    expect([before.signals.length, inside.items, inside.completed]).toEqual([1, [1], false]);
  });

  it("reports a rejection after cancel", async () => {
    const dropped: unknown[] = [];
    const restore = onDroppedError((error) => dropped.push(error));
    const subscriber = new ManualSubscriber<number>();
    fromPromise(Promise.reject<number>(new Error("late"))).subscribe(subscriber);
    subscriber.cancel();
    await settled();
    restore();
    expect(dropped.map(String)).toEqual(["Error: late"]);
  });

  it("throws a TypeError at the call for what has no then", () => {
    for (const wrong of [null, undefined, 5, {}]) {
      expect(() => fromPromise(wrong as unknown as PromiseLike<number>)).toThrow(TypeError);
    }
  });
});
