import { ManualSubscriber, settled, verify } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { onDroppedError } from "../kit/dropped.js";
import { fromAsyncIterable } from "./from-async-iterable.js";

async function* letters(log: string[] = []): AsyncGenerator<string> {
  try {
    for (const letter of "abc") {
      log.push(letter);
      yield letter;
    }
  } finally {
    log.push("closed");
  }
}

/** An async iterable whose `next` and `return` answer as given. */
function answering(next: () => unknown, close?: () => unknown): AsyncIterable<number> {
  return { [Symbol.asyncIterator]: () => ({ next, return: close }) as unknown as AsyncIterator<number> };
}

describe("fromAsyncIterable", () => {
  it("§1.1 asks the iterator for an item only when it was requested", async () => {
    const log: string[] = [];
    await verify(fromAsyncIterable(letters(log)))
      .expectNothingMore()
      .perform(() => expect(log).toEqual([]))
      .request(1)
      .expect("a")
      .expectNothingMore()
      .perform(() => expect(log).toEqual(["a"]))
      .request(9)
      .expect("b", "c")
      .expectComplete()
      .run();
  });

  it("closes the iterator on cancel, also while it is reading", async () => {
    const log: string[] = [];
    const subscriber = new ManualSubscriber<string>();
    fromAsyncIterable(letters(log)).subscribe(subscriber);
    subscriber.request(1);
    subscriber.cancel();
    await settled();
    expect(log).toEqual(["a", "closed"]);
    expect(subscriber.items).toEqual([]);
  });

  it("closes the iterator on a cancel inside onNext and sends nothing more", async () => {
    const log: string[] = [];
    const subscriber = new ManualSubscriber<string>({ onNext: (_, self) => self.cancel() });
    fromAsyncIterable(letters(log)).subscribe(subscriber);
    subscriber.request(9);
    await settled();
    expect([subscriber.items, log]).toEqual([["a"], ["a", "closed"]]);
  });

  it("§3.3 keeps to one call of next at a time when onNext requests", async () => {
    let reading = 0;
    let most = 0;
    let n = 0;
    const iterable = answering(async () => {
      most = Math.max(most, ++reading);
      await Promise.resolve();
      reading--;
      return n < 5 ? { done: false, value: n++ } : { done: true };
    });
    const subscriber = new ManualSubscriber<number>({ onNext: (_, self) => self.request(1) });
    fromAsyncIterable(iterable).subscribe(subscriber);
    subscriber.request(1);
    subscriber.request(1);
    await settled();
    expect([subscriber.items, most]).toEqual([[0, 1, 2, 3, 4], 1]);
    expect(subscriber.completed).toBe(true);
  });

  it("accepts an iterator that answers without a promise, as for await does", async () => {
    let n = 0;
    const iterable = answering(
      () => (n < 2 ? { done: false, value: n++ } : { done: true }),
      () => ({ done: true }),
    );
    expect(await fromAsyncIterable(iterable).toArray()).toEqual([0, 1]);
    const dropped: unknown[] = [];
    const restore = onDroppedError((error) => dropped.push(error));
    const subscriber = new ManualSubscriber<number>();
    fromAsyncIterable(iterable).subscribe(subscriber);
    subscriber.cancel();
    await settled();
    restore();
    expect(dropped).toEqual([]);
  });

  it("fails on an iterator that answers with no result object, throws or rejects", async () => {
    const nexts: (() => unknown)[] = [
      async () => null,
      async () => undefined,
      () => undefined,
      () => {
        throw new Error("throws");
      },
      async () => {
        throw undefined;
      },
      async () => ({
        done: false,
        get value(): number {
          throw new Error("value throws");
        },
      }),
    ];
    for (const next of nexts) {
      const subscriber = new ManualSubscriber<number>();
      fromAsyncIterable(answering(next)).subscribe(subscriber);
      subscriber.request(2);
      await settled();
      expect(subscriber.signals.map((signal) => signal.kind)).toEqual(["onSubscribe", "onError"]);
      expect(subscriber.error).toBeInstanceOf(Error);
    }
  });

  it("reports a rejection that comes after cancel, of next and of return", async () => {
    const dropped: unknown[] = [];
    const restore = onDroppedError((error) => dropped.push(error));
    const iterable = answering(
      () => Promise.reject("next failed"),
      () => Promise.reject("return failed"),
    );
    const subscriber = new ManualSubscriber<number>();
    fromAsyncIterable(iterable).subscribe(subscriber);
    subscriber.request(1);
    subscriber.cancel();
    await settled();
    restore();
    expect(dropped.toSorted()).toEqual(["next failed", "return failed"]);
    expect(subscriber.signals).toHaveLength(1);
  });

  it("turns what [Symbol.asyncIterator] throws into an error", async () => {
    const flow = fromAsyncIterable<number>({
      [Symbol.asyncIterator]: () => {
        throw new Error("cannot open");
      },
    });
    await expect(flow.toArray()).rejects.toThrow("cannot open");
  });

  it("throws a TypeError for what has no [Symbol.asyncIterator]", () => {
    for (const wrong of [null, undefined, 5, [1], {}]) {
      expect(() => fromAsyncIterable(wrong as unknown as AsyncIterable<number>)).toThrow(TypeError);
    }
  });
});
