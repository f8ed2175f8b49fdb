import { settled, TestPublisher, until } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { fail } from "../source/fail.js";
import { fromPublisher } from "../source/from-publisher.js";
import { fromWebStream } from "../source/from-web-stream.js";
import { of } from "../source/of.js";
import { range } from "../source/range.js";
import { toWebStream } from "./to-web-stream.js";

/** A flow driven by hand behind a stream. */
function driven(prefetch: number) {
  const upstream = new TestPublisher<number>();
  const stream = toWebStream(fromPublisher(upstream), { prefetch });
  return { upstream, stream };
}

describe("toWebStream", () => {
  it("sends all items, undefined and null too, and closes", async () => {
    expect(await fromWebStream(toWebStream(range(0, 1000))).toArray()).toHaveLength(1000);
    expect(await fromWebStream(toWebStream(of(undefined, null, 0))).toArray()).toEqual([undefined, null, 0]);
  });

  it("is not subscribed before it is read", async () => {
    const { upstream, stream } = driven(4);
    await settled();
    expect(upstream.subscribers).toBe(0);
    const reader = stream.getReader();
    const first = reader.read();
    await settled();
    expect([upstream.subscribers, upstream.requested]).toEqual([1, 4]);
    upstream.next(1);
    expect((await first).value).toBe(1);
  });

  it("asks for no more than prefetch ahead of what is read", async () => {
    const { upstream, stream } = driven(4);
    const reader = stream.getReader();
    const first = reader.read();
    await settled();
    upstream.next(1, 2, 3, 4);
    await first;
    await settled();
    expect(upstream.requested).toBe(4);
    await reader.read();
    await reader.read();
    await settled();
    expect(upstream.requested).toBe(7); // three quarters were taken
  });

  it("fails with the error of the flow, after the items before it", async () => {
    const { upstream, stream } = driven(4);
    const reader = stream.getReader();
    const first = reader.read();
    await settled();
    upstream.next(1);
    upstream.error(new Error("broke"));
    expect((await first).value).toBe(1);
    await expect(reader.read()).rejects.toThrow("broke");
    await expect(
      toWebStream(fail(new Error("at once")))
        .getReader()
        .read(),
    ).rejects.toThrow("at once");
  });

  it("cancels the flow when it is cancelled: while a read waits, while items are held, before any read", async () => {
    const waiting = driven(4);
    const reader = waiting.stream.getReader();
    const read = reader.read();
    await settled();
    await reader.cancel("enough");
    expect([await read, waiting.upstream.cancels]).toEqual([{ done: true, value: undefined }, 1]);

    const holding = driven(4);
    const second = holding.stream.getReader();
    const first = second.read();
    await settled();
    holding.upstream.next(1, 2);
    await first;
    await second.cancel();
    expect(holding.upstream.cancels).toBe(1);

    const unread = driven(4);
    await unread.stream.cancel();
    expect(unread.upstream.subscribers).toBe(0);
  });

  it("fails with the reason of its signal, which cancels the flow", async () => {
    const stop = new AbortController();
    const upstream = new TestPublisher<number>();
    const reader = toWebStream(fromPublisher(upstream), { signal: stop.signal }).getReader();
    const read = reader.read();
    read.catch(() => {});
    await until(() => upstream.subscribers === 1, "the subscription");
    stop.abort(new Error("stopped"));
    await expect(read).rejects.toThrow("stopped");
    expect(upstream.cancels).toBe(1);
  });

  it("throws at the call for what is no flow and no prefetch", () => {
    for (const wrong of [undefined, null, 5, [1], {}]) {
      expect(() => toWebStream(wrong as never)).toThrow(TypeError);
    }
    for (const prefetch of [0, 1.5, "4"]) {
      expect(() => toWebStream(of(1), { prefetch: prefetch as number })).toThrow(RangeError);
    }
    expect(() => toWebStream(of(1), { signal: {} as never })).toThrow(
      "Cannot give toWebStream the signal <object>: it must be an AbortSignal",
    );
  });
});
