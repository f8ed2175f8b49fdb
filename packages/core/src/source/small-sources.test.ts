// of, empty, never, fail and defer are a line or two each: one file for what a user sees of them.

import { ManualSubscriber, settled } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { defer } from "./defer.js";
import { empty } from "./empty.js";
import { fail } from "./fail.js";
import { never } from "./never.js";
import { of } from "./of.js";

describe("of", () => {
  it("sends its arguments, whatever they are", async () => {
    const items = [null, undefined, [1], Promise.resolve(2)];
    expect(await of<unknown>(...items).toArray()).toEqual(items);
    expect(await of().toArray()).toEqual([]);
  });
});

describe("empty", () => {
  it("§1.9 completes without demand, after onSubscribe", () => {
    const subscriber = new ManualSubscriber<never>();
    empty().subscribe(subscriber);
    expect(subscriber.signals.map((signal) => signal.kind)).toEqual(["onSubscribe", "onComplete"]);
  });
});

describe("never", () => {
  it("stays silent, whatever is requested", async () => {
    const subscriber = new ManualSubscriber<never>();
    never().subscribe(subscriber);
    subscriber.request(Number.POSITIVE_INFINITY);
    await settled();
    expect(subscriber.signals.map((signal) => signal.kind)).toEqual(["onSubscribe"]);
    subscriber.request(0);
    expect(subscriber.failed).toBe(true);
  });
});

describe("fail", () => {
  it("§1.9 fails without demand, after onSubscribe, with just what it was given", () => {
    for (const error of [new Error("e"), undefined, null, "text"]) {
      const subscriber = new ManualSubscriber<never>();
      fail(error).subscribe(subscriber);
      expect(subscriber.signals).toEqual([{ kind: "onSubscribe" }, { kind: "onError", error }]);
    }
  });

  it("says nothing when onSubscribe cancels", async () => {
    const subscriber = new ManualSubscriber<never>({ onSubscribe: (self) => self.cancel() });
    empty().subscribe(subscriber);
    expect(subscriber.signals.map((signal) => signal.kind)).toEqual(["onSubscribe"]);
  });
});

describe("defer", () => {
  it("makes its source when it is subscribed, anew for each subscriber", async () => {
    let made = 0;
    const flow = defer(() => [++made]);
    expect(made).toBe(0);
    expect([await flow.toArray(), await flow.toArray()]).toEqual([[1], [2]]);
  });

  it("fails with what the function throws, and with a TypeError for what is no source", async () => {
    const throws = defer((): number[] => {
      throw new Error("make");
    });
    await expect(throws.toArray()).rejects.toThrow("make");
    await expect(defer(() => 5 as unknown as number[]).toArray()).rejects.toThrow(TypeError);
  });

  it("throws a TypeError at the call for what is no function", () => {
    expect(() => defer([1] as never)).toThrow(TypeError);
  });
});
