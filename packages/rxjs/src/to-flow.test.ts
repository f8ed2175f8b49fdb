import { onDroppedError, OverflowCounters, OverflowError, policy, range, take } from "@sluice/core";
import { ManualSubscriber } from "@sluice/tck";
import { asapScheduler, from, NEVER, Observable, range as rxRange, Subject, throwError } from "rxjs";
import { TestScheduler } from "rxjs/testing";
import { range as rx8Range, Subject as Rx8Subject } from "rxjs-8";
import { afterEach, describe, expect, it } from "vitest";
import { toFlow } from "./to-flow.js";

const late: unknown[] = [];
let restore = (): void => {};
const catchLate = (): void => {
  late.length = 0;
  restore = onDroppedError((error) => late.push(error));
};
afterEach(() => restore());

const roomy = <T>() => policy.buffer<T>({ capacity: 100, overflow: "error" });
const thrower = (): never => {
  throw new Error("teardown broke");
};

/** As RxJS 9 and the platform: stopped by a signal, nothing is returned, and functions are called without `this`. */
class SignalObservable {
  readonly observers = new Set<{ next(n: number): void }>();

  subscribe(observer: { next(n: number): void }, options: { signal?: AbortSignal } = {}): void {
    this.observers.add(observer);
    options.signal?.addEventListener("abort", () => this.observers.delete(observer));
  }

  send(n: number): void {
    for (const { next } of this.observers) next(n);
  }
}

describe("toFlow", () => {
  it("sends what is asked for, and does with the rest as the policy says, counted", () => {
    const cases = [
      { name: "buffer", choice: policy.buffer<number>, sent: [3, 4], dropped: [1, 2] },
      { name: "latest", choice: policy.latest<number>, sent: [4], dropped: [1, 2, 3] },
      { name: "drop", choice: policy.drop<number>, sent: [], dropped: [1, 2, 3, 4] },
    ] as const;
    for (const { name, choice, sent, dropped } of cases) {
      const counters = new OverflowCounters();
      const gone: number[] = [];
      const subject = new Subject<number>();
      const subscriber = new ManualSubscriber<number>();
      const onDrop = (n: number): void => void gone.push(n);
      toFlow(subject, choice({ capacity: 2, overflow: "dropOldest", onDrop, counters })).subscribe(
        subscriber,
      );
      for (const n of [1, 2, 3, 4]) subject.next(n);
      subscriber.request(9);
      expect([name, subscriber.items, gone, counters.held]).toEqual([name, sent, dropped, 0]);
      subject.next(5);
      expect(subscriber.items.at(-1)).toBe(5);
    }
    const subject = new Subject<number>();
    const subscriber = new ManualSubscriber<number>();
    toFlow(subject, policy.error()).subscribe(subscriber);
    subject.next(1);
    expect([subscriber.error instanceof OverflowError, subject.observed]).toEqual([true, false]);
    expect(String(subscriber.error)).toContain("toFlow has no buffer without demand");
  });

  it("§3.13 leaves no observer behind on any end", async () => {
    const ends: Record<string, (subject: Subject<number>, subscriber: ManualSubscriber<number>) => void> = {
      "cancel while idle": (_, subscriber) => subscriber.cancel(),
      "cancel with items held": (subject, subscriber) => {
        subject.next(1);
        subscriber.cancel();
      },
      completion: (subject) => subject.complete(),
      failure: (subject) => subject.error(new Error("broke")),
    };
    for (const [name, end] of Object.entries(ends)) {
      const subject = new Subject<number>();
      const subscriber = new ManualSubscriber<number>();
      toFlow(subject, roomy()).subscribe(subscriber);
      expect([name, subject.observed]).toEqual([name, true]);
      end(subject, subscriber);
      expect([name, subject.observed]).toEqual([name, false]);
    }
    const subject = new Subject<number>();
    for (const leave of [
      () => toFlow(subject, roomy()).pipe(take(1)).toArray(),
      async () => {
        for await (const _ of toFlow(subject, roomy())) break;
      },
    ]) {
      const left = leave();
      subject.next(1);
      await left;
      expect(subject.observed).toBe(false);
    }
  });

  it("stops an endless synchronous Observable from within an emission", async () => {
    const endless = rxRange(0, Number.POSITIVE_INFINITY);
    expect(await toFlow(endless, policy.error()).pipe(take(3)).toArray()).toEqual([0, 1, 2]);
    const overflowing = new ManualSubscriber<number>();
    toFlow(endless, policy.error()).subscribe(overflowing);
    expect(overflowing.error).toBeInstanceOf(OverflowError);
  });

  it("is not subscribed when the subscriber cancels in onSubscribe", () => {
    let runs = 0;
    const cold = new Observable<number>(() => void runs++);
    toFlow(cold, roomy()).subscribe(new ManualSubscriber<number>({ onSubscribe: (self) => self.cancel() }));
    expect(runs).toBe(0);
  });

  it("§2.8 does not hear an Observable that ignores that it was unsubscribed", () => {
    catchLate();
    let rude: { next(n: number): void; error(error: unknown): void; complete(): void } | undefined;
    const counters = new OverflowCounters();
    const subscriber = new ManualSubscriber<number>();
    const stubborn = {
      subscribe(observer: NonNullable<typeof rude>) {
        rude = observer;
      },
    };
    toFlow<number>(stubborn, policy.latest({ counters })).subscribe(subscriber);
    subscriber.request(9);
    rude?.next(1);
    subscriber.cancel();
    rude?.next(2);
    rude?.complete();
    rude?.error(new Error("late"));
    expect([subscriber.items, subscriber.ended, late.map(String)]).toEqual([[1], false, ["Error: late"]]);
  });

  it("fails with what an Observable throws or sends, at once or after what is held", () => {
    const broke = new Error("broke");
    const failing: Record<string, Observable<number> | { subscribe(): never }> = {
      "throws in subscribe": new Observable<number>(() => {
        throw broke;
      }),
      "another library's throws in subscribe": {
        subscribe() {
          throw broke;
        },
      },
      "sends an error": throwError(() => broke),
    };
    for (const [name, observable] of Object.entries(failing)) {
      const subscriber = new ManualSubscriber<number>();
      toFlow<number>(observable, roomy()).subscribe(subscriber);
      expect([name, subscriber.error]).toEqual([name, broke]);
    }
    const subject = new Subject<number>();
    const subscriber = new ManualSubscriber<number>();
    toFlow(subject, roomy()).subscribe(subscriber);
    subject.next(1);
    subject.error(broke);
    expect(subscriber.ended).toBe(false);
    subscriber.request(1);
    expect([subscriber.items, subscriber.error]).toEqual([[1], broke]);
  });

  it("tells onDroppedError of a teardown that throws, and ends as it would have", () => {
    const ends: Record<string, (subscriber: ManualSubscriber<number>, send: Subject<number>) => void> = {
      cancel: (subscriber) => subscriber.cancel(),
      complete: (_, send) => send.complete(),
      error: (_, send) => send.error(new Error("broke")),
    };
    for (const [name, end] of Object.entries(ends)) {
      catchLate();
      const send = new Subject<number>();
      const observable = new Observable<number>((observer) => {
        send.subscribe(observer);
        return thrower;
      });
      const subscriber = new ManualSubscriber<number>();
      toFlow(observable, roomy()).subscribe(subscriber);
      end(subscriber, send);
      expect([name, late.length, send.observed]).toEqual([name, 1, false]);
      expect(String(late[0])).toContain("teardown broke");
      expect([subscriber.completed, subscriber.failed]).toEqual([name === "complete", name === "error"]);
      restore();
    }
  });

  it("takes the shapes of other libraries, and stops each in its own way", () => {
    const rx8 = new Rx8Subject<number>();
    const signal = new SignalObservable();
    let stopped = 0;
    let observer: { next(n: number): void } | undefined;
    const returning = (teardown: unknown) => ({
      subscribe(given: { next(n: number): void }) {
        observer = given;
        return teardown;
      },
    });
    const stop = (): void => void stopped++;
    const shapes = {
      "RxJS 8": [rx8, (n: number) => rx8.next(n), () => !rx8.observed],
      "RxJS 9 and the platform": [signal, (n: number) => signal.send(n), () => signal.observers.size === 0],
      "a function": [returning(stop), (n: number) => observer?.next(n), () => stopped === 1],
      "a subscription": [
        returning({ unsubscribe: stop }),
        (n: number) => observer?.next(n),
        () => stopped === 2,
      ],
      "what stands for one": [
        { "@@observable": () => returning(stop), subscribe: thrower },
        (n: number) => observer?.next(n),
        () => stopped === 3,
      ],
    } as const;
    for (const [name, [observable, send, isStopped]] of Object.entries(shapes)) {
      const subscriber = new ManualSubscriber<number>();
      toFlow<number>(observable as never, roomy()).subscribe(subscriber);
      subscriber.request(1);
      send(1);
      expect([name, subscriber.items, isStopped()]).toEqual([name, [1], false]);
      subscriber.cancel();
      expect([name, isStopped()]).toEqual([name, true]);
    }
  });

  it("sends all of an Observable of RxJS 8, and its end", async () => {
    expect(await toFlow<number>(rx8Range(0, 5), roomy()).toArray()).toEqual([0, 1, 2, 3, 4]);
  });

  it("subscribes in a turn of the scheduler, and not at all when it was cancelled before", async () => {
    const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
    scheduler.run(({ cold, expectSubscriptions, flush }) => {
      const source = cold("--a--b|");
      const subscriber = new ManualSubscriber<string>();
      toFlow(source, roomy(), { scheduler }).subscribe(subscriber);
      subscriber.request(9);
      expect(source.subscriptions).toEqual([]);
      flush();
      expect([subscriber.items, subscriber.completed]).toEqual([["a", "b"], true]);
      expectSubscriptions(source.subscriptions).toBe("^-----!");
    });
    const subject = new Subject<number>();
    const subscriber = new ManualSubscriber<number>();
    toFlow(subject, roomy(), { scheduler: asapScheduler }).subscribe(subscriber);
    subscriber.cancel();
    await Promise.resolve();
    expect(subject.observed).toBe(false);
  });

  it("fails when the scheduler throws", () => {
    const broken = { now: () => 0, schedule: thrower };
    const subscriber = new ManualSubscriber<number>();
    toFlow(NEVER, roomy<never>(), { scheduler: broken }).subscribe(subscriber);
    expect(String(subscriber.error)).toBe("Error: teardown broke");
  });

  it("throws a TypeError at the call for what is no Observable, no policy, no scheduler", () => {
    for (const wrong of [undefined, null, 5, {}, [], range(1, 2)]) {
      expect(() => toFlow(wrong as never, roomy())).toThrow(
        /^Cannot make a flow of .*: toFlow takes an Observable$/,
      );
    }
    for (const wrong of [undefined, "latest", {}]) {
      expect(() => toFlow(from([1]), wrong as never)).toThrow("Cannot give toFlow the policy");
    }
    for (const scheduler of [null, 5, {}, { now: () => 0 }]) {
      expect(() => toFlow(NEVER, roomy(), { scheduler: scheduler as never })).toThrow(
        "Cannot give toFlow the scheduler",
      );
    }
  });
});
