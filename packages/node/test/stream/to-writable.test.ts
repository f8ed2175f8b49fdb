import { getEventListeners } from "node:events";
import { PassThrough, type Writable } from "node:stream";
import { fail, fromPublisher, never, of, onDroppedError, range } from "@sluice/core";
import { fromReadable, toWritable, type ToWritableOptions } from "@sluice/node";
import { settled, TestPublisher, until } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { counting, outcomeOf, quick, slow } from "./stream-parts.js";

function driven<T = number>(stream: NodeJS.WritableStream, options?: ToWritableOptions) {
  const upstream = new TestPublisher<T>();
  const ended = toWritable(fromPublisher(upstream), stream, options);
  return { upstream, outcome: outcomeOf(ended) };
}

describe("toWritable", () => {
  it("writes all items in order, and resolves when the stream is closed", async () => {
    const { stream, written } = quick();
    await toWritable(range(0, 1000), stream);
    expect([written.length, written.at(-1), stream.closed, stream.eventNames()]).toEqual([
      1000,
      999,
      true,
      [],
    ]);
    const nothing = quick();
    await toWritable(of(), nothing.stream);
    expect([nothing.written, nothing.stream.writableFinished]).toEqual([[], true]);
  });

  it("asks for what the stream has room for, and writes nothing while it is full", async () => {
    const { stream, written, go } = slow({ highWaterMark: 4 });
    const { upstream } = driven(stream);
    expect(upstream.requested).toBe(4);
    upstream.next(1, 2, 3, 4);
    expect([upstream.requested, stream.writableLength, stream.writableNeedDrain]).toEqual([4, 4, true]);
    for (let n = 0; n < 4; n++) {
      go();
      await settled();
    }
    expect([written, upstream.requested]).toEqual([[1, 2, 3, 4], 8]);
    upstream.complete();
    await settled();
    expect(stream.writableFinished).toBe(true);
  });

  it("counts bytes where the stream does, by the largest chunk so far, and holds what does not fit", async () => {
    const { stream, go } = slow({ objectMode: false, highWaterMark: 1000 });
    const { upstream } = driven<Uint8Array>(stream);
    expect(upstream.requested).toBe(1);
    upstream.next(Buffer.alloc(100));
    expect(upstream.requested).toBe(1 + 9);
    for (let n = 0; n < 9; n++) upstream.next(Buffer.alloc(500)); // larger than it was told
    expect([upstream.requested, stream.writableLength]).toEqual([10, 1100]);
    while (stream.writableNeedDrain) {
      go();
      await settled();
    }
    expect(stream.writableLength).toBeLessThan(1000);
    expect(upstream.requested).toBeLessThan(13);
  });

  it("holds a stalled stream's flow still: no more is made than fits", async () => {
    const { stream: source, made } = counting();
    const { stream } = slow({ highWaterMark: 8 });
    const stop = new AbortController();
    const ended = toWritable(fromReadable<number>(source), stream, { signal: stop.signal });
    await settled();
    await settled();
    expect(made()).toBeLessThanOrEqual(8 + 1 + 4 + 1);
    stop.abort(new Error("enough"));
    await expect(ended).rejects.toThrow("enough");
    expect([source.destroyed, stream.destroyed]).toEqual([true, true]);
  });

  it("asks further ahead with prefetch", () => {
    const { upstream } = driven(slow({ highWaterMark: 2 }).stream, { prefetch: 100 });
    expect(upstream.requested).toBe(100);
  });

  it("leaves the stream open with end: false, on every end, and resolves when all is written", async () => {
    const { stream, written, go } = slow();
    const { upstream, outcome } = driven(stream, { end: false });
    upstream.next(1);
    upstream.complete();
    await settled();
    expect(outcome()).toBe("pending");
    go();
    await settled();
    expect([outcome(), written, stream.writable, stream.eventNames()]).toEqual(["resolved", [1], true, []]);
    await expect(toWritable(fail(new Error("broke")), stream, { end: false })).rejects.toThrow("broke");
    const stop = AbortSignal.abort(new Error("stopped"));
    await expect(toWritable(never(), stream, { end: false, signal: stop })).rejects.toThrow("stopped");
    await toWritable(of(), stream, { end: false });
    expect([stream.destroyed, stream.eventNames()]).toEqual([false, []]);
  });

  it("destroys the stream with the flow's error, and rejects with it", async () => {
    const error = new Error("broke");
    const { stream } = quick();
    const said: unknown[] = [];
    stream.on("error", (e) => said.push(e));
    await expect(toWritable(fail(error), stream)).rejects.toBe(error);
    await settled();
    expect([stream.destroyed, said, stream.listenerCount("error")]).toEqual([true, [error], 1]);
    const alone = quick().stream; // nobody listens to its error: it is not uncaught
    await expect(toWritable(fail(error), alone)).rejects.toBe(error);
    await settled();
    expect(alone.eventNames()).toEqual([]);
  });

  it("cancels the flow when the stream fails or is closed, also while nothing comes", async () => {
    const boom = new Error("disk full");
    const ways: [string, (stream: Writable) => void, string][] = [
      ["destroy(error)", (stream) => stream.destroy(boom), "Error: disk full"],
      ["destroy()", (stream) => stream.destroy(), "closed before all was written"],
      ["end()", (stream) => stream.end(), "somebody else has ended the stream"],
      ["emit", (stream) => stream.emit("error", boom), "Error: disk full"],
    ];
    for (const end of [true, false]) {
      for (const [way, act, message] of ways) {
        const { stream } = quick();
        const { upstream, outcome } = driven(stream, { end });
        upstream.next(1);
        await settled();
        act(stream);
        await until(() => outcome() !== "pending", way);
        expect([upstream.cancels, outcome(), stream.listenerCount("drain")], way).toEqual([
          1,
          expect.stringContaining(message),
          0,
        ]);
      }
    }
    const { stream, go } = slow();
    const { upstream, outcome } = driven(stream);
    upstream.next(1, 2);
    go(boom);
    await settled();
    expect([upstream.cancels, outcome()]).toEqual([1, "Error: disk full"]);
  });

  it("fails with what write refuses: null, and what is neither bytes nor text", async () => {
    await expect(toWritable(of(null), quick().stream)).rejects.toMatchObject({
      code: "ERR_STREAM_NULL_VALUES",
    });
    const { stream } = quick(false);
    await expect(toWritable(of(5), stream)).rejects.toMatchObject({ code: "ERR_INVALID_ARG_TYPE" });
    expect(stream.destroyed).toBe(true);
  });

  it("stops by its signal in every state, and keeps no listener on it", async () => {
    const states: Record<string, (upstream: TestPublisher<number>) => void> = {
      "while it waits": () => {},
      "while the stream is full": (upstream) => upstream.next(1, 2),
      "while the last writes are awaited": (upstream) => {
        upstream.next(1);
        upstream.complete();
      },
    };
    for (const [state, act] of Object.entries(states)) {
      const stop = new AbortController();
      const { stream } = slow({ highWaterMark: 2 });
      const { upstream, outcome } = driven(stream, { signal: stop.signal });
      act(upstream);
      const ended = upstream.ended ? 0 : 1;
      stop.abort(new Error("stopped"));
      expect(upstream.cancels, state).toBe(ended);
      await settled();
      expect([outcome(), stream.destroyed, getEventListeners(stop.signal, "abort").length], state).toEqual([
        "Error: stopped",
        true,
        0,
      ]);
    }
    const { signal } = new AbortController();
    await toWritable(of(1), quick().stream, { signal });
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  it("drops an error of the flow that comes after the end", async () => {
    const late: unknown[] = [];
    const restore = onDroppedError((error) => late.push(error));
    const { stream } = quick();
    const { upstream } = driven(stream);
    stream.destroy();
    await settled();
    upstream.error(new Error("late"));
    restore();
    expect(String(late)).toBe("Error: late");
  });

  it("writes to streams that tell nothing of their room, one at a time", async () => {
    const { stream, written } = quick();
    const old = new PassThrough({ objectMode: true });
    for (const name of ["writableHighWaterMark", "writableLength", "writableObjectMode", "writableNeedDrain"])
      Object.defineProperty(old, name, { value: undefined });
    old.pipe(stream);
    const { upstream, outcome } = driven(old);
    for (let n = 1; n <= 3; n++) {
      expect(upstream.demand).toBe(1);
      upstream.next(n);
    }
    upstream.complete();
    await until(() => outcome() !== "pending" && stream.writableFinished, "the end");
    expect([outcome(), written]).toEqual(["resolved", [1, 2, 3]]);
  });

  it("refuses what it cannot write to: by a rejection what is of no use any more, by a throw what is none", async () => {
    const ended = quick().stream.end();
    await expect(toWritable(never(), ended)).rejects.toMatchObject({ code: "STREAM_ENDED" });
    await expect(toWritable(never(), quick().stream.destroy())).rejects.toMatchObject({
      code: "STREAM_DESTROYED",
    });
    for (const wrong of [null, undefined, 5, {}, new WritableStream()])
      expect(() => toWritable(of(1), wrong as never)).toThrow(/toWritable takes a Writable/);
    expect(() => toWritable([1] as never, quick().stream)).toThrow("Cannot apply toWritable");
    expect(() => toWritable(of(1), quick().stream, { signal: {} as never })).toThrow("the signal");
    expect(() => toWritable(of(1), quick().stream, { prefetch: 0 })).toThrow(RangeError);
  });
});
