import { captureReported, ManualSubscriber, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { RuleViolationError } from "../spec/errors.js";
import type { Publisher, Subscriber, Subscription } from "../spec/publisher.js";
import { filter } from "../operator/filter.js";
import { fromPublisher } from "../source/from-publisher.js";
import { onDroppedError, onDroppedItem } from "./dropped.js";

/** A publisher that does as told, whatever the rules say. */
function misbehaving(subscribe: (subscriber: Subscriber<number>) => void): Publisher<number> {
  return { subscribe };
}

function subscribed(publisher: Publisher<number>): ManualSubscriber<number> {
  const subscriber = new ManualSubscriber<number>();
  fromPublisher(publisher).subscribe(subscriber);
  return subscriber;
}

function rule(subscriber: ManualSubscriber<unknown>): string {
  if (!(subscriber.error instanceof RuleViolationError)) throw new Error(`no violation: ${subscriber.error}`);
  return subscriber.error.rule;
}

const idle: Subscription = { request() {}, cancel() {} };

describe("connect", () => {
  it("§1.1 fails the stream of a publisher that sends more than was requested, and cancels it", () => {
    let cancels = 0;
    const subscriber = subscribed(
      misbehaving((down) =>
        down.onSubscribe({
          request: () => {
            down.onNext(1);
            down.onNext(2);
          },
          cancel: () => cancels++,
        }),
      ),
    );
    subscriber.request(1);
    expect(subscriber.items).toEqual([1]);
    expect(rule(subscriber)).toBe("§1.1");
    expect(cancels).toBe(1);
  });

  it("§1.3 fails the stream of a publisher that sends an item inside another", () => {
    let upstream: Subscriber<number> | undefined;
    const subscriber = new ManualSubscriber<number>({
      onNext: (item) => {
        if (item === 1) upstream?.onNext(2);
      },
    });
    fromPublisher(
      misbehaving((down) => {
        upstream = down;
        down.onSubscribe(idle);
      }),
    ).subscribe(subscriber);
    subscriber.request(9);
    upstream?.onNext(1);
    expect(subscriber.items).toEqual([1]);
    expect(subscriber.depth).toBe(1);
    expect(rule(subscriber)).toBe("§1.3");
  });

  it("§1.9 fails the stream of a publisher that sends an item before onSubscribe", () => {
    const subscriber = subscribed(misbehaving((down) => down.onNext(1)));
    expect(subscriber.signals.map((signal) => signal.kind)).toEqual(["onSubscribe", "onError"]);
    expect(rule(subscriber)).toBe("§1.9");
  });

  it("§1.9 gives a subscription first where a publisher completes or fails without one", () => {
    const completed = subscribed(misbehaving((down) => down.onComplete()));
    expect(completed.signals.map((signal) => signal.kind)).toEqual(["onSubscribe", "onError"]);
    expect(rule(completed)).toBe("§1.9");
    const reason = new Error("refused");
    const failed = subscribed(misbehaving((down) => down.onError(reason)));
    expect(failed.signals.map((signal) => signal.kind)).toEqual(["onSubscribe", "onError"]);
    expect(failed.error).toBe(reason);
  });

  it("§1.9 cancels a subscription that comes after the stream has ended", () => {
    let cancels = 0;
    const subscriber = subscribed(
      misbehaving((down) => {
        down.onError(new Error("first"));
        down.onSubscribe({ request() {}, cancel: () => cancels++ });
      }),
    );
    expect(subscriber.failed).toBe(true);
    expect(cancels).toBe(1);
  });

  it("§1.9 fails the stream of a publisher that gives no subscription object", () => {
    const subscriber = subscribed(misbehaving((down) => down.onSubscribe(null as unknown as Subscription)));
    expect(subscriber.signals.map((signal) => signal.kind)).toEqual(["onSubscribe", "onError"]);
    expect(rule(subscriber)).toBe("§1.9");
  });

  it("§1.9 turns what subscribe throws into an error, before and after onSubscribe", () => {
    const before = subscribed(
      misbehaving(() => {
        throw new Error("no route");
      }),
    );
    expect(String(before.error)).toBe("Error: no route");
    let cancels = 0;
    const after = subscribed(
      misbehaving((down) => {
        down.onSubscribe({ request() {}, cancel: () => cancels++ });
        throw new Error("half way");
      }),
    );
    expect(rule(after)).toBe("§1.9");
    expect(String((after.error as Error).cause)).toBe("Error: half way");
    expect(cancels).toBe(1);
  });

  it("§1.7 counts an item and reports an error that come after the end", () => {
    const items: unknown[] = [];
    const errors: unknown[] = [];
    const restoreItem = onDroppedItem((item) => items.push(item));
    const restoreError = onDroppedError((error) => errors.push(error));
    const subscriber = subscribed(
      misbehaving((down) => {
        down.onSubscribe(idle);
        down.onComplete();
        down.onNext(1);
        down.onError("late");
        down.onComplete();
      }),
    );
    restoreItem();
    restoreError();
    expect(subscriber.signals.map((signal) => signal.kind)).toEqual(["onSubscribe", "onComplete"]);
    expect(items).toEqual([1]);
    expect(errors).toEqual(["late"]);
  });

  it("§2.5 cancels a second subscription and goes on with the first", () => {
    let cancels = 0;
    let requests = 0;
    const upstream = new TestPublisher<number>();
    const subscriber = subscribed(upstream);
    upstream.startAgain({ request: () => requests++, cancel: () => cancels++ });
    subscriber.request(1);
    upstream.next(1);
    expect(subscriber.items).toEqual([1]);
    expect([cancels, requests]).toEqual([1, 0]);
  });

  it("§3.16 fails the stream of a subscription that throws from request, §3.15 survives a throw from cancel", () => {
    const errors: unknown[] = [];
    const restore = onDroppedError((error) => errors.push(error));
    const subscriber = subscribed(
      misbehaving((down) =>
        down.onSubscribe({
          request: () => {
            throw new Error("bad request");
          },
          cancel: () => {
            throw new Error("bad cancel");
          },
        }),
      ),
    );
    subscriber.request(1);
    restore();
    expect(rule(subscriber)).toBe("§3.16");
    expect(errors.map(String)).toEqual(["Error: bad cancel"]);
  });

  it("reports what a subscription throws from request after it was cancelled from within", () => {
    const errors: unknown[] = [];
    const restore = onDroppedError((error) => errors.push(error));
    const subscriber = new ManualSubscriber<number>({ onNext: (_, self) => self.cancel() });
    fromPublisher(
      misbehaving((down) =>
        down.onSubscribe({
          request: () => {
            down.onNext(1);
            throw new Error("bad request");
          },
          cancel() {},
        }),
      ),
    ).subscribe(subscriber);
    subscriber.request(1);
    restore();
    expect(subscriber.signals.map((signal) => signal.kind)).toEqual(["onSubscribe", "onNext"]);
    expect(errors).toHaveLength(1);
  });

  it("§1.3 holds a terminal signal that comes inside onNext until that has returned", () => {
    let upstream: TestPublisher<number> | undefined;
    const subscriber = new ManualSubscriber<number>({ onNext: () => upstream?.complete() });
    upstream = new TestPublisher<number>();
    fromPublisher(upstream).subscribe(subscriber);
    subscriber.request(1);
    upstream.next(1);
    expect(subscriber.depth).toBe(1);
    expect(subscriber.completed).toBe(true);
  });

  it("reports an error that came inside onNext when that callback then cancels", () => {
    const errors: unknown[] = [];
    const restore = onDroppedError((error) => errors.push(error));
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>({
      onNext: (_, self) => {
        upstream.error("broke");
        self.cancel();
      },
    });
    fromPublisher(upstream).subscribe(subscriber);
    subscriber.request(1);
    upstream.next(1);
    restore();
    expect(subscriber.failed).toBe(false);
    expect(errors).toEqual(["broke"]);
    expect(upstream.cancels).toBe(0);
  });

  it("§3.3 does not grow the stack over a publisher that answers each request on the stack of the call", () => {
    const last = 20_000;
    const upstream = new TestPublisher<number>({
      onRequest: (n, self) => {
        for (let k = 0; k < n; k++) self.next(self.emitted);
        if (self.emitted >= last) self.complete();
      },
    });
    const subscriber = new ManualSubscriber<number>({ onNext: (_, self) => self.request(1) });
    fromPublisher(upstream)
      .pipe(filter((n) => n % 2 === 0))
      .subscribe(subscriber);
    subscriber.request(1);
    expect(subscriber.items).toHaveLength(last / 2);
    expect(subscriber.depth).toBe(1);
    expect(Math.max(...upstream.calls.map((call) => call.during.length))).toBeLessThan(4);
  });

  it("§2.13 survives a subscriber that throws, and cancels the publisher", async () => {
    const upstream = new TestPublisher<number>();
    const reported = await captureReported(() => {
      fromPublisher(upstream).subscribe({
        onSubscribe: (subscription) => subscription.request(2),
        onNext: () => {
          throw new Error("broken subscriber");
        },
        onError() {},
        onComplete() {},
      });
      upstream.next(1);
    });
    expect(reported.map(String)).toEqual(["Error: broken subscriber"]);
    expect(upstream.cancels).toBe(1);
  });
});
