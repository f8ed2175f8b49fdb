import { TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { fromPublisher } from "../source/from-publisher.js";
import { of } from "../source/of.js";
import { range } from "../source/range.js";
import type { Subscription } from "../spec/publisher.js";
import { onDroppedError } from "./dropped.js";
import type { SliceSource } from "./stage-subscriber.js";
import { type InnerOwner, InnerSubscriber } from "./inner-subscriber.js";

class Log implements InnerOwner<unknown> {
  readonly entries: unknown[] = [];
  onItem: () => void = () => {};

  innerNext(index: number, item: unknown): boolean {
    this.entries.push([index, item]);
    this.onItem();
    return true;
  }

  innerFailed(index: number, error: unknown): void {
    this.entries.push([index, "failed", String(error)]);
  }

  innerCompleted(index: number): void {
    this.entries.push([index, "completed"]);
  }
}

describe("InnerSubscriber", () => {
  it("reports items and the end with its index", () => {
    const log = new Log();
    const inner = new InnerSubscriber<unknown>(log, 3);
    of(null, undefined).connect(inner);
    expect(log.entries).toEqual([]);
    inner.request(2);
    expect(log.entries).toEqual([
      [3, null],
      [3, undefined],
      [3, "completed"],
    ]);
    expect(inner.done).toBe(true);
  });

  it("asks for what was requested before the subscription came, in one sum", () => {
    const source = new TestPublisher<number>({ startsAtOnce: false });
    const inner = new InnerSubscriber<number>(new Log(), 0);
    fromPublisher(source).connect(inner);
    inner.request(2);
    inner.request(3);
    expect(source.calls).toEqual([]);
    source.start();
    inner.request(1);
    expect(source.calls.map((call) => call.n)).toEqual([5, 1]);
  });

  it("§3.5 cancels the source from within an item, and reports nothing more", () => {
    const log = new Log();
    const inner = new InnerSubscriber<unknown>(log, 0);
    log.onItem = () => inner.cancel();
    range(0, 9).connect(inner);
    inner.request(9);
    expect(log.entries).toEqual([[0, 0]]);
  });

  it("cancels a source that gives its subscription only after the cancel", () => {
    const source = new TestPublisher<number>({ startsAtOnce: false });
    const inner = new InnerSubscriber<number>(new Log(), 0);
    fromPublisher(source).connect(inner);
    inner.request(1);
    inner.cancel();
    source.start();
    expect([source.cancels, source.requested]).toEqual([1, 0]);
  });

  it("offers slices of a synchronous source to an owner that takes them", () => {
    class Taker extends Log {
      readonly sliceName = "taker";

      innerSlice(index: number, source: SliceSource, stop: number): boolean {
        this.entries.push([index, "slice", source.index, Math.min(stop, source.index + source.requested)]);
        source.index = stop;
        return true;
      }
    }
    const taker = new Taker();
    const inner = new InnerSubscriber<unknown>(taker, 5);
    range(0, 3).connect(inner);
    expect(inner.stageName).toBe("taker");
    inner.request(3);
    expect(taker.entries).toEqual([
      [5, "slice", 0, 3],
      [5, "completed"],
    ]);
    expect(inner.stageName).toBe(undefined);
  });

  it("§2.5 cancels a second subscription and never requests from it", () => {
    const calls: string[] = [];
    const second: Subscription = {
      request: () => calls.push("request"),
      cancel: () => calls.push("cancel"),
    };
    const source = new TestPublisher<number>();
    const inner = new InnerSubscriber<number>(new Log(), 0);
    fromPublisher(source).connect(inner);
    inner.onSubscribe(second);
    inner.request(1);
    expect([calls, source.requested]).toEqual([["cancel"], 1]);
  });

  it("§3.7 does nothing on request and cancel once it has ended", () => {
    const source = new TestPublisher<number>();
    const inner = new InnerSubscriber<number>(new Log(), 0);
    fromPublisher(source).connect(inner);
    source.complete();
    inner.request(1);
    inner.cancel();
    inner.cancel();
    expect(source.calls).toEqual([]);
  });

  it("reports a failure once; a later one goes to the hook of dropped errors", () => {
    const dropped: unknown[] = [];
    const restore = onDroppedError((error) => dropped.push(error));
    const log = new Log();
    const inner = new InnerSubscriber<unknown>(log, 1);
    inner.onError(new Error("first"));
    inner.onError(new Error("second"));
    inner.onComplete();
    expect(inner.next("late")).toBe(false);
    restore();
    expect(log.entries).toEqual([[1, "failed", "Error: first"]]);
    expect(dropped.map(String)).toEqual(["Error: second"]);
  });
});
