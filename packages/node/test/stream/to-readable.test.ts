import { getEventListeners } from "node:events";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { concat, empty, fail, fromPublisher, never, of, range } from "@sluice/core";
import { toReadable, type ToReadableOptions } from "@sluice/node";
import { settled, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { outcomeOf, quick } from "./stream-parts.js";

function driven<T = number>(options?: ToReadableOptions) {
  const upstream = new TestPublisher<T>();
  return { upstream, stream: toReadable(fromPublisher(upstream), options) };
}

async function collect(stream: Readable): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const item of stream) all.push(item);
  return all;
}

describe("toReadable", () => {
  it("gives all items, to whatever reads it", async () => {
    expect(await collect(toReadable(range(0, 100)))).toEqual(Array.from({ length: 100 }, (_, n) => n));
    const { stream, written } = quick();
    await pipeline(toReadable(of<unknown>("a", 0, "")), stream);
    expect(written).toEqual(["a", 0, ""]);
    expect(await collect(toReadable(empty()))).toEqual([]);
    const bytes = toReadable(of<unknown>("hé", new Uint8Array([108]), Buffer.from("lo"), ""), {
      objectMode: false,
    });
    expect(Buffer.concat((await collect(bytes)) as Buffer[]).toString()).toBe("héllo");
  });

  it("subscribes when it is read, and asks for what it has room for", async () => {
    const { upstream, stream } = driven({ highWaterMark: 4 });
    await settled();
    expect(upstream.subscribers).toBe(0);
    expect(stream.read()).toBe(null);
    expect(upstream.requested).toBe(4);
    upstream.next(1, 2, 3, 4);
    await settled();
    expect([upstream.requested, stream.readableLength]).toEqual([4, 4]);
    expect([stream.read(), stream.read(), stream.read()]).toEqual([1, 2, 3]);
    await settled();
    expect([upstream.requested, stream.readableLength]).toEqual([5, 1]); // one for the first that was read; more when that has come
    stream.destroy();
    expect(upstream.cancels).toBe(1);
  });

  it("counts bytes in a stream of bytes, by the largest chunk so far", async () => {
    const { upstream, stream } = driven<Uint8Array>({ objectMode: false, highWaterMark: 1000 });
    stream.read();
    expect(upstream.requested).toBe(1);
    upstream.next(Buffer.alloc(200));
    await settled();
    expect(upstream.requested).toBe(1 + 4);
    upstream.next(Buffer.alloc(200), Buffer.alloc(200), Buffer.alloc(200), Buffer.alloc(200));
    await settled();
    expect([upstream.requested, stream.readableLength]).toEqual([5, 1000]);
    stream.destroy();
  });

  it("asks further ahead with prefetch", () => {
    const { upstream, stream } = driven({ prefetch: 50 });
    stream.read();
    expect(upstream.requested).toBe(50);
    stream.destroy();
  });

  it("fails with the flow's error, after the items before it", async () => {
    const failing = () => concat([of(1, 2, 3), fail(new Error("broke"))]);
    for (const read of [collect, (stream: Readable) => pipeline(stream, quick().stream)]) {
      await expect(read(toReadable(failing()))).rejects.toThrow("broke");
    }
    const stream = toReadable(failing());
    const seen: unknown[] = [];
    stream.on("data", (n) => seen.push(n)).on("error", (error) => seen.push(error.message));
    await settled();
    expect([seen, stream.destroyed]).toEqual([[1, 2, 3, "broke"], true]);
    const thrown = toReadable(fail("no error"));
    await expect(collect(thrown)).rejects.toThrow('the flow threw "no error"');
  });

  it("fails for null, which would end it, and for what is no chunk, and cancels the flow", async () => {
    for (const [item, options, message] of [
      [null, undefined, "Cannot push null"],
      [5, { objectMode: false }, "chunk"],
    ] as const) {
      const { upstream, stream } = driven<unknown>(options);
      const read = outcomeOf(collect(stream));
      await settled();
      upstream.next(item);
      await settled();
      expect([read(), upstream.cancels]).toEqual([expect.stringContaining(message), 1]);
    }
  });

  it("cancels the flow when it is destroyed, left early, or its signal aborts", async () => {
    const ways: Record<string, (stream: Readable, stop: AbortController) => unknown> = {
      destroy: (stream) => stream.destroy(),
      "destroy(error)": (stream) => stream.on("error", () => {}).destroy(new Error("mine")),
      signal: (stream, stop) => {
        stream.on("error", () => {});
        stop.abort("no error");
      },
    };
    for (const [way, act] of Object.entries(ways)) {
      const stop = new AbortController();
      const { upstream, stream } = driven({ signal: stop.signal });
      stream.read();
      upstream.next(1);
      act(stream, stop);
      await settled();
      expect([upstream.cancels, stream.closed, getEventListeners(stop.signal, "abort").length], way).toEqual([
        1,
        true,
        0,
      ]);
    }
    const { upstream, stream } = driven();
    const loop = (async () => {
      for await (const n of stream) return n;
    })();
    await settled();
    upstream.next(7);
    expect([await loop, upstream.cancels]).toEqual([7, 1]);
    const reason = new Error("never began");
    const aborted = toReadable(never(), { signal: AbortSignal.abort(reason) });
    await expect(collect(aborted)).rejects.toBe(reason);
  });

  it("refuses wrong arguments by name", () => {
    expect(() => toReadable([1] as never)).toThrow("Cannot apply toReadable");
    expect(() => toReadable(of(1), 5 as never)).toThrow("Cannot give toReadable the options 5");
    expect(() => toReadable(of(1), { signal: 5 as never })).toThrow("Cannot give toReadable the signal 5");
    expect(() => toReadable(of(1), { prefetch: 0 })).toThrow(RangeError);
    expect(() => toReadable(of(1), { highWaterMark: -1 })).toThrow(/highWaterMark/);
  });
});
