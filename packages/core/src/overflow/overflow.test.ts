// The four choices share one engine (kit/overflow-subscriber.test.ts); here is what differs between them.

import { ManualSubscriber, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import type { Operator } from "../flow/flow.js";
import { fromPublisher } from "../source/from-publisher.js";
import { OverflowError } from "../spec/errors.js";
import { type DropReason, OverflowCounters } from "../spec/overflow.js";
import { onBackpressureBuffer } from "./on-backpressure-buffer.js";
import { onBackpressureDrop } from "./on-backpressure-drop.js";
import { onBackpressureError } from "./on-backpressure-error.js";
import { onBackpressureLatest } from "./on-backpressure-latest.js";

function behind(operator: Operator<number, number>) {
  const upstream = new TestPublisher<number>();
  const subscriber = new ManualSubscriber<number>();
  fromPublisher(upstream).pipe(operator).subscribe(subscriber);
  return { upstream, subscriber };
}

describe("onBackpressureBuffer", () => {
  it("throws at the call without a capacity or a choice, naming what it got", () => {
    const wrong: unknown[] = [
      undefined,
      null,
      {},
      { capacity: 0, overflow: "error" },
      { capacity: 1.5, overflow: "error" },
    ];
    for (const options of wrong) expect(() => onBackpressureBuffer(options as never)).toThrow(RangeError);
    for (const overflow of [undefined, "wait", "DROP"]) {
      expect(() => onBackpressureBuffer({ capacity: 1, overflow: overflow as never })).toThrow(TypeError);
    }
    expect(() => onBackpressureBuffer({ capacity: 1, overflow: "wait" as never })).toThrow('"wait"');
  });
});

describe("onBackpressureDrop", () => {
  it("sends what was requested and drops the rest, telling what and why", () => {
    const dropped: [number, DropReason][] = [];
    const { upstream, subscriber } = behind(
      onBackpressureDrop({ onDrop: (...drop) => void dropped.push(drop) }),
    );
    upstream.next(1);
    subscriber.request(2);
    upstream.next(2, 3, 4);
    expect([subscriber.items, dropped]).toEqual([
      [2, 3],
      [
        [1, "overflow"],
        [4, "overflow"],
      ],
    ]);
  });
});

describe("onBackpressureLatest", () => {
  it("keeps the latest of what came without demand", () => {
    const counters = new OverflowCounters();
    const { upstream, subscriber } = behind(onBackpressureLatest({ counters }));
    upstream.next(1, 2, 3);
    subscriber.request(2);
    expect(subscriber.items).toEqual([3]);
    upstream.next(4, 5);
    expect([subscriber.items, counters.held, counters.dropped]).toEqual([[3, 4], 1, 2]);
  });

  it("sends the one it holds before the end", () => {
    const { upstream, subscriber } = behind(onBackpressureLatest());
    upstream.next(1, 2);
    upstream.complete();
    expect(subscriber.completed).toBe(false);
    subscriber.request(1);
    expect([subscriber.items, subscriber.completed]).toEqual([[2], true]);
  });
});

describe("onBackpressureError", () => {
  it("fails at the first item without demand and cancels upstream", () => {
    const { upstream, subscriber } = behind(onBackpressureError());
    subscriber.request(1);
    upstream.next(1, 2);
    expect([subscriber.items, upstream.cancels]).toEqual([[1], 1]);
    expect(subscriber.error).toBeInstanceOf(OverflowError);
    expect(String(subscriber.error)).toContain("onBackpressureError has no buffer");
  });
});

describe("the overflow operators", () => {
  it("throw a TypeError at the call for an onDrop that is no function and counters that are none", () => {
    const make: ((options: never) => unknown)[] = [
      onBackpressureDrop,
      onBackpressureLatest,
      onBackpressureError,
      (options: object) => onBackpressureBuffer({ capacity: 1, overflow: "error", ...options }),
    ];
    for (const operator of make) {
      expect(() => operator({ onDrop: 5 } as never)).toThrow(TypeError);
      expect(() => operator({ counters: {} } as never)).toThrow(TypeError);
    }
  });
});
