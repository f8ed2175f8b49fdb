import { captureReported, ManualSubscriber, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { concatMap } from "../operator/concat-map.js";
import { create, type Emitter } from "../source/create.js";
import { fromPublisher } from "../source/from-publisher.js";
import { of } from "../source/of.js";
import { range } from "../source/range.js";
import type { Subscription } from "../spec/publisher.js";
import { onDroppedError } from "./dropped.js";

describe("SubscriberBorder", () => {
  it("§3.9 answers a request of anything but an integer >= 1 with an error, and cancels upstream", () => {
    for (const bad of [0, -1, 1.5, Number.NaN, Number.NEGATIVE_INFINITY]) {
      const upstream = new TestPublisher<number>();
      const subscriber = new ManualSubscriber<number>();
      fromPublisher(upstream).subscribe(subscriber);
      subscriber.request(bad);
      expect(subscriber.error).toBeInstanceOf(RangeError);
      expect(String(subscriber.error)).toContain(`Cannot request ${bad} items`);
      expect(String(subscriber.error)).toContain("§3.9");
      expect(upstream.cancels).toBe(1);
    }
    for (const bad of [undefined, null, "3", 3n, {}, Symbol("n")]) {
      const subscriber = new ManualSubscriber<number>();
      range(1, 3).subscribe(subscriber);
      subscriber.request(bad);
      expect(subscriber.error).toBeInstanceOf(TypeError);
    }
  });

  it("§3.9 answers a bad request made inside onNext or onSubscribe when that has returned", () => {
    const inNext = new ManualSubscriber<number>({ onNext: (_, self) => self.request(0) });
    range(1, 3).subscribe(inNext);
    inNext.request(2);
    expect(inNext.items).toEqual([1]);
    expect([inNext.failed, inNext.depth]).toEqual([true, 1]);
    const inSubscribe = new ManualSubscriber<number>({ onSubscribe: (self) => self.request(-1) });
    range(1, 3).subscribe(inSubscribe);
    expect([inSubscribe.failed, inSubscribe.depth]).toEqual([true, 1]);
  });

  it("§3.9 says nothing more when a bad request is followed by cancel, or comes after it", () => {
    const both = new ManualSubscriber<number>({
      onNext: (_, self) => {
        self.request(0);
        self.cancel();
      },
    });
    range(1, 3).subscribe(both);
    both.request(2);
    both.request(0);
    expect(both.signals.map((signal) => signal.kind)).toEqual(["onSubscribe", "onNext"]);
  });

  it("§3.9 says nothing when upstream's cancel calls back and cancels", () => {
    let subscription: Subscription | undefined;
    const upstream = new TestPublisher<number>({ onCancel: () => subscription?.cancel() });
    const subscriber = new ManualSubscriber<number>();
    fromPublisher(upstream).subscribe(subscriber);
    subscription = subscriber.subscription;
    subscriber.request(0);
    expect(subscriber.failed).toBe(false);
  });

  it("§1.3 serves what was requested inside onSubscribe when that has returned", () => {
    const subscriber = new ManualSubscriber<number>({
      onSubscribe: (self) => {
        self.request(1);
        self.request(1);
        expect(self.items).toEqual([]);
      },
    });
    range(1, 5).subscribe(subscriber);
    expect(subscriber.items).toEqual([1, 2]);
    expect(subscriber.depth).toBe(1);
  });

  it("§1.3 holds a failure that comes inside onNext until that has returned", () => {
    let outer: Emitter<number> | undefined;
    const subscriber = new ManualSubscriber<number>({ onNext: () => outer?.error(new Error("outer broke")) });
    create<number>(
      (emitter) => {
        outer = emitter;
        emitter.next(1);
      },
      { capacity: 1, overflow: "error" },
    )
      .pipe(concatMap(() => of("a", "b")))
      .subscribe(subscriber as unknown as ManualSubscriber<string>);
    subscriber.request(5);
    expect(subscriber.items).toEqual(["a"]);
    expect(subscriber.depth).toBe(1);
    expect(String(subscriber.error)).toBe("Error: outer broke");
  });

  it("reports a failure that came inside onNext when that callback then cancels", () => {
    const dropped: unknown[] = [];
    const restore = onDroppedError((error) => dropped.push(error));
    let outer: Emitter<number> | undefined;
    const subscriber = new ManualSubscriber<string>({
      onNext: (_, self) => {
        outer?.error("outer broke");
        self.cancel();
      },
    });
    create<number>(
      (emitter) => {
        outer = emitter;
        emitter.next(1);
      },
      { capacity: 1, overflow: "error" },
    )
      .pipe(concatMap(() => of("a", "b")))
      .subscribe(subscriber);
    subscriber.request(5);
    restore();
    expect(subscriber.failed).toBe(false);
    expect(dropped).toEqual(["outer broke"]);
  });

  it("§2.13 cancels and reports a subscriber that throws, from each of its callbacks", async () => {
    for (const callback of ["onSubscribe", "onNext", "onComplete"] as const) {
      const subscriber = new ManualSubscriber<number>({
        onSubscribe: (self) => self.request(9),
        [callback]: () => {
          throw new Error(`broken ${callback}`);
        },
      });
      const reported = await captureReported(() => {
        range(1, 2).subscribe(subscriber);
        if (callback !== "onSubscribe") subscriber.request(9);
      });
      expect(reported.map(String)).toEqual([`Error: broken ${callback}`]);
      expect(subscriber.failed).toBe(false);
      expect(subscriber.signals.filter((signal) => signal.kind === "onNext").length).toBeLessThan(3);
    }
  });

  it("§2.13 reports what onError throws", async () => {
    const subscriber = new ManualSubscriber<number>({
      onError: () => {
        throw new Error("broken onError");
      },
    });
    const reported = await captureReported(() => {
      range(1, 2).subscribe(subscriber);
      subscriber.request(0);
    });
    expect(reported.map(String)).toEqual(["Error: broken onError"]);
  });

  it("§3.5 sends nothing after cancel, also inside onNext", () => {
    const subscriber = new ManualSubscriber<number>({
      onNext: (item, self) => {
        if (item === 2) self.cancel();
      },
    });
    range(1, 9).subscribe(subscriber);
    subscriber.request(9);
    expect(subscriber.items).toEqual([1, 2]);
    expect(subscriber.ended).toBe(false);
  });

  it("cancels by the abort signal: before, inside onSubscribe, inside onNext, after", () => {
    const before = new ManualSubscriber<number>({ onSubscribe: (self) => self.request(1) });
    range(1, 9).subscribe(before, { signal: AbortSignal.abort() });
    expect(before.signals.map((signal) => signal.kind)).toEqual(["onSubscribe"]);

    const stop = new AbortController();
    const inside = new ManualSubscriber<number>({
      onSubscribe: (self) => {
        self.request(1);
        stop.abort();
      },
    });
    range(1, 9).subscribe(inside, { signal: stop.signal });
    expect(inside.items).toEqual([]);

    const later = new AbortController();
    const inNext = new ManualSubscriber<number>({ onNext: () => later.abort() });
    range(1, 9).subscribe(inNext, { signal: later.signal });
    inNext.request(5);
    expect(inNext.items).toEqual([1]);
    expect(inNext.ended).toBe(false);
  });

  it("is disposable: leaving a using block cancels", () => {
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    fromPublisher(upstream).subscribe(subscriber);
    (subscriber.subscription as unknown as Disposable)[Symbol.dispose]();
    expect(upstream.cancels).toBe(1);
  });
});
