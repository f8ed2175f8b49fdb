import { ManualSubscriber, settled, until } from "@sluice/tck";
import { afterEach, describe, expect, it } from "vitest";
import { onDroppedError } from "../kit/dropped.js";
import { take } from "../operator/take.js";
import { from } from "./from.js";
import { fromWebStream } from "./from-web-stream.js";

let restore = (): void => {};
afterEach(() => restore());

/** A stream of 0, 1, 2 ... that holds nothing ahead, and what it was asked. */
function counting(count = Number.POSITIVE_INFINITY) {
  const seen = { pulls: 0, cancels: 0 };
  const stream = new ReadableStream<number>(
    {
      pull(controller) {
        if (seen.pulls === count) controller.close();
        else controller.enqueue(seen.pulls++);
      },
      cancel() {
        seen.cancels++;
      },
    },
    { highWaterMark: 0 },
  );
  return { seen, stream };
}

describe("fromWebStream", () => {
  it("reads one chunk for each item requested, and none ahead", async () => {
    const { stream, seen } = counting();
    const subscriber = new ManualSubscriber<number>();
    fromWebStream(stream).subscribe(subscriber);
    await settled();
    expect(seen.pulls).toBe(0);
    subscriber.request(3);
    await settled();
    expect([subscriber.items, seen.pulls]).toEqual([[0, 1, 2], 3]);
    subscriber.cancel();
  });

  it("completes, and releases the lock", async () => {
    const { stream } = counting(2);
    expect(await fromWebStream(stream).toArray()).toEqual([0, 1]);
    expect(stream.locked).toBe(false);
  });

  it("fails with the error of the stream, and releases the lock", async () => {
    const stream = new ReadableStream<number>({
      start: (controller) => controller.error(new Error("torn")),
    });
    await expect(fromWebStream(stream).toArray()).rejects.toThrow("torn");
    expect(stream.locked).toBe(false);
    const odd = new ReadableStream<number>({ start: (controller) => controller.error("torn") });
    await expect(fromWebStream(odd).toArray()).rejects.toThrow('the stream threw "torn", which is no Error');
  });

  it("cancels the stream and releases the lock when it is left, also while a read is under way", async () => {
    const left = counting();
    expect(await fromWebStream(left.stream).pipe(take(2)).toArray()).toEqual([0, 1]);
    await settled();
    expect([left.seen.cancels, left.stream.locked]).toEqual([1, false]);

    let cancels = 0;
    const slow = new ReadableStream<number>({
      pull: () => new Promise(() => {}),
      cancel: () => void cancels++,
    });
    const subscriber = new ManualSubscriber<number>();
    fromWebStream(slow).subscribe(subscriber);
    subscriber.request(1);
    await settled();
    subscriber.cancel();
    await settled();
    expect([cancels, slow.locked, subscriber.signals.length]).toEqual([1, false, 1]);
  });

  it("drops what the cancel of the stream rejects with", async () => {
    const late: unknown[] = [];
    restore = onDroppedError((error) => late.push(error));
    const stream = new ReadableStream<number>({ cancel: () => Promise.reject(new Error("cannot close")) });
    const subscriber = new ManualSubscriber<number>();
    fromWebStream(stream).subscribe(subscriber);
    subscriber.cancel();
    await until(() => late.length === 1, "the error to be dropped");
    expect(String(late[0])).toBe("Error: cannot close");
  });

  it("tells a second subscriber that the stream is read already", async () => {
    const { stream } = counting();
    const flow = fromWebStream(stream);
    const [first, second] = [new ManualSubscriber<number>(), new ManualSubscriber<number>()];
    flow.subscribe(first);
    flow.subscribe(second);
    expect(second.error).toBeInstanceOf(TypeError);
    first.cancel();
  });

  it("sends undefined and null as they are", async () => {
    const stream = new ReadableStream<unknown>({
      start(controller) {
        controller.enqueue(undefined);
        controller.enqueue(null);
        controller.close();
      },
    });
    expect(await fromWebStream(stream).toArray()).toEqual([undefined, null]);
  });

  it("throws a TypeError at the call for what is no ReadableStream", () => {
    for (const wrong of [undefined, null, 5, {}, new WritableStream()]) {
      expect(() => fromWebStream(wrong as never)).toThrow(TypeError);
    }
  });

  it("is what from makes of a stream, also where that is no async iterable", async () => {
    const { stream } = counting(2);
    Object.defineProperty(stream, Symbol.asyncIterator, { value: undefined });
    expect(await from(stream).toArray()).toEqual([0, 1]);
  });
});
