import { ManualSubscriber, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { aboutOf } from "../flow/about-of.js";
import { flowFrom } from "../flow/connected-flow.js";
import { empty } from "../source/empty.js";
import { fail } from "../source/fail.js";
import { of } from "../source/of.js";
import { range } from "../source/range.js";
import { merge } from "./merge.js";
import { prefetch } from "./prefetch.js";

describe("merge", () => {
  it("sends the items of all its sources, whatever they are made of, and completes when all have", async () => {
    async function* late(): AsyncGenerator<string> {
      yield "c";
    }
    const items = await merge([of(1), ["a"], new Set([2]), Promise.resolve("b"), late(), empty()]).toArray();
    expect(items.map(String).sort()).toEqual(["1", "2", "a", "b", "c"]);
  });

  it("completes at once without sources", () => {
    const subscriber = new ManualSubscriber<never>();
    merge([]).subscribe(subscriber);
    expect(subscriber.completed).toBe(true);
  });

  it("runs all sources unless told otherwise, else the next as one ends, in their order", () => {
    for (const concurrency of [undefined, 2]) {
      const sources = [0, 1, 2].map(() => new TestPublisher<number>());
      merge(sources, { concurrency }).subscribe(new ManualSubscriber<number>());
      expect(sources.map((source) => source.subscribers)).toEqual([1, 1, concurrency === 2 ? 0 : 1]);
      sources[1]?.complete();
      expect(sources[2]?.subscribers).toBe(1);
    }
  });

  it("lets sources take turns where demand is scarce, one item each", () => {
    const subscriber = new ManualSubscriber<number | string>();
    merge([range(0, 4), of("a", "b"), range(10, 3)]).subscribe(subscriber);
    for (let n = 0; n < 9; n++) subscriber.request(1);
    expect(subscriber.items).toEqual([0, "a", 10, 1, "b", 11, 2, 12, 3]);
    expect(subscriber.completed).toBe(true);
  });

  it("keeps the order of each source, and all of its items, behind an asynchronous boundary", async () => {
    const seen = [0, 1, 2].map(() => [] as number[]);
    for await (const n of merge([0, 1, 2].map((k) => range(k * 1000, 900).pipe(prefetch(7)))).values({
      prefetch: 5,
    })) {
      seen[Math.floor(n / 1000)]?.push(n % 1000);
    }
    const all = Array.from({ length: 900 }, (_, n) => n);
    expect(seen).toEqual([all, all, all]);
  });

  it("§1.3 keeps the order of a source that starts while a slice of another is under way", async () => {
    let start: (() => void) | undefined;
    const late = flowFrom<number>((downstream) => {
      start = () => range(0, 200).connect(downstream);
    });
    const seen: number[] = [];
    const count = await merge([late, range(1000, 3)]).reduce((sum, n) => {
      seen.push(n);
      start?.();
      start = undefined;
      return sum + 1;
    }, 0);
    expect(seen.filter((n) => n < 1000)).toEqual(Array.from({ length: 200 }, (_, n) => n));
    expect(count).toBe(203);
  });

  it("ends at the first error and cancels the other sources", () => {
    const other = new TestPublisher<number>();
    const unused = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    merge([other, fail<number>(new Error("first")), unused], { concurrency: 2 }).subscribe(subscriber);
    expect(String(subscriber.error)).toBe("Error: first");
    expect([other.cancels, unused.subscribers]).toEqual([1, 0]);
  });

  it("§3.3 does not grow the stack over a million sources", async () => {
    const one = of(1);
    const sources = Array.from({ length: 1_000_000 }, (_, n) => (n % 2 === 0 ? one : empty<number>()));
    expect(await merge(sources).reduce((sum, n) => sum + n, 0)).toBe(500_000);
    expect(await merge(sources, { concurrency: 1 }).reduce((sum, n) => sum + n, 0)).toBe(500_000);
  });

  it("reads its sources anew for each subscriber, as they were when it was called", async () => {
    const sources = [of(1), of(2)];
    const flow = merge(sources);
    sources.pop();
    expect(await flow.toArray()).toEqual([1, 2]);
    expect(await flow.toArray()).toEqual([1, 2]);
  });

  it("tells of its sources and settings", () => {
    const a = of(1);
    expect(aboutOf(merge([a], { prefetch: 3 }))).toEqual({
      name: "merge",
      settings: { concurrency: 1, prefetch: 3 },
      upstreams: [a],
    });
  });

  it("throws at the call for what is no array of sources, and for settings that are no integers >= 1", () => {
    expect(() => merge(of(1) as never)).toThrow("Cannot apply merge to");
    expect(() => merge([of(1), 5 as never])).toThrow(TypeError);
    for (const wrong of [0, 1.5, Number.NaN]) {
      expect(() => merge([of(1)], { concurrency: wrong })).toThrow(RangeError);
      expect(() => merge([of(1)], { prefetch: wrong })).toThrow(RangeError);
    }
  });
});
