import { ManualSubscriber, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { onDroppedError } from "../kit/dropped.js";
import { fail } from "../source/fail.js";
import type { FlowInput } from "../source/from.js";
import { fromPublisher } from "../source/from-publisher.js";
import { of } from "../source/of.js";
import { range } from "../source/range.js";
import { catchError } from "./catch-error.js";
import { filter } from "./filter.js";
import { merge } from "./merge.js";

function recovering(make: (error: unknown) => FlowInput<number>) {
  const upstream = new TestPublisher<number>();
  const subscriber = new ManualSubscriber<number>();
  fromPublisher(upstream).pipe(catchError(make)).subscribe(subscriber);
  return { upstream, subscriber };
}

describe("catchError", () => {
  it("goes on with the source made of the error", () => {
    const errors: unknown[] = [];
    const { upstream, subscriber } = recovering((error) => {
      errors.push(error);
      return [8, 9];
    });
    subscriber.request(9);
    upstream.next(1, 2);
    upstream.error("broken");
    expect([subscriber.items, subscriber.completed, errors]).toEqual([[1, 2, 8, 9], true, ["broken"]]);
    expect(upstream.cancels).toBe(0);
  });

  it("passes a good end on without calling the function", () => {
    const { upstream, subscriber } = recovering(() => {
      throw new Error("called");
    });
    upstream.complete();
    expect(subscriber.completed).toBe(true);
  });

  it("§1.1 asks the other source for what is outstanding, and for no more", () => {
    const other = new TestPublisher<number>();
    const { upstream, subscriber } = recovering(() => other);
    subscriber.request(5);
    upstream.next(1, 2);
    upstream.error(new Error("broken"));
    expect(other.requested).toBe(3);
    subscriber.request(2);
    expect([other.requested, upstream.requested]).toEqual([5, 5]);
    other.next(3, 4, 5, 6, 7);
    expect(subscriber.surplus).toBe(0);
  });

  it("counts only what downstream used as sent", () => {
    const other = new TestPublisher<number>();
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    fromPublisher(upstream)
      .pipe(
        catchError(() => other),
        filter((n) => n % 2 === 0),
      )
      .subscribe(subscriber);
    subscriber.request(2);
    upstream.next(1, 2, 3);
    upstream.error(new Error("broken"));
    expect(other.requested).toBe(1);
  });

  it("passes on the error of the other source, and what the function throws", async () => {
    const flow = fail<number>(new Error("first"));
    await expect(flow.pipe(catchError(() => fail(new Error("second")))).toArray()).rejects.toThrow("second");
    await expect(flow.pipe(catchError(() => throwing("make"))).toArray()).rejects.toThrow("make");
    await expect(flow.pipe(catchError(() => 5 as never)).toArray()).rejects.toThrow(TypeError);
    const { upstream, subscriber } = recovering(() => {
      throw undefined;
    });
    upstream.error(new Error("first"));
    expect(String(subscriber.error)).toBe("Error: catchError threw undefined, which is no Error");
  });

  it("replaces the first error only, also when it is caught again", async () => {
    let calls = 0;
    const flow = fail<number>(new Error("first")).pipe(
      catchError((error) => {
        calls++;
        return fail(error);
      }),
      catchError(() => of(7)),
    );
    expect([await flow.toArray(), calls]).toEqual([[7], 1]);
  });

  it("§3.12 cancels the source that runs, and only that", () => {
    const other = new TestPublisher<number>();
    const { upstream, subscriber } = recovering(() => other);
    upstream.error(new Error("broken"));
    subscriber.cancel();
    subscriber.cancel();
    subscriber.request(1);
    expect([upstream.cancels, other.cancels, other.requested]).toEqual([0, 1, 0]);
  });

  it("§3.5 subscribes to nothing when the function cancels", () => {
    const other = new TestPublisher<number>();
    const { upstream, subscriber } = recovering(() => {
      subscriber.cancel();
      return other;
    });
    upstream.error(new Error("broken"));
    expect([other.subscribers, subscriber.ended]).toEqual([0, false]);
  });

  it("§1.7 reports an error of the function that cancelled before it threw", () => {
    const dropped: unknown[] = [];
    const restore = onDroppedError((error) => dropped.push(error));
    const { upstream, subscriber } = recovering(() => {
      subscriber.cancel();
      return throwing("late");
    });
    upstream.error(new Error("broken"));
    restore();
    expect([dropped.map(String), subscriber.ended]).toEqual([["Error: late"], false]);
  });

  it("§1.9 gives the subscription before an error that comes at once, and cancels one that comes late", () => {
    const subscriber = new ManualSubscriber<number>({ onSubscribe: (self) => self.request(1) });
    fail<number>(new Error("at once"))
      .pipe(catchError(() => range(0, 9)))
      .subscribe(subscriber);
    expect([subscriber.items, subscriber.depth]).toEqual([[0], 1]);
    const late = new TestPublisher<number>({ startsAtOnce: false });
    const waiting = new ManualSubscriber<number>();
    fromPublisher(late)
      .pipe(catchError(() => range(0, 9)))
      .subscribe(waiting);
    waiting.request(3);
    waiting.cancel();
    late.start();
    expect([late.cancels, late.requested]).toEqual([1, 0]);
  });

  it("leaves alone what the end of the pipeline throws", async () => {
    const made: unknown[] = [];
    const caught = catchError<number>((error) => {
      made.push(error);
      return [];
    });
    for (const source of [of(1, 2, 3), merge([of(1, 2, 3)])]) {
      const sum = source.pipe(caught).reduce((total, n) => (n === 2 ? throwing("the sum") : total + n), 0);
      await expect(sum).rejects.toThrow("the sum");
    }
    expect(made).toEqual([]);
  });

  it("throws a TypeError at the call for what is no function", () => {
    expect(() => catchError(of(1) as never)).toThrow(TypeError);
  });
});

function throwing(message: string): never {
  throw new Error(message);
}
