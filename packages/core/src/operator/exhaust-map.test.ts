import { ManualSubscriber, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { empty } from "../source/empty.js";
import { fail } from "../source/fail.js";
import type { FlowInput } from "../source/from.js";
import { fromPublisher } from "../source/from-publisher.js";
import { of } from "../source/of.js";
import { range } from "../source/range.js";
import { type DropOptions, OverflowCounters } from "../spec/overflow.js";
import { exhaustMap } from "./exhaust-map.js";

function exhausting(options: DropOptions<number> = {}) {
  const outer = new TestPublisher<number>();
  const inners: TestPublisher<string>[] = [];
  const subscriber = new ManualSubscriber<string>();
  const counters = new OverflowCounters();
  const inner = (n: number): TestPublisher<string> => {
    inners[n] ??= new TestPublisher<string>();
    return inners[n];
  };
  fromPublisher(outer)
    .pipe(exhaustMap(inner, { counters, ...options }))
    .subscribe(subscriber);
  return { outer, inner, subscriber, counters };
}

describe("exhaustMap", () => {
  it("ignores what comes while a source runs, counts it and tells of it", () => {
    const dropped: unknown[] = [];
    const { outer, inner, subscriber, counters } = exhausting({
      onDrop: (item, reason) => void dropped.push([item, reason]),
    });
    subscriber.request(9);
    outer.next(0, 1, 2);
    inner(0).next("a");
    inner(0).complete();
    outer.next(3);
    inner(3).next("b");
    expect([subscriber.items, inner(1).subscribers]).toEqual([["a", "b"], 0]);
    expect(dropped).toEqual([
      [1, "ignored"],
      [2, "ignored"],
    ]);
    expect([counters.offered, counters.delivered, counters.droppedBy.ignored, counters.held]).toEqual([
      4, 2, 2, 0,
    ]);
  });

  it("§1.1 asks all of upstream, and the source that runs for what is outstanding", () => {
    const { outer, inner, subscriber } = exhausting();
    expect(outer.requested).toBe(Number.POSITIVE_INFINITY);
    subscriber.request(3);
    outer.next(0);
    inner(0).next("a");
    inner(0).complete();
    subscriber.request(2);
    outer.next(1);
    expect(inner(1).requested).toBe(4);
  });

  it("completes when upstream and the source that runs have", () => {
    const { outer, inner, subscriber } = exhausting();
    outer.next(0);
    outer.complete();
    expect(subscriber.ended).toBe(false);
    inner(0).complete();
    expect(subscriber.completed).toBe(true);
  });

  it("ends at the first error of upstream, a source, the function or onDrop, and cancels the others", () => {
    const byInner = exhausting();
    byInner.outer.next(0);
    byInner.inner(0).error("inner");
    expect([byInner.subscriber.error, byInner.outer.cancels]).toEqual(["inner", 1]);
    const byOuter = exhausting();
    byOuter.outer.next(0);
    byOuter.outer.error("outer");
    expect([byOuter.subscriber.error, byOuter.inner(0).cancels]).toEqual(["outer", 1]);
    const byDrop = exhausting({ onDrop: () => throwing("onDrop") });
    byDrop.outer.next(0, 1);
    expect([String(byDrop.subscriber.error), byDrop.inner(0).cancels, byDrop.outer.cancels]).toEqual([
      "Error: onDrop",
      1,
      1,
    ]);
    for (const make of [() => throwing("make"), () => 5 as never, () => fail<number>("source")]) {
      const counters = new OverflowCounters();
      const outer = new TestPublisher<number>();
      const subscriber = new ManualSubscriber<number>();
      fromPublisher(outer).pipe(exhaustMap<number, number>(make, { counters })).subscribe(subscriber);
      outer.next(1);
      expect([subscriber.failed, outer.cancels, counters.offered]).toEqual([true, 1, counters.delivered]);
    }
  });

  it("§3.12 cancels the source that runs and upstream, once", () => {
    const { outer, inner, subscriber } = exhausting();
    outer.next(0);
    subscriber.cancel();
    subscriber.cancel();
    expect([outer.cancels, inner(0).cancels]).toEqual([1, 1]);
  });

  it("§3.5 subscribes to nothing when the function cancels, and sends nothing when onDrop does", () => {
    const source = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    const outer = new TestPublisher<number>();
    fromPublisher(outer)
      .pipe(
        exhaustMap(() => {
          subscriber.cancel();
          return source;
        }),
      )
      .subscribe(subscriber);
    outer.next(1);
    expect([source.subscribers, outer.cancels]).toEqual([0, 1]);
    const dropping = exhausting({ onDrop: () => dropping.subscriber.cancel() });
    dropping.outer.next(0, 1);
    expect([dropping.inner(0).cancels, dropping.outer.cancels]).toEqual([1, 1]);
  });

  it("§3.3 does not grow the stack over a hundred thousand sources, empty or not", () => {
    for (const make of [() => empty<number>(), () => of(1), () => []]) {
      const subscriber = new ManualSubscriber<number>({ onNext: (_, self) => self.request(1) });
      range(0, 100_000)
        .pipe(exhaustMap(make as () => FlowInput<number>))
        .subscribe(subscriber);
      subscriber.request(1);
      expect([subscriber.completed, subscriber.depth <= 1]).toEqual([true, true]);
    }
  });

  it("throws a TypeError at the call for what is no function or no counters", () => {
    expect(() => exhaustMap(of(1) as never)).toThrow(TypeError);
    expect(() => exhaustMap(() => [], { onDrop: 5 as never })).toThrow(TypeError);
    expect(() => exhaustMap(() => [], { counters: {} as never })).toThrow(TypeError);
  });
});

function throwing(message: string): never {
  throw new Error(message);
}
