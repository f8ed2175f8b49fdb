import { ManualSubscriber, settled, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { fromPublisher } from "../source/from-publisher.js";
import { never } from "../source/never.js";
import { range } from "../source/range.js";

const late = () => new TestPublisher<number>({ startsAtOnce: false });

describe("Settlement", () => {
  it("rejects at once when the signal aborts before the publisher gave a subscription, and cancels that later", async () => {
    const stop = new AbortController();
    const upstream = late();
    const result = fromPublisher(upstream).toArray({ signal: stop.signal });
    stop.abort(new Error("too late"));
    await expect(result).rejects.toThrow("too late");
    upstream.start();
    expect([upstream.cancels, upstream.requested]).toEqual([1, 0]);
  });

  it("rejects with the reason of a signal that had aborted before, and requests nothing", async () => {
    const upstream = new TestPublisher<number>();
    const result = fromPublisher(upstream).toArray({ signal: AbortSignal.abort("never mind") });
    await expect(result).rejects.toBe("never mind");
    expect([upstream.cancels, upstream.requested]).toEqual([1, 0]);
  });

  it("rejects with the reason while the flow is silent, and leaves no listener", async () => {
    const stop = new AbortController();
    const result = never().forEach(() => {}, { signal: stop.signal });
    stop.abort("enough");
    await expect(result).rejects.toBe("enough");
  });

  it("stays resolved when the signal aborts after the end", async () => {
    const stop = new AbortController();
    const result = range(1, 2).toArray({ signal: stop.signal });
    stop.abort();
    expect(await result).toEqual([1, 2]);
  });

  it("reads by values: an abort before the publisher gave a subscription rejects the waiting next", async () => {
    const stop = new AbortController();
    const upstream = late();
    const next = fromPublisher(upstream).values({ signal: stop.signal }).next();
    stop.abort(new Error("too late"));
    await expect(next).rejects.toThrow("too late");
    upstream.start();
    expect([upstream.cancels, upstream.requested]).toEqual([1, 0]);
  });

  it("reads by values: return before the publisher gave a subscription cancels that later", async () => {
    const upstream = late();
    const reader = fromPublisher(upstream).values();
    const next = reader.next();
    await reader.return?.();
    expect(await next).toEqual({ done: true, value: undefined });
    upstream.start();
    await settled();
    expect([upstream.cancels, upstream.requested]).toEqual([1, 0]);
  });
});

describe("Flow.subscribe", () => {
  it("§1.9 gives a subscription also when the signal had aborted before", () => {
    const subscriber = new ManualSubscriber<number>();
    range(1, 2).subscribe(subscriber, { signal: AbortSignal.abort() });
    subscriber.request(1);
    expect(subscriber.signals.map((signal) => signal.kind)).toEqual(["onSubscribe"]);
  });
});
