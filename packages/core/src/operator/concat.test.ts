import { ManualSubscriber, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { aboutOf } from "../flow/about-of.js";
import { empty } from "../source/empty.js";
import { of } from "../source/of.js";
import { range } from "../source/range.js";
import { concat } from "./concat.js";

describe("concat", () => {
  it("sends the items of one source after the other, whatever they are made of", async () => {
    async function* late(): AsyncGenerator<string> {
      yield "c";
    }
    const flow = concat([of(1), [2], empty(), Promise.resolve("b"), late(), new Set([3])]);
    expect(await flow.toArray()).toEqual([1, 2, "b", "c", 3]);
    expect(aboutOf(flow)?.upstreams?.length).toBe(6);
  });

  it("completes at once without sources", () => {
    const subscriber = new ManualSubscriber<never>();
    concat([]).subscribe(subscriber);
    expect(subscriber.completed).toBe(true);
  });

  it("§1.1 asks the next source for what the one before left over, and subscribes to it only then", () => {
    const sources = [new TestPublisher<number>(), new TestPublisher<number>()] as const;
    const subscriber = new ManualSubscriber<number>();
    concat(sources).subscribe(subscriber);
    subscriber.request(3);
    sources[0].next(1);
    expect([sources[0].requested, sources[1].subscribers]).toEqual([3, 0]);
    sources[0].complete();
    subscriber.request(1);
    expect(sources[1].calls.map((call) => call.n)).toEqual([2, 1]);
    sources[1].next(2);
    sources[1].complete();
    expect([subscriber.items, subscriber.completed]).toEqual([[1, 2], true]);
  });

  it("ends at the first error and subscribes to nothing behind it", () => {
    const [first, second] = [new TestPublisher<number>(), new TestPublisher<number>()];
    const subscriber = new ManualSubscriber<number>();
    concat([first, second] as const).subscribe(subscriber);
    first?.error(new Error("first"));
    expect([String(subscriber.error), second?.subscribers]).toEqual(["Error: first", 0]);
  });

  it("cancels the source that runs", () => {
    const first = new TestPublisher<number>();
    const second = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    concat([first, second]).subscribe(subscriber);
    subscriber.cancel();
    expect([first.cancels, second.subscribers]).toEqual([1, 0]);
  });

  it("§3.3 does not grow the stack over a million sources, requested one by one or all at once", async () => {
    const one = of(1);
    const sources = Array.from({ length: 1_000_000 }, (_, n) => (n % 2 === 0 ? one : empty<number>()));
    expect(await concat(sources).reduce((sum, n) => sum + n, 0)).toBe(500_000);
    const subscriber = new ManualSubscriber<number>({ onNext: (_, self) => self.request(1) });
    concat(sources.slice(0, 100_000)).subscribe(subscriber);
    subscriber.request(1);
    expect([subscriber.items.length, subscriber.completed, subscriber.depth]).toEqual([50_000, true, 1]);
  });

  it("throws at the call for what is no array of sources", () => {
    expect(() => concat(range(0, 1) as never)).toThrow("Cannot apply concat to");
    expect(() => concat([range(0, 1), null as never])).toThrow(TypeError);
    expect(() => concat(new Array(1))).toThrow(TypeError); // a hole is no source
  });
});
