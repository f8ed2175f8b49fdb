import { ManualSubscriber } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { take } from "../operator/take.js";
import { generate } from "./generate.js";

describe("generate", () => {
  it("makes items of a state until the step answers undefined, for each subscriber anew", async () => {
    const countdown = generate(3, (n) => (n > 0 ? [`T-${n}`, n - 1] : undefined));
    expect(await countdown.toArray()).toEqual(["T-3", "T-2", "T-1"]);
    expect(await countdown.toArray()).toEqual(["T-3", "T-2", "T-1"]);
  });

  it("takes one step for each item requested, none before", () => {
    let steps = 0;
    const subscriber = new ManualSubscriber<number>();
    generate(0, (n) => {
      steps++;
      return [n, n + 1];
    }).subscribe(subscriber);
    expect(steps).toBe(0);
    subscriber.request(3);
    expect([steps, subscriber.items]).toEqual([3, [0, 1, 2]]);
    subscriber.cancel();
    subscriber.request(1);
    expect(steps).toBe(3);
  });

  it("makes undefined and null like any other item", async () => {
    const flow = generate(0, (n) => (n < 2 ? [n === 0 ? undefined : null, n + 1] : undefined));
    expect(await flow.toArray()).toEqual([undefined, null]);
  });

  it("fails with what the step throws, named when it is no Error", async () => {
    const broken = new Error("broken");
    const failing = (thrown: unknown) =>
      generate(0, (n) => {
        if (n === 1) throw thrown;
        return [n, n + 1];
      }).toArray();
    await expect(failing(broken)).rejects.toBe(broken);
    await expect(failing("oops")).rejects.toThrow('generate threw "oops", which is no Error');
  });

  it("fails for an answer that is no pair", async () => {
    for (const wrong of [null, 5, "ab", {}, [], [1], [1, 2, 3]]) {
      await expect(generate(0, () => wrong as never).toArray()).rejects.toThrow(
        /^Cannot generate from .*: answer/,
      );
    }
  });

  it("§3.3 makes a long stream without growing the stack, requested one by one", () => {
    const subscriber = new ManualSubscriber<number>({ onNext: (_, self) => self.request(1) });
    generate(0, (n) => [n, n + 1])
      .pipe(take(200_000))
      .subscribe(subscriber);
    subscriber.request(1);
    expect([subscriber.items.length, subscriber.completed, subscriber.depth]).toEqual([200_000, true, 1]);
  });

  it("takes no step after a cancel within one", () => {
    let steps = 0;
    const subscriber = new ManualSubscriber<number>();
    generate(0, (n) => {
      steps++;
      if (n === 2) subscriber.cancel();
      return [n, n + 1];
    }).subscribe(subscriber);
    subscriber.request(9);
    expect([steps, subscriber.items, subscriber.ended]).toEqual([3, [0, 1], false]);
  });

  it("refuses what is no function at the call", () => {
    for (const wrong of [undefined, null, 5, {}])
      expect(() => generate(0, wrong as never)).toThrow(TypeError);
  });
});
