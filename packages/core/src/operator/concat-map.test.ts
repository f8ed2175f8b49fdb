import { ManualSubscriber, settled, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { flowFrom } from "../flow/connected-flow.js";
import { onDroppedError } from "../kit/dropped.js";
import { create, type Emitter } from "../source/create.js";
import { empty } from "../source/empty.js";
import { fail } from "../source/fail.js";
import type { FlowInput } from "../source/from.js";
import { fromPublisher } from "../source/from-publisher.js";
import { never } from "../source/never.js";
import { of } from "../source/of.js";
import { range } from "../source/range.js";
import { concatMap } from "./concat-map.js";

/** A foreign publisher that answers each request on its stack, and completes with its last item. */
function onStack(count: number): TestPublisher<number> {
  return new TestPublisher<number>({
    onRequest: (n, self) => {
      for (let k = 0; k < n && self.emitted < count; k++) self.next(self.emitted);
      if (self.emitted === count && !self.cancelled) self.complete();
    },
  });
}

/** What has items `0 .. count - 1`, by every kind of input. */
const inputs: Record<string, (count: number) => FlowInput<number>> = {
  array: (count) => Array.from({ length: count }, (_, n) => n),
  range: (count) => range(0, count),
  "empty or set": (count) => (count === 0 ? empty() : new Set(Array.from({ length: count }, (_, n) => n))),
  "foreign publisher": onStack,
  "async generator": async function* (count) {
    for (let n = 0; n < count; n++) yield n;
  },
  create: (count) =>
    create<number>(
      (emitter) => {
        for (let n = 0; n < count; n++) emitter.next(n);
        emitter.complete();
      },
      { capacity: 8, overflow: "error" },
    ),
};

describe("concatMap", () => {
  it("sends the items of one source after the other, for every kind of source in each place", async () => {
    const kinds = Object.values(inputs);
    for (const first of kinds) {
      for (const second of kinds) {
        const flow = of(2, 0, 1, 0, 0, 3).pipe(
          concatMap((count) => (count % 2 === 0 ? first(count) : second(count))),
        );
        expect(await flow.toArray()).toEqual([0, 1, 0, 0, 1, 2]);
      }
    }
  });

  it("§1.1 sends as many as requested across sources that end on the stack on which they were made", () => {
    for (const [name, make] of Object.entries(inputs)) {
      if (name === "async generator") continue;
      for (const step of [1, 2, 5]) {
        const subscriber = new ManualSubscriber<number>();
        range(0, 8)
          .pipe(concatMap((n) => make(n % 3)))
          .subscribe(subscriber);
        for (let asked = 0; asked < 16 && !subscriber.ended; asked += step) subscriber.request(step);
        if (!subscriber.ended) subscriber.request(1); // an iterator learns of its end by a request
        expect([name, subscriber.items.length, subscriber.surplus]).toEqual([name, 7, 0]);
        expect([subscriber.completed, subscriber.depth]).toEqual([true, 1]);
      }
    }
  });

  it("makes the next source only when the one before has ended", async () => {
    const made: number[] = [];
    const inner = [new TestPublisher<string>(), new TestPublisher<string>()];
    const subscriber = new ManualSubscriber<string>();
    range(0, 2)
      .pipe(
        concatMap((n) => {
          made.push(n);
          return inner[n] as TestPublisher<string>;
        }),
      )
      .subscribe(subscriber);
    subscriber.request(3);
    expect(made).toEqual([0]);
    inner[0]?.next("a");
    inner[0]?.complete();
    expect([made, inner[1]?.requested]).toEqual([[0, 1], 2]);
    inner[1]?.complete();
    expect([subscriber.items, subscriber.completed]).toEqual([["a"], true]);
  });

  it("§3.3 does not grow the stack over a hundred thousand sources, empty or not, on any upstream", () => {
    for (const make of [() => empty(), () => of(1), () => onStack(1), () => []]) {
      for (const upstream of [range(0, 100_000), fromPublisher(onStack(20_000))]) {
        const subscriber = new ManualSubscriber<number>({ onNext: (_, self) => self.request(1) });
        upstream.pipe(concatMap(make as () => FlowInput<number>)).subscribe(subscriber);
        subscriber.request(1);
        expect([subscriber.completed, subscriber.depth]).toEqual([true, 1]);
      }
    }
  });

  it("cancels the source that runs, then upstream", () => {
    const log: string[] = [];
    const upstream = new TestPublisher<number>({ onCancel: () => log.push("upstream") });
    const inner = new TestPublisher<number>({ onCancel: () => log.push("inner") });
    const subscriber = new ManualSubscriber<number>();
    fromPublisher(upstream)
      .pipe(concatMap(() => inner))
      .subscribe(subscriber);
    upstream.next(1);
    subscriber.cancel();
    expect(log).toEqual(["inner", "upstream"]);
  });

  it("cancels a source that gives its subscription only after the cancel", () => {
    const inner = new TestPublisher<number>({ startsAtOnce: false });
    const subscriber = new ManualSubscriber<number>();
    of(1)
      .pipe(concatMap(() => inner))
      .subscribe(subscriber);
    subscriber.request(1);
    subscriber.cancel();
    inner.start();
    expect([inner.cancels, inner.requested]).toEqual([1, 0]);
  });

  it("ends at the first error of a source, of upstream or of the function, and cancels the others", () => {
    const byInner = new TestPublisher<number>();
    const first = new ManualSubscriber<number>();
    fromPublisher(byInner)
      .pipe(concatMap(() => fail<number>(new Error("inner"))))
      .subscribe(first);
    byInner.next(1);
    expect([String(first.error), byInner.cancels]).toEqual(["Error: inner", 1]);

    const upstream = new TestPublisher<number>();
    const inner = new TestPublisher<number>();
    const second = new ManualSubscriber<number>();
    fromPublisher(upstream)
      .pipe(concatMap(() => inner))
      .subscribe(second);
    upstream.next(1);
    upstream.error(new Error("upstream"));
    expect([String(second.error), inner.cancels, upstream.cancels]).toEqual(["Error: upstream", 1, 0]);

    for (const make of [
      () => {
        throw new Error("make");
      },
      () => 5 as unknown as FlowInput<number>,
    ]) {
      const source = new TestPublisher<number>();
      const third = new ManualSubscriber<number>();
      fromPublisher(source).pipe(concatMap<number, number>(make)).subscribe(third);
      source.next(1);
      expect([third.failed, source.cancels]).toEqual([true, 1]);
    }
  });

  it("completes when upstream ends while a source runs, after that", () => {
    const inner = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    of(1)
      .pipe(concatMap(() => inner))
      .subscribe(subscriber);
    subscriber.request(2);
    expect(subscriber.completed).toBe(false);
    inner.next(7);
    inner.complete();
    expect([subscriber.items, subscriber.completed]).toEqual([[7], true]);
  });

  it("§3.5 subscribes to nothing when the function cancels", () => {
    const inner = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    range(1, 3)
      .pipe(
        concatMap(() => {
          subscriber.cancel();
          return inner;
        }),
      )
      .subscribe(subscriber);
    subscriber.request(1);
    expect([inner.subscribers, subscriber.ended]).toEqual([0, false]);
  });

  it("§1.3 stays serial when a source's callback makes upstream send", async () => {
    let outer: Emitter<number> | undefined;
    const subscriber = new ManualSubscriber<number>({
      onNext: (n) => {
        if (n < 30) outer?.next(n / 10 + 1);
        else outer?.complete();
      },
    });
    create<number>(
      (emitter) => {
        outer = emitter;
        emitter.next(1);
      },
      { capacity: 4, overflow: "error" },
    )
      .pipe(concatMap((n) => Promise.resolve(n * 10)))
      .subscribe(subscriber);
    subscriber.request(9);
    await settled();
    expect([subscriber.items, subscriber.completed, subscriber.depth]).toEqual([[10, 20, 30], true, 1]);
  });

  it("reports the late error of a source that was cancelled", async () => {
    const dropped: unknown[] = [];
    const restore = onDroppedError((error) => dropped.push(error));
    const subscriber = new ManualSubscriber<number>();
    of(1)
      .pipe(concatMap(() => Promise.reject(new Error("late"))))
      .subscribe(subscriber);
    subscriber.cancel();
    await settled();
    restore();
    expect(dropped.map(String)).toEqual(["Error: late"]);
  });

  it("§3.12 does not cancel an upstream that has completed", () => {
    let cancels = 0;
    const upstream = flowFrom<number>((downstream) => {
      const cancel = (): void => void cancels++;
      const request = (): void => {
        downstream.next(1);
        downstream.onComplete();
      };
      downstream.onSubscribe({ request, cancel });
    });
    const subscriber = new ManualSubscriber<never>();
    upstream.pipe(concatMap(() => never())).subscribe(subscriber);
    subscriber.cancel();
    expect(cancels).toBe(0);
  });

  it("throws a TypeError at the call for what is no function", () => {
    expect(() => concatMap(of(1) as never)).toThrow(TypeError);
  });
});
