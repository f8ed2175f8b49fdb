import { TestPublisher } from "@sluice/tck";
import { Subject } from "rxjs";
import { describe, expect, it } from "vitest";
import type { Publisher } from "../spec/publisher.js";
import { type FlowInput, from } from "./from.js";
import { fromPublisher } from "./from-publisher.js";
import { range } from "./range.js";

describe("from", () => {
  it("takes publishers, iterables, async iterables, promises and strings", async () => {
    async function* numbers(): AsyncGenerator<number> {
      yield 1;
    }
    const foreign: Publisher<number> = { subscribe: (subscriber) => range(1, 1).subscribe(subscriber) };
    const inputs: FlowInput<number>[] = [
      range(1, 1),
      foreign,
      [1],
      new Set([1]),
      numbers(),
      Promise.resolve(1),
    ];
    for (const input of inputs) expect(await from(input).toArray()).toEqual([1]);
    expect(await from("ab").toArray()).toEqual(["a", "b"]);
  });

  it("prefers a publisher to an async iterable, that to an iterable, that to a promise", async () => {
    const all = Object.assign([1], {
      async *[Symbol.asyncIterator]() {
        yield 2;
      },
    });
    expect(await from<number>(all).toArray()).toEqual([2]);
    const publisher = Object.assign([1], { subscribe: range(3, 1).subscribe.bind(range(3, 1)) });
    expect(await from<number>(publisher).toArray()).toEqual([3]);
  });

  it("throws a TypeError at the call for anything else, naming what it got", () => {
    for (const wrong of [null, undefined, 5, true, {}, () => 1, Symbol("s")]) {
      expect(() => from(wrong as unknown as number[])).toThrow(TypeError);
    }
    expect(() => from(null as unknown as number[])).toThrow("null");
  });
});

describe("from, of what cannot be slowed", () => {
  it("throws a TypeError that names fromObservable for an Observable, by each of its marks", () => {
    const platform = { subscribe() {}, [Symbol.toStringTag]: "Observable" };
    const proposed = { subscribe() {}, "@@observable": () => proposed };
    for (const observable of [new Subject(), platform, proposed]) {
      expect(() => from(observable as never)).toThrow(TypeError);
      expect(() => from(observable as never)).toThrow("fromObservable(input, policy)");
    }
  });

  it("knows an Observable also where Symbol.observable is defined", () => {
    const mark = Symbol("observable");
    Object.defineProperty(Symbol, "observable", { configurable: true, value: mark });
    try {
      const observable = { subscribe() {}, [mark]: () => observable };
      expect(() => from(observable as never)).toThrow("fromObservable(input, policy)");
    } finally {
      Reflect.deleteProperty(Symbol, "observable");
    }
  });

  it("throws a TypeError that names fromEvent for an EventTarget", () => {
    expect(() => from(new EventTarget() as never)).toThrow(TypeError);
    expect(() => from(new EventTarget() as never)).toThrow("fromEvent(input, type, policy)");
  });
});

describe("fromPublisher", () => {
  it("returns a flow as it is", () => {
    const flow = range(1, 2);
    expect(fromPublisher(flow)).toBe(flow);
  });

  it("subscribes to the publisher anew for each subscriber", () => {
    const upstream = new TestPublisher<number>();
    const flow = fromPublisher(upstream);
    expect(upstream.subscribers).toBe(0);
    flow.toArray().catch(() => {});
    expect(upstream.subscribers).toBe(1);
  });

  it("throws a TypeError at the call for what has no subscribe", () => {
    for (const wrong of [null, undefined, [], {}]) {
      expect(() => fromPublisher(wrong as unknown as Publisher<number>)).toThrow(TypeError);
    }
  });
});
