import { ManualSubscriber, settled, TestPublisher, until } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import type { Flow } from "../flow/flow.js";
import { droppedItemCount, onDroppedError } from "../kit/dropped.js";
import { create, type Emitter } from "../source/create.js";
import { empty } from "../source/empty.js";
import { fail } from "../source/fail.js";
import type { FlowInput } from "../source/from.js";
import { fromPublisher } from "../source/from-publisher.js";
import { never } from "../source/never.js";
import { of } from "../source/of.js";
import { range } from "../source/range.js";
import { filter } from "./filter.js";
import { mergeMap } from "./merge-map.js";
import { prefetch } from "./prefetch.js";
import { take } from "./take.js";

/** A foreign publisher that answers each request on its stack, and completes with its last item. */
function onStack(count: number): TestPublisher<number> {
  return new TestPublisher<number>({
    onRequest: (n, self) => {
      for (let k = 0; k < n && self.emitted < count && !self.cancelled; k++) self.next(self.emitted);
      if (self.emitted === count && !self.cancelled) self.complete();
    },
  });
}

/** Two sources driven by hand, merged. */
function pair(options?: Parameters<typeof mergeMap>[1], hooks?: (n: string) => void) {
  const sources = [new TestPublisher<string>(), new TestPublisher<string>()] as const;
  const upstream = new TestPublisher<number>();
  const subscriber = new ManualSubscriber<string>({ onNext: (item) => hooks?.(item) });
  fromPublisher(upstream)
    .pipe(mergeMap((n) => sources[n] as TestPublisher<string>, options))
    .subscribe(subscriber);
  upstream.next(0);
  upstream.next(1);
  return { a: sources[0], b: sources[1], upstream, subscriber };
}

describe("mergeMap", () => {
  it("sends the items of several sources as they come", () => {
    const { a, b, upstream, subscriber } = pair();
    subscriber.request(9);
    a.next("a1");
    b.next("b1");
    a.next("a2");
    a.complete();
    b.next("b2");
    upstream.complete();
    expect(subscriber.completed).toBe(false);
    b.complete();
    expect([subscriber.items, subscriber.completed]).toEqual([["a1", "b1", "a2", "b2"], true]);
  });

  it("asks upstream for `concurrency`, then for 1 as each source ends", () => {
    const upstream = new TestPublisher<number>();
    const inner = [0, 1, 2, 3].map(() => new TestPublisher<number>());
    fromPublisher(upstream)
      .pipe(mergeMap((n) => inner[n] as TestPublisher<number>, { concurrency: 2 }))
      .subscribe(new ManualSubscriber<number>());
    expect(upstream.requested).toBe(2);
    upstream.next(0);
    upstream.next(1);
    expect(upstream.requested).toBe(2);
    inner[1]?.complete();
    expect(upstream.requested).toBe(3);
    upstream.next(2);
    inner[0]?.complete();
    inner[2]?.complete();
    expect(upstream.calls.map((call) => call.n)).toEqual([2, 1, 1, 1]);
  });

  it("asks each source for `prefetch`, then for what was sent on when that is three quarters", () => {
    const { a, subscriber } = pair({ prefetch: 4 });
    expect(a.calls.map((call) => call.n)).toEqual([4]);
    for (const item of ["1", "2", "3", "4"]) a.next(item);
    expect([a.requested, subscriber.items.length]).toEqual([4, 0]);
    subscriber.request(2);
    expect(a.requested).toBe(4);
    subscriber.request(1);
    expect([a.requested, subscriber.items]).toEqual([7, ["1", "2", "3"]]);
    subscriber.request(5);
    for (const item of ["5", "6"]) a.next(item);
    expect(a.calls.map((call) => call.n)).toEqual([4, 3, 3]);
  });

  it("keeps the place of a source that has ended until its items are sent", () => {
    const { a, b, upstream, subscriber } = pair({ concurrency: 2 });
    a.next("1");
    a.complete();
    b.complete();
    expect(upstream.requested).toBe(3);
    subscriber.request(1);
    expect(upstream.requested).toBe(4);
    upstream.complete();
    expect([subscriber.items, subscriber.completed]).toEqual([["1"], true]);
  });

  it("lets sources that have items waiting take turns, one item each", () => {
    const subscriber = new ManualSubscriber<number>();
    of(0, 10, 20)
      .pipe(mergeMap((n) => range(n, n === 10 ? 2 : 4)))
      .subscribe(subscriber);
    for (let n = 0; n < 4; n++) subscriber.request(1);
    expect(subscriber.items).toEqual([0, 10, 20, 1]);
    subscriber.request(9);
    expect(subscriber.items).toEqual([0, 10, 20, 1, 11, 21, 2, 22, 3, 23]);
    expect(subscriber.completed).toBe(true);
  });

  it("lets a synchronous source give way after `prefetch` items, also when all is requested", async () => {
    const items = await of(0, 100)
      .pipe(mergeMap((n) => range(n, 6), { prefetch: 2 }))
      .toArray();
    expect(items).toEqual([0, 1, 100, 101, 2, 3, 102, 103, 4, 5, 104, 105]);
    const endless = [1, 2].map((n) => range(0, 1e9).pipe(filter((k) => k % 2 === n - 1)));
    const seen = await of(0, 1)
      .pipe(
        mergeMap((n) => endless[n] as FlowInput<number>),
        filter((k) => k % 2 === 1),
        take(3),
      )
      .toArray();
    expect(seen).toEqual([1, 3, 5]);
  });

  it("§1.1 sends as many as requested, of sources of every kind", async () => {
    const kinds: ((count: number) => FlowInput<number>)[] = [
      (count) => range(0, count),
      (count) => Array.from({ length: count }, (_, n) => n),
      (count) => new Set(Array.from({ length: count }, (_, n) => n)),
      onStack,
      async function* (count) {
        for (let n = 0; n < count; n++) yield n;
      },
      (count) => range(0, count).pipe(prefetch(2)),
    ];
    for (const step of [1, 3, Number.POSITIVE_INFINITY]) {
      const subscriber = new ManualSubscriber<number>();
      range(0, 60)
        .pipe(
          mergeMap((n) => (kinds[n % kinds.length] as (count: number) => FlowInput<number>)((n % 7) + 1), {
            prefetch: 3,
          }),
        )
        .subscribe(subscriber);
      for (let turn = 0; turn < 500 && !subscriber.ended; turn++) {
        subscriber.request(step);
        await Promise.resolve();
      }
      await until(() => subscriber.ended, "the end");
      const total = Array.from({ length: 60 }, (_, n) => (n % 7) + 1).reduce((sum, n) => sum + n);
      expect([subscriber.items.length, subscriber.surplus, subscriber.depth]).toEqual([total, 0, 1]);
    }
  });

  it("§3.3 does not grow the stack over a million sources that end at once", async () => {
    const sources: [make: () => FlowInput<number>, items: number][] = [
      [() => of(1), 1_000_000],
      [() => empty(), 0],
    ];
    for (const [make, items] of sources) {
      const count = await range(0, 1_000_000)
        .pipe(mergeMap(make))
        .reduce((sum) => sum + 1, 0);
      expect(count).toBe(items);
    }
    const subscriber = new ManualSubscriber<number>({ onNext: (_, self) => self.request(1) });
    fromPublisher(onStack(20_000))
      .pipe(mergeMap(() => onStack(1), { concurrency: 1 }))
      .subscribe(subscriber);
    subscriber.request(1);
    expect([subscriber.items.length, subscriber.completed, subscriber.depth]).toEqual([20_000, true, 1]);
  });

  it("§1.3 holds what one source sends inside the onNext of another's item", () => {
    const { a, b, upstream, subscriber } = pair({}, (item) => {
      if (item !== "a1") return;
      b.next("b1");
      b.next("b2");
      b.complete();
    });
    upstream.complete();
    subscriber.request(Number.POSITIVE_INFINITY);
    a.next("a1");
    a.complete();
    expect([subscriber.items, subscriber.completed, subscriber.depth]).toEqual([["a1", "b1", "b2"], true, 1]);
  });

  it("§1.3 holds what a source sends inside the onNext of its item that had to wait", () => {
    const { a, subscriber } = pair({}, (item) => {
      if (item === "a1") a.next("a2");
    });
    a.next("a1");
    subscriber.request(1);
    expect(subscriber.items).toEqual(["a1"]);
    subscriber.request(5);
    a.next("a3");
    expect(subscriber.items).toEqual(["a1", "a2", "a3"]);
  });

  it("§1.3 holds what arrives while a slice of another source is under way", async () => {
    let emitter: Emitter<number> | undefined;
    const hot = create<number>(
      (given) => {
        emitter = given;
      },
      { capacity: 8, overflow: "error" },
    );
    const seen: number[] = [];
    const sum = await of(0, 1)
      .pipe(mergeMap<number, number>((n) => (n === 0 ? hot : range(0, 5)), { prefetch: 4 }))
      .reduce((total, n) => {
        seen.push(n);
        if (n === 1) {
          emitter?.next(100);
          emitter?.complete();
        }
        return total + n;
      }, 0);
    expect([sum, [...seen].sort((x, y) => x - y)]).toEqual([110, [0, 1, 2, 3, 4, 100]]);
  });

  it("never holds more than `prefetch` of a source, also when all is requested", () => {
    const { a, b, subscriber } = pair({ prefetch: 2 }, (item) => {
      if (item !== "a1") return;
      while (b.demand > 0) b.next("b");
    });
    subscriber.request(Number.POSITIVE_INFINITY);
    a.next("a1");
    expect([subscriber.items, b.demand]).toEqual([["a1", "b", "b"], 2]);
  });

  it("ends at the first error, at once: drops what waits, cancels the other sources and upstream", () => {
    const { a, b, upstream, subscriber } = pair();
    b.next("waits");
    a.error(new Error("inner"));
    expect([String(subscriber.error), subscriber.items]).toEqual(["Error: inner", []]);
    expect([a.cancels, b.cancels, upstream.cancels]).toEqual([0, 1, 1]);

    const second = pair();
    second.upstream.error(new Error("upstream"));
    expect(String(second.subscriber.error)).toBe("Error: upstream");
    expect([second.a.cancels, second.b.cancels, second.upstream.cancels]).toEqual([1, 1, 0]);

    const third = pair();
    third.upstream.complete();
    third.a.error(new Error("inner"));
    expect([third.b.cancels, third.upstream.cancels]).toEqual([1, 0]);
  });

  it("passes on what the function throws, and what it returns that is no source", () => {
    for (const [make, message] of [
      [
        () => {
          throw "oops";
        },
        'Error: mergeMap threw "oops", which is no Error',
      ],
      [() => 5 as never, "TypeError: Cannot make a flow of 5"],
    ] as const) {
      const upstream = new TestPublisher<number>();
      const subscriber = new ManualSubscriber<number>();
      fromPublisher(upstream).pipe(mergeMap<number, number>(make)).subscribe(subscriber);
      upstream.next(1);
      expect(String(subscriber.error)).toContain(message);
      expect(upstream.cancels).toBe(1);
    }
  });

  it("passes on what a reduce threw inside a slice, and cancels the other sources", async () => {
    const other = new TestPublisher<number>();
    const sum = of(0, 1)
      .pipe(mergeMap<number, number>((n) => (n === 0 ? other : range(0, 9))))
      .reduce((total, n) => {
        if (n === 3) throw "three";
        return total + n;
      }, 0);
    await expect(sum).rejects.toThrow('reduce threw "three", which is no Error');
    expect(other.cancels).toBe(1);
  });

  it("§3.5 cancels all sources, then upstream; nothing comes after", () => {
    const { a, b, upstream, subscriber } = pair({}, (item) => {
      if (item === "a1") subscriber.cancel();
    });
    subscriber.request(5);
    b.next("b1");
    a.next("a1");
    expect([a.cancels, b.cancels, upstream.cancels]).toEqual([1, 1, 1]);
    expect(subscriber.items).toEqual(["b1", "a1"]);
    subscriber.request(1);
    subscriber.cancel();
    expect([a.cancels, upstream.cancels]).toEqual([1, 1]);
  });

  it("§2.8 drops what a source sends while it is being cancelled", () => {
    const before = droppedItemCount();
    const rude = new TestPublisher<number>({ onCancel: (self) => self.next(2) });
    const first = create<number>(() => () => rude.next(1), { capacity: 1, overflow: "error" });
    const subscriber = new ManualSubscriber<number>();
    of<FlowInput<number>>(first, rude)
      .pipe(mergeMap((source) => source))
      .subscribe(subscriber);
    subscriber.request(5);
    subscriber.cancel();
    expect([subscriber.items, droppedItemCount() - before]).toEqual([[], 2]);
  });

  it("subscribes to nothing when the function cancels", () => {
    const inner = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    const upstream = new TestPublisher<number>();
    fromPublisher(upstream)
      .pipe(
        mergeMap(() => {
          subscriber.cancel();
          return inner;
        }),
      )
      .subscribe(subscriber);
    upstream.next(1);
    expect([inner.subscribers, upstream.cancels, subscriber.ended]).toEqual([0, 1, false]);
  });

  it("cancels a source that gives its subscription only after the cancel", () => {
    const inner = new TestPublisher<number>({ startsAtOnce: false });
    const subscriber = new ManualSubscriber<number>();
    of(1)
      .pipe(mergeMap(() => inner))
      .subscribe(subscriber);
    subscriber.cancel();
    inner.start();
    expect([inner.cancels, inner.requested]).toEqual([1, 0]);
  });

  it("reports the late error of a source that was cancelled", async () => {
    const dropped: unknown[] = [];
    const restore = onDroppedError((error) => dropped.push(error));
    const subscriber = new ManualSubscriber<number>();
    of(1)
      .pipe(mergeMap(() => Promise.reject(new Error("late"))))
      .subscribe(subscriber);
    subscriber.cancel();
    await settled();
    restore();
    expect(dropped.map(String)).toEqual(["Error: late"]);
  });

  it("completes at once over an empty upstream, and fails at once over a failed one", () => {
    const first = new ManualSubscriber<number>();
    empty()
      .pipe(mergeMap(never<number>))
      .subscribe(first);
    const second = new ManualSubscriber<number>();
    fail(new Error("upstream"))
      .pipe(mergeMap(never<number>))
      .subscribe(second);
    expect([first.completed, String(second.error)]).toEqual([true, "Error: upstream"]);
  });

  it("passes null and undefined, waiting or not", async () => {
    const subscriber = new ManualSubscriber<unknown>();
    of([undefined, null], [undefined])
      .pipe(mergeMap((items) => items))
      .subscribe(subscriber);
    subscriber.request(2);
    subscriber.request(2);
    expect([subscriber.items, subscriber.completed]).toEqual([[undefined, undefined, null], true]);
  });

  it("keeps to its concurrency when more is requested inside the function", () => {
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<never>();
    fromPublisher(upstream)
      .pipe(
        mergeMap(
          (): Flow<never> => {
            subscriber.request(1);
            return never();
          },
          { concurrency: 2 },
        ),
      )
      .subscribe(subscriber);
    upstream.next(1, 2);
    expect(upstream.requested).toBe(2);
  });

  it("throws at the call for what is no function, and for settings that are no integers >= 1", () => {
    expect(() => mergeMap(of(1) as never)).toThrow(TypeError);
    for (const wrong of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "2" as never]) {
      expect(() => mergeMap(() => of(1), { concurrency: wrong })).toThrow(RangeError);
      expect(() => mergeMap(() => of(1), { prefetch: wrong })).toThrow(RangeError);
    }
  });
});
