import { ManualSubscriber, settled } from "@sluice/tck";
import {
  concat as rxConcat,
  defer as rxDefer,
  NEVER,
  Observable,
  of as rxOf,
  Subject,
  throwError,
} from "rxjs";
import { afterEach, describe, expect, it } from "vitest";
import { onDroppedError } from "../kit/dropped.js";
import { take } from "../operator/take.js";
import { policy } from "../policy/policy.js";
import { OverflowError } from "../spec/errors.js";
import { OverflowCounters } from "../spec/overflow.js";
import type { PlainObservable, Observer } from "../kit/observable-subscription.js";
import { fromObservable } from "./from-observable.js";
import { range } from "./range.js";

let restore = (): void => {};
afterEach(() => restore());

const roomy = <T>() => policy.buffer<T>({ capacity: 100, overflow: "error" });

/** As the platform does it: no subscription is returned, a signal stops it. */
class PlatformObservable implements PlainObservable<number> {
  readonly [Symbol.toStringTag] = "Observable";
  readonly observers = new Set<Observer<number>>();

  subscribe(observer: Observer<number>, options: { signal?: AbortSignal } = {}): undefined {
    this.observers.add(observer);
    options.signal?.addEventListener("abort", () => this.observers.delete(observer));
  }

  send(...items: number[]): void {
    for (const item of items) for (const { next } of this.observers) next(item);
  }
}

describe("fromObservable, RxJS", () => {
  it("sends what a Subject emits, as it is requested, and the rest as the policy says", () => {
    const subject = new Subject<number>();
    const dropped: number[] = [];
    const subscriber = new ManualSubscriber<number>();
    const onDrop = (n: number): void => void dropped.push(n);
    fromObservable(subject, policy.buffer({ capacity: 2, overflow: "dropOldest", onDrop })).subscribe(
      subscriber,
    );
    for (let n = 1; n <= 4; n++) subject.next(n);
    expect(subscriber.items).toEqual([]);
    subscriber.request(9);
    subject.next(5);
    expect([subscriber.items, dropped]).toEqual([
      [3, 4, 5],
      [1, 2],
    ]);
  });

  it("completes and fails with it, after what is held", () => {
    const subject = new Subject<number>();
    const subscriber = new ManualSubscriber<number>();
    fromObservable(subject, roomy()).subscribe(subscriber);
    subject.next(1);
    subject.complete();
    expect(subscriber.completed).toBe(false);
    subscriber.request(1);
    expect([subscriber.items, subscriber.completed]).toEqual([[1], true]);

    const failed = new ManualSubscriber<number>();
    fromObservable<number>(
      throwError(() => new Error("broke")),
      roomy(),
    ).subscribe(failed);
    expect(String(failed.error)).toBe("Error: broke");
  });

  it("leaves no observer on a Subject after a cancel, an overflow and its end", async () => {
    const subject = new Subject<number>();
    const subscriber = new ManualSubscriber<number>();
    fromObservable(subject, roomy()).subscribe(subscriber);
    expect(subject.observed).toBe(true);
    subscriber.cancel();
    expect(subject.observed).toBe(false);

    const failed = new ManualSubscriber<number>();
    fromObservable(subject, policy.error()).subscribe(failed);
    subject.next(1);
    expect([failed.error instanceof OverflowError, subject.observed]).toEqual([true, false]);

    const first = fromObservable(subject, roomy()).pipe(take(1)).toArray();
    subject.next(7);
    expect([await first, subject.observed]).toEqual([[7], false]);
  });

  it("stops one that sends before subscribe returns as soon as that is possible", () => {
    let released = 0;
    const eager = new Observable<number>((observer) => {
      for (let n = 0; n < 5; n++) observer.next(n);
      return () => {
        released++;
      };
    });
    const subscriber = new ManualSubscriber<number>({
      onSubscribe: (self) => self.request(9),
      onNext: (n, self) => {
        if (n === 1) self.cancel();
      },
    });
    fromObservable(rxConcat(eager, NEVER), roomy()).subscribe(subscriber);
    expect([subscriber.items, released]).toEqual([[0, 1], 1]);
  });

  it("subscribes anew for each subscriber", async () => {
    let made = 0;
    const flow = fromObservable(
      rxDefer(() => rxOf(++made)),
      roomy(),
    );
    expect([await flow.toArray(), await flow.toArray()]).toEqual([[1], [2]]);
  });

  it("§1.3 stays serial when the Subject emits from within onNext", () => {
    const subject = new Subject<number>();
    const subscriber = new ManualSubscriber<number>({
      onNext: (n) => {
        if (n < 10_000) subject.next(n + 1);
      },
    });
    fromObservable(subject, policy.buffer({ capacity: 1, overflow: "error" })).subscribe(subscriber);
    subscriber.request(Number.POSITIVE_INFINITY);
    subject.next(1);
    expect([subscriber.items.length, subscriber.depth]).toEqual([10_000, 1]);
  });
});

describe("fromObservable", () => {
  it("stops the platform's by its signal", () => {
    const observable = new PlatformObservable();
    const subscriber = new ManualSubscriber<number>();
    fromObservable(observable, roomy()).subscribe(subscriber);
    subscriber.request(9);
    observable.send(1, 2);
    expect([subscriber.items, observable.observers.size]).toEqual([[1, 2], 1]);
    subscriber.cancel();
    expect(observable.observers.size).toBe(0);
  });

  it("takes what stands for an Observable, and one whose subscribe returns a function", () => {
    let stopped = 0;
    const inner: PlainObservable<string> = {
      subscribe(observer) {
        observer.next("a");
        return () => {
          stopped++;
        };
      },
    };
    const standing = { "@@observable": () => inner, subscribe: inner.subscribe };
    const subscriber = new ManualSubscriber<string>();
    fromObservable(standing, roomy()).subscribe(subscriber);
    subscriber.request(1);
    subscriber.cancel();
    expect([subscriber.items, stopped]).toEqual([["a"], 1]);
  });

  it("takes one of the TC39 proposal, which calls a start of its observer, if there is one", () => {
    const proposed: PlainObservable<number> = {
      subscribe(observer) {
        const subscription = { unsubscribe() {} };
        (observer as { start?(given: unknown): void }).start?.(subscription);
        observer.next(1);
        return subscription;
      },
    };
    const subscriber = new ManualSubscriber<number>();
    fromObservable(proposed, roomy()).subscribe(subscriber);
    subscriber.request(9);
    expect([subscriber.items, subscriber.ended]).toEqual([[1], false]);
  });

  it("fails with what subscribe throws, and drops what the stop throws and what comes after the end", async () => {
    const late: unknown[] = [];
    restore = onDroppedError((error) => late.push(error));
    const refusing = new ManualSubscriber<number>();
    const thrown = {
      subscribe() {
        throw new Error("closed");
      },
    };
    fromObservable<number>(thrown, roomy()).subscribe(refusing);
    expect(String(refusing.error)).toBe("Error: closed");

    let observer: Observer<number> | undefined;
    const counters = new OverflowCounters();
    const stubborn: PlainObservable<number> = {
      subscribe(given) {
        observer = given;
        return {
          unsubscribe() {
            throw new Error("cannot stop");
          },
        };
      },
    };
    const subscriber = new ManualSubscriber<number>();
    fromObservable(stubborn, policy.latest({ counters })).subscribe(subscriber);
    subscriber.cancel();
    observer?.next(1);
    observer?.error(new Error("late"));
    observer?.complete();
    await settled();
    expect(late.map(String)).toEqual(["Error: cannot stop", "Error: late"]);
    expect([subscriber.signals.length, counters.droppedBy.ended]).toEqual([1, 1]);
  });

  it("ignores what an Observable sends after its end, but for an error, which is dropped", () => {
    const late: unknown[] = [];
    restore = onDroppedError((error) => late.push(error));
    const rude: PlainObservable<number> = {
      subscribe(observer) {
        observer.complete();
        observer.next(1);
        observer.complete();
        observer.error(new Error("again"));
      },
    };
    const subscriber = new ManualSubscriber<number>();
    fromObservable(rude, roomy()).subscribe(subscriber);
    subscriber.request(9);
    expect([subscriber.items, subscriber.completed, late.map(String)]).toEqual([[], true, ["Error: again"]]);
  });

  it("is not subscribed when the subscriber cancels in onSubscribe", () => {
    const observable = new PlatformObservable();
    fromObservable(observable, roomy()).subscribe(
      new ManualSubscriber<number>({ onSubscribe: (self) => self.cancel() }),
    );
    expect(observable.observers.size).toBe(0);
  });

  it("throws a TypeError at the call for what is no Observable, a flow too, and without a policy", () => {
    for (const wrong of [undefined, null, 5, {}, [], range(1, 2)]) {
      expect(() => fromObservable(wrong as never, roomy())).toThrow(TypeError);
    }
    for (const wrong of [undefined, "latest", {}]) {
      expect(() => fromObservable(NEVER, wrong as never)).toThrow("Cannot give fromObservable the policy");
    }
  });
});
