import { getEventListeners } from "node:events";
import { settled, TestPublisher, until } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { fail } from "../source/fail.js";
import { fromPublisher } from "../source/from-publisher.js";
import { never } from "../source/never.js";
import { of } from "../source/of.js";
import { range } from "../source/range.js";
import { toWritableStream, type WritableOptions } from "./to-writable-stream.js";

/** A stream that writes one chunk at a time, when the test lets it. */
function slow(highWaterMark = 1) {
  const written: unknown[] = [];
  const ends: string[] = [];
  let go = (): void => {};
  let refuse = (_: unknown): void => {};
  const stream = new WritableStream<unknown>(
    {
      write(chunk) {
        written.push(chunk);
        return new Promise<void>((resolve, reject) => {
          go = resolve;
          refuse = reject;
        });
      },
      close: () => void ends.push("closed"),
      abort: (reason) => void ends.push(`aborted: ${reason?.message ?? reason}`),
    },
    new CountQueuingStrategy({ highWaterMark }),
  );
  return { stream, written, ends, go: () => go(), refuse: (error: unknown) => refuse(error) };
}

/** A stream that takes everything at once. */
function quick() {
  const written: unknown[] = [];
  const ends: string[] = [];
  const stream = new WritableStream<unknown>({
    write: (chunk) => void written.push(chunk),
    close: () => void ends.push("closed"),
    abort: (reason) => void ends.push(`aborted: ${reason?.message ?? reason}`),
  });
  return { stream, written, ends };
}

function driven(stream: WritableStream<unknown>, options?: WritableOptions) {
  const upstream = new TestPublisher<number>();
  const ended = toWritableStream(fromPublisher(upstream), stream, options);
  let outcome = "pending";
  ended.then(
    () => {
      outcome = "resolved";
    },
    (error) => {
      outcome = String(error);
    },
  );
  return { upstream, ended, outcome: () => outcome };
}

describe("toWritableStream", () => {
  it("writes all items in order, closes, resolves and releases the lock", async () => {
    const { stream, written, ends } = quick();
    await toWritableStream(range(0, 1000), stream);
    expect(written).toEqual(Array.from({ length: 1000 }, (_, n) => n));
    expect([ends, stream.locked]).toEqual([["closed"], false]);
    const nothing = quick();
    await toWritableStream(of(undefined, null), nothing.stream);
    expect(nothing.written).toEqual([undefined, null]);
  });

  it("writes no more than the stream has room for, and asks upstream for no more than prefetch", async () => {
    const target = slow(2);
    const { upstream, outcome } = driven(target.stream, { prefetch: 4 });
    await settled();
    expect(upstream.requested).toBe(4);
    upstream.next(1, 2, 3, 4);
    await settled();
    // One is being written and one waits in the stream; the third waits for room, the fourth behind it.
    expect([target.written, upstream.requested]).toEqual([[1], 4]);
    for (let n = 1; n <= 4; n++) {
      expect(target.written).toHaveLength(n);
      target.go();
      await settled();
    }
    expect(upstream.requested).toBe(7);
    upstream.complete();
    await settled();
    expect([target.written, target.ends, outcome()]).toEqual([[1, 2, 3, 4], ["closed"], "resolved"]);
  });

  it("resolves only when the last item is written", async () => {
    for (const preventClose of [false, true]) {
      const target = slow(4);
      const { upstream, outcome } = driven(target.stream, { preventClose });
      await settled();
      upstream.next(1);
      upstream.complete();
      await settled();
      expect(outcome()).toBe("pending");
      target.go();
      await settled();
      expect([outcome(), target.ends]).toEqual(["resolved", preventClose ? [] : ["closed"]]);
      expect(target.stream.locked).toBe(false);
    }
  });

  it("aborts the stream with the error of the flow, unless it is told not to, and rejects with it", async () => {
    const error = new Error("broke");
    const aborted = quick();
    await expect(toWritableStream(fail(error), aborted.stream)).rejects.toBe(error);
    expect([aborted.ends, aborted.stream.locked]).toEqual([["aborted: broke"], false]);
    const kept = quick();
    await expect(toWritableStream(fail(error), kept.stream, { preventAbort: true })).rejects.toBe(error);
    expect(kept.ends).toEqual([]);
    await toWritableStream(of(1), kept.stream); // it is as good as before
    expect(kept.written).toEqual([1]);
  });

  it("cancels the flow when a write fails, also while nothing comes", async () => {
    const target = slow();
    const { upstream, outcome } = driven(target.stream);
    await settled();
    upstream.next(1);
    await settled();
    target.refuse(new Error("disk full"));
    await settled();
    expect([upstream.cancels, outcome(), target.stream.locked]).toEqual([1, "Error: disk full", false]);
  });

  it("cancels the flow at once by its signal, aborts the stream and rejects with the reason", async () => {
    for (const preventAbort of [false, true]) {
      const stop = new AbortController();
      const target = quick();
      const { upstream, outcome } = driven(target.stream, { signal: stop.signal, preventAbort });
      await settled();
      upstream.next(1);
      stop.abort(new Error("stopped"));
      expect(upstream.cancels).toBe(1);
      await settled();
      expect([outcome(), target.stream.locked]).toEqual(["Error: stopped", false]);
      expect(target.ends).toEqual(preventAbort ? [] : ["aborted: stopped"]);
      expect(getEventListeners(stop.signal, "abort")).toHaveLength(0);
    }
    const before = quick();
    const upstream = new TestPublisher<number>();
    const aborted = toWritableStream(fromPublisher(upstream), before.stream, {
      signal: AbortSignal.abort(new Error("never began")),
    });
    await expect(aborted).rejects.toThrow("never began");
    expect([upstream.subscribers, before.ends]).toEqual([0, ["aborted: never began"]]);
  });

  it("keeps no listener on the signal when it has resolved", async () => {
    const { signal } = new AbortController();
    await toWritableStream(range(1, 3), quick().stream, { signal });
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  it("ends when the signal aborts while the last writes are awaited", async () => {
    const stop = new AbortController();
    const target = slow(4);
    const { upstream, outcome } = driven(target.stream, { signal: stop.signal });
    await settled();
    upstream.next(1, 2);
    upstream.complete();
    await settled();
    stop.abort(new Error("stopped"));
    target.go();
    await until(() => outcome() !== "pending", "the end");
    expect([outcome(), target.written]).toEqual(["Error: stopped", [1]]);
  });

  it("cancels the flow when the stream is closed already, or is being closed", async () => {
    for (const preventClose of [false, true]) {
      const closed = quick().stream;
      const writer = closed.getWriter();
      await writer.close();
      writer.releaseLock();
      const { upstream, outcome } = driven(closed, { preventClose });
      await settled();
      expect([upstream.cancels, outcome(), closed.locked]).toEqual([
        1,
        "TypeError: Cannot write to a closed stream: open another",
        false,
      ]);
    }
    let finish = (): void => {};
    const close = (): Promise<void> =>
      new Promise((resolve) => {
        finish = resolve;
      });
    const closing = new WritableStream<unknown>({ close });
    const writer = closing.getWriter();
    writer.close();
    writer.releaseLock();
    const { upstream, ended } = driven(closing);
    const refused = ended.catch((error: unknown) => error);
    await settled();
    upstream.next(1);
    await settled();
    expect(upstream.cancels).toBe(1);
    finish();
    expect(await refused).toBeInstanceOf(Error); // a TypeError by the standard; Node 20 says something else
    expect(closing.locked).toBe(false);
  });

  it("leaves a stream alone that it cannot have: throws at the call when it is locked, or is none", () => {
    const { stream } = quick();
    const writer = stream.getWriter();
    expect(() => toWritableStream(never(), stream)).toThrow(TypeError);
    writer.releaseLock();
    for (const wrong of [undefined, null, 5, {}, new ReadableStream()]) {
      expect(() => toWritableStream(never(), wrong as never)).toThrow(TypeError);
    }
    for (const wrong of [undefined, null, [1], {}]) {
      expect(() => toWritableStream(wrong as never, stream)).toThrow(TypeError);
    }
    expect(() => toWritableStream(never(), stream, { prefetch: 0 })).toThrow(RangeError);
    for (const signal of [null, 5, {}, new AbortController()]) {
      expect(() => toWritableStream(never(), stream, { signal: signal as never })).toThrow(
        "Cannot give toWritableStream the signal",
      );
    }
    expect(stream.locked).toBe(false);
  });
});
