import { ManualSubscriber, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { empty } from "../source/empty.js";
import { of } from "../source/of.js";
import { range } from "../source/range.js";
import { map } from "./map.js";
import { mergePrioritized } from "./merge-prioritized.js";

const endless = (name: string) => range(0, 1e9).pipe(map(() => name));

/** The first `count` names, requested one by one. */
function firstOf(flow: ReturnType<typeof endless>, count: number): string {
  const subscriber = new ManualSubscriber<string>();
  flow.subscribe(subscriber);
  for (let n = 0; n < count; n++) subscriber.request(1);
  subscriber.cancel();
  return subscriber.items.join("");
}

describe("mergePrioritized", () => {
  it("gives each source that has items waiting its share, evenly spread, and starves nobody", () => {
    const flow = mergePrioritized([endless("a"), endless("b"), endless("c")], {
      weights: [5, 1, 1],
      prefetch: 2,
    });
    expect(firstOf(flow, 14)).toBe("aabacaaaabacaa");
    const many = firstOf(flow, 700);
    expect(["a", "b", "c"].map((name) => many.split(name).length - 1)).toEqual([500, 100, 100]);
    expect(firstOf(mergePrioritized([endless("a"), endless("b")], { weights: [0.5, 0.25] }), 6)).toBe(
      "abaaba",
    );
  });

  it("gives the share of a source that has nothing to the others", () => {
    const slow = new TestPublisher<string>();
    const subscriber = new ManualSubscriber<string>();
    mergePrioritized([slow, endless("b"), endless("c")], { weights: [9, 1, 1] }).subscribe(subscriber);
    for (let n = 0; n < 4; n++) subscriber.request(1);
    expect(subscriber.items.join("")).toBe("bcbc");
    slow.next("a");
    slow.next("a");
    for (let n = 0; n < 4; n++) subscriber.request(1);
    expect(subscriber.items.join("")).toBe("bcbcaabc");
  });

  it("sends the first source in the array that has an item waiting, when told to be strict", () => {
    const first = new TestPublisher<string>();
    const subscriber = new ManualSubscriber<string>();
    mergePrioritized([first, endless("b"), endless("c")], { weights: "strict" }).subscribe(subscriber);
    for (let n = 0; n < 3; n++) subscriber.request(1);
    first.next("a");
    for (let n = 0; n < 3; n++) subscriber.request(1);
    expect(subscriber.items.join("")).toBe("bbbabb");
  });

  it("asks every source before it sends, when demand is there first", () => {
    const subscriber = new ManualSubscriber<string>({ onSubscribe: (self) => self.request(3) });
    mergePrioritized([endless("low"), endless("high")], { weights: "strict" }).subscribe(subscriber);
    expect(subscriber.items).toEqual(["low", "low", "low"]);
    const turned = new ManualSubscriber<string>({ onSubscribe: (self) => self.request(3) });
    mergePrioritized([endless("low"), endless("high")], { weights: [1, 100] }).subscribe(turned);
    expect(turned.items).toEqual(["high", "high", "high"]);
  });

  it("sends everything when all is requested, and completes when all have", async () => {
    const items = await mergePrioritized([range(0, 300), empty(), of("a")], {
      weights: [1, 2, 3],
      prefetch: 4,
    }).toArray();
    expect([items.length, items.filter((item) => item !== "a")]).toEqual([
      301,
      Array.from({ length: 300 }, (_, n) => n),
    ]);
  });

  it("asks each source for `prefetch`, cancels all on an error and on a cancel", () => {
    const sources = [0, 1].map(() => new TestPublisher<number>());
    const subscriber = new ManualSubscriber<number>();
    mergePrioritized(sources, { weights: [1, 2], prefetch: 3 }).subscribe(subscriber);
    expect(sources.map((source) => source.requested)).toEqual([3, 3]);
    sources[0]?.next(1);
    sources[1]?.error(new Error("second"));
    expect([String(subscriber.error), subscriber.items, sources[0]?.cancels]).toEqual([
      "Error: second",
      [],
      1,
    ]);

    const others = [0, 1].map(() => new TestPublisher<number>());
    const cancelled = new ManualSubscriber<number>();
    mergePrioritized(others, { weights: "strict" }).subscribe(cancelled);
    others[0]?.next(1);
    cancelled.cancel();
    expect(others.map((source) => source.cancels)).toEqual([1, 1]);
  });

  it("throws at the call for weights that do not fit", () => {
    const sources = [of(1), of(2)];
    for (const weights of [
      [1],
      [1, 2, 3],
      [1, 0],
      [1, -1],
      [1, Number.NaN],
      [1, 1 / 0],
      [1, "2"],
      "lax",
      undefined,
    ]) {
      expect(() => mergePrioritized(sources, { weights: weights as never })).toThrow(RangeError);
    }
    expect(() => mergePrioritized(sources, undefined as never)).toThrow(
      'it takes "strict" or 2 numbers > 0, one for each source',
    );
    expect(() => mergePrioritized(of(1) as never, { weights: [1] })).toThrow(TypeError);
    expect(() => mergePrioritized(sources, { weights: "strict", prefetch: 0 })).toThrow(RangeError);
  });
});
