import { captureReported, ManualSubscriber } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { fromIterable } from "../source/from-iterable.js";
import { map } from "../operator/map.js";
import { tap } from "../operator/tap.js";
import { take } from "../operator/take.js";
import { onDroppedError } from "./dropped.js";

/** An iterable that writes down what is asked of it. */
function watched(log: string[], count: number): Iterable<number> {
  return {
    [Symbol.iterator]: () => {
      let n = 0;
      return {
        next: () => {
          log.push("next");
          return n < count ? { done: false, value: n++ } : { done: true, value: undefined };
        },
        return: () => {
          log.push("return");
          return { done: true, value: undefined };
        },
      };
    },
  };
}

describe("IteratorSubscription", () => {
  it("§1.1 takes an item from the iterator only when it was requested", () => {
    const log: string[] = [];
    const subscriber = new ManualSubscriber<number>();
    fromIterable(watched(log, 5)).subscribe(subscriber);
    expect(log).toEqual([]);
    subscriber.request(2);
    expect(log).toEqual(["next", "next"]);
  });

  it("closes the iterator on cancel, once, and does not after its end", () => {
    const log: string[] = [];
    const subscriber = new ManualSubscriber<number>();
    fromIterable(watched(log, 5)).subscribe(subscriber);
    subscriber.request(1);
    subscriber.cancel();
    subscriber.cancel();
    expect(log).toEqual(["next", "return"]);

    const log2: string[] = [];
    const ended = new ManualSubscriber<number>();
    fromIterable(watched(log2, 0)).subscribe(ended);
    ended.request(1);
    ended.cancel();
    expect(log2).toEqual(["next"]);
  });

  it("closes the iterator when a stage of the run ends or fails the stream", () => {
    const log: string[] = [];
    const taken = new ManualSubscriber<number>();
    fromIterable(watched(log, 5)).pipe(take(1)).subscribe(taken);
    taken.request(9);
    expect([taken.completed, log]).toEqual([true, ["next", "return"]]);

    const log2: string[] = [];
    const failed = new ManualSubscriber<number>();
    fromIterable(watched(log2, 5))
      .pipe(
        map(() => {
          throw new Error("stage");
        }),
      )
      .subscribe(failed as ManualSubscriber<unknown>);
    failed.request(9);
    expect([String(failed.error), log2]).toEqual(["Error: stage", ["next", "return"]]);
  });

  it("§3.5 calls no stage when the iterator's own code cancels", () => {
    const seen: number[] = [];
    const subscriber = new ManualSubscriber<number>();
    function* cancelling(): Generator<number> {
      yield 1;
      subscriber.cancel();
      yield 2;
    }
    fromIterable(cancelling())
      .pipe(tap((n) => void seen.push(n)))
      .subscribe(subscriber);
    subscriber.request(9);
    expect(seen).toEqual([1]);
    expect(subscriber.items).toEqual([1]);
  });

  it("runs a generator's finally when the generator's own code cancels", () => {
    let released = false;
    const subscriber = new ManualSubscriber<number>();
    function* cancelling(): Generator<number> {
      try {
        subscriber.cancel();
        yield 1;
      } finally {
        released = true;
      }
    }
    fromIterable(cancelling()).subscribe(subscriber);
    subscriber.request(1);
    expect([released, subscriber.items]).toEqual([true, []]);
  });

  it("fails on an iterator that answers with no result object, or whose result throws", () => {
    const answers: unknown[] = [
      null,
      undefined,
      {
        get done(): boolean {
          throw new Error("done throws");
        },
      },
      {
        done: false,
        get value(): number {
          throw new Error("value throws");
        },
      },
    ];
    for (const answer of answers) {
      const subscriber = new ManualSubscriber<number>();
      const next = () => answer as IteratorResult<number>;
      fromIterable({ [Symbol.iterator]: () => ({ next }) }).subscribe(subscriber);
      subscriber.request(1);
      subscriber.request(1);
      expect(subscriber.failed).toBe(true);
    }
  });

  it("turns what [Symbol.iterator] and next throw into an error, and does not close an iterator that threw", () => {
    const unopened = new ManualSubscriber<number>();
    fromIterable<number>({
      [Symbol.iterator]: () => {
        throw new Error("cannot open");
      },
    }).subscribe(unopened);
    expect(unopened.signals.map((signal) => signal.kind)).toEqual(["onSubscribe", "onError"]);

    let closed = false;
    const broken = new ManualSubscriber<number>();
    fromIterable<number>({
      [Symbol.iterator]: () => ({
        next: () => {
          throw undefined;
        },
        return: () => {
          closed = true;
          return { done: true, value: undefined };
        },
      }),
    }).subscribe(broken);
    broken.request(1);
    expect(String(broken.error)).toBe("Error: the iterable threw undefined, which is no Error");
    expect(closed).toBe(false);
  });

  it("reports what return throws", async () => {
    const subscriber = new ManualSubscriber<number>();
    const reported = await captureReported(() => {
      fromIterable<number>({
        [Symbol.iterator]: () => ({
          next: () => ({ done: false, value: 1 }),
          return: () => {
            throw new Error("cannot close");
          },
        }),
      }).subscribe(subscriber);
      subscriber.request(1);
      subscriber.cancel();
    });
    expect(reported.map(String)).toEqual(["Error: cannot close"]);
  });

  it("reports what the iterator throws after its own code has cancelled", () => {
    const dropped: unknown[] = [];
    const restore = onDroppedError((error) => dropped.push(error));
    const subscriber = new ManualSubscriber<number>();
    function* cancelling(): Generator<number> {
      yield 1;
      subscriber.cancel();
      throw new Error("too late");
    }
    fromIterable(cancelling()).subscribe(subscriber);
    subscriber.request(2);
    restore();
    expect(dropped.map(String)).toEqual(["Error: too late"]);
    expect(subscriber.failed).toBe(false);
  });

  it("§3.3 serves a request made by the iterator's own code without a second call of next", () => {
    const subscriber = new ManualSubscriber<number>();
    function* asking(): Generator<number> {
      subscriber.request(1);
      yield 1;
      yield 2;
      yield 3;
    }
    fromIterable(asking()).subscribe(subscriber);
    subscriber.request(1);
    expect(subscriber.items).toEqual([1, 2]);
  });
});
