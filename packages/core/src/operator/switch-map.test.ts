import { ManualSubscriber, settled, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { onDroppedError } from "../kit/dropped.js";
import { create, type Emitter } from "../source/create.js";
import { empty } from "../source/empty.js";
import { fail } from "../source/fail.js";
import type { FlowInput } from "../source/from.js";
import { fromPublisher } from "../source/from-publisher.js";
import { never } from "../source/never.js";
import { of } from "../source/of.js";
import { range } from "../source/range.js";
import { using } from "../source/using.js";
import { filter } from "./filter.js";
import { map } from "./map.js";
import { switchMap } from "./switch-map.js";

/** An outer stream and inner ones by number, all driven by hand. */
function switching(onNext: (item: string, self: ManualSubscriber<string>) => void = () => {}) {
  const outer = new TestPublisher<number>();
  const inners: TestPublisher<string>[] = [];
  const subscriber = new ManualSubscriber<string>({ onNext });
  const inner = (n: number): TestPublisher<string> => {
    inners[n] ??= new TestPublisher<string>();
    return inners[n];
  };
  fromPublisher(outer).pipe(switchMap(inner)).subscribe(subscriber);
  return { outer, inner, subscriber };
}

describe("switchMap", () => {
  it("sends the items of the newest source and cancels the one before", () => {
    const { outer, inner, subscriber } = switching();
    subscriber.request(9);
    outer.next(0);
    inner(0).next("a");
    outer.next(1);
    expect([inner(0).cancels, inner(1).requested]).toEqual([1, 8]);
    inner(0).next("late"); // §2.8: it may, for a moment
    inner(1).next("b");
    expect(subscriber.items).toEqual(["a", "b"]);
  });

  it("cancels the old source before the next one is made", () => {
    const log: string[] = [];
    const old = new TestPublisher<number>({ onCancel: () => log.push("cancel") });
    const outer = new TestPublisher<number>();
    fromPublisher(outer)
      .pipe(
        switchMap((n) => {
          log.push(`make ${n}`);
          return old;
        }),
      )
      .subscribe(new ManualSubscriber());
    outer.next(1);
    outer.next(2);
    expect(log).toEqual(["make 1", "cancel", "make 2"]);
  });

  it("§1.1 asks all of upstream, and the newest source for what is outstanding", () => {
    const { outer, inner, subscriber } = switching();
    expect(outer.requested).toBe(Number.POSITIVE_INFINITY);
    subscriber.request(3);
    outer.next(0);
    inner(0).next("a");
    inner(0).complete();
    subscriber.request(2);
    outer.next(1);
    expect(inner(1).requested).toBe(4);
    inner(1).next("b", "c", "d", "e");
    expect(subscriber.surplus).toBe(0);
  });

  it("§1.3 connects the next source only after the item being delivered, with demand counted once", () => {
    const { outer, inner, subscriber } = switching((item) => {
      if (item === "a") outer.next(1);
    });
    subscriber.request(3);
    outer.next(0);
    inner(0).next("a");
    expect([inner(0).cancels, inner(1).requested, subscriber.depth]).toEqual([1, 2, 1]);
    inner(1).next("b", "c");
    expect([subscriber.items, subscriber.surplus]).toEqual([["a", "b", "c"], 0]);
  });

  it("keeps the demand of an item that downstream dropped while it switched", () => {
    const outer = new TestPublisher<number>();
    const inners = [new TestPublisher<number>(), new TestPublisher<number>()];
    const subscriber = new ManualSubscriber<number>();
    fromPublisher(outer)
      .pipe(
        switchMap((n) => inners[n] as TestPublisher<number>),
        map((n) => {
          if (n === 1) outer.next(1);
          return n;
        }),
        filter((n) => n % 2 === 0),
      )
      .subscribe(subscriber);
    subscriber.request(2);
    outer.next(0);
    inners[0]?.next(1);
    expect(inners[1]?.requested).toBe(2);
  });

  it("keeps only the newest of several items that come during a delivery", () => {
    const { outer, inner, subscriber } = switching((item) => {
      if (item === "a") outer.next(1, 2, 3);
    });
    subscriber.request(5);
    outer.next(0);
    inner(0).next("a");
    expect([inner(1).subscribers, inner(2).subscribers, inner(3).subscribers]).toEqual([0, 0, 1]);
    outer.complete();
    inner(3).complete();
    expect(subscriber.completed).toBe(true);
  });

  it("runs the source of an item that comes during a delivery, although upstream completes in it as well", () => {
    const { outer, inner, subscriber } = switching((item) => {
      if (item !== "a") return;
      outer.next(1);
      outer.complete();
    });
    subscriber.request(5);
    outer.next(0);
    inner(0).next("a");
    expect(subscriber.ended).toBe(false);
    inner(1).next("b");
    inner(1).complete();
    expect([subscriber.items, subscriber.completed]).toEqual([["a", "b"], true]);
  });

  it("§1.3 stays serial when a synchronous source's items make upstream send", () => {
    let outer: Emitter<number> | undefined;
    const subscriber = new ManualSubscriber<number>({
      onNext: (n) => {
        if (n % 10 === 1 && n < 30) outer?.next(n - 1 + 10);
      },
    });
    create<number>(
      (emitter) => {
        outer = emitter;
        emitter.next(0);
      },
      { capacity: 4, overflow: "error" },
    )
      .pipe(switchMap((n) => range(n, 3)))
      .subscribe(subscriber);
    subscriber.request(99);
    expect([subscriber.depth, subscriber.surplus]).toEqual([1, 0]);
    expect(subscriber.items.at(-1)).toBe(32);
  });

  it("completes when upstream and the newest source have", () => {
    const { outer, inner, subscriber } = switching();
    outer.next(0);
    outer.complete();
    expect(subscriber.ended).toBe(false);
    inner(0).complete();
    expect(subscriber.completed).toBe(true);
    const other = switching();
    other.outer.next(0);
    other.inner(0).complete();
    expect(other.subscriber.ended).toBe(false);
    other.outer.complete();
    expect(other.subscriber.completed).toBe(true);
  });

  it("does not complete by the end of an old source, nor fail by its error", async () => {
    const dropped: string[] = [];
    const restore = onDroppedError((error) => dropped.push(String(error)));
    const outer = new TestPublisher<number>();
    const inners: FlowInput<number>[] = [Promise.reject(new Error("old")), [], never()];
    const subscriber = new ManualSubscriber<number>();
    fromPublisher(outer)
      .pipe(switchMap((n) => inners[n] as FlowInput<number>))
      .subscribe(subscriber);
    outer.next(0);
    outer.next(1);
    outer.next(2);
    outer.complete();
    await settled();
    restore();
    expect([subscriber.ended, dropped]).toEqual([false, ["Error: old"]]);
  });

  it("cancels a source that gives its subscription after the next one was made", () => {
    const late = new TestPublisher<number>({ startsAtOnce: false });
    const outer = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    const newest = new TestPublisher<number>();
    fromPublisher(outer)
      .pipe(switchMap((n) => (n === 0 ? late : newest)))
      .subscribe(subscriber);
    subscriber.request(2);
    outer.next(0);
    outer.next(1);
    late.start();
    expect([late.cancels, late.requested, newest.requested]).toEqual([1, 0, 2]);
  });

  it("ends at the first error of upstream, the newest source or the function, and cancels the others", () => {
    const byInner = switching();
    byInner.outer.next(0);
    byInner.inner(0).error("inner");
    expect([byInner.subscriber.error, byInner.outer.cancels]).toEqual(["inner", 1]);
    const byOuter = switching();
    byOuter.outer.next(0);
    byOuter.outer.error("outer");
    expect([byOuter.subscriber.error, byOuter.inner(0).cancels]).toEqual(["outer", 1]);
    for (const make of [() => throwing("make"), () => 5 as never, () => fail<number>("source")]) {
      const outer = new TestPublisher<number>();
      const subscriber = new ManualSubscriber<number>();
      fromPublisher(outer).pipe(switchMap<number, number>(make)).subscribe(subscriber);
      outer.next(1);
      expect([subscriber.failed, outer.cancels]).toEqual([true, 1]);
    }
  });

  it("§1.3 fails after the item being delivered when upstream fails within it", () => {
    const { outer, inner, subscriber } = switching((item) => {
      if (item === "a") outer.error("within");
    });
    subscriber.request(5);
    outer.next(0);
    inner(0).next("a");
    expect([subscriber.error, subscriber.depth, inner(0).cancels]).toEqual(["within", 1, 1]);
  });

  it("§3.12 cancels the source that runs and upstream, once, and one that waits not at all", () => {
    const { outer, inner, subscriber } = switching((item, self) => {
      if (item === "a") {
        outer.next(1);
        self.cancel();
      }
    });
    subscriber.request(5);
    outer.next(0);
    inner(0).next("a");
    subscriber.cancel();
    expect([outer.cancels, inner(0).cancels, inner(1).subscribers]).toEqual([1, 1, 0]);
    const { outer: other, inner: running, subscriber: second } = switching();
    other.next(0);
    second.cancel();
    second.cancel();
    expect([other.cancels, running(0).cancels]).toEqual([1, 1]);
  });

  it("§3.5 subscribes to nothing when the function cancels", () => {
    const source = new TestPublisher<number>();
    const outer = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    fromPublisher(outer)
      .pipe(
        switchMap(() => {
          subscriber.cancel();
          return source;
        }),
      )
      .subscribe(subscriber);
    outer.next(1);
    expect([source.subscribers, outer.cancels]).toEqual([0, 1]);
  });

  it("§3.3 does not grow the stack over a hundred thousand sources, empty or not", () => {
    for (const make of [() => empty<number>(), () => of(1), () => []]) {
      const subscriber = new ManualSubscriber<number>({ onNext: (_, self) => self.request(1) });
      range(0, 100_000)
        .pipe(switchMap(make as () => FlowInput<number>))
        .subscribe(subscriber);
      subscriber.request(1);
      expect([subscriber.completed, subscriber.depth <= 1]).toEqual([true, true]);
    }
  });

  it("§1.3 stays serial when the end of a pipeline makes upstream send", async () => {
    const outer = new TestPublisher<number>();
    const later = using(
      async () => 0,
      () => range(0, 4),
      () => {},
    );
    let running = 0;
    const sum = fromPublisher(outer)
      .pipe(switchMap((n) => (n === 0 ? later : range(10, 2))))
      .reduce((total, n) => {
        expect(running++).toBe(0);
        if (n === 1) outer.next(1);
        running--;
        return total + n;
      }, 0);
    outer.next(0);
    await settled();
    outer.complete();
    expect(await sum).toBe(0 + 1 + 10 + 11);
  });

  it("throws a TypeError at the call for what is no function", () => {
    expect(() => switchMap(of(1) as never)).toThrow(TypeError);
  });
});

function throwing(message: string): never {
  throw new Error(message);
}
