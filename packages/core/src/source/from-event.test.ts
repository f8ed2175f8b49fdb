import { ManualSubscriber, until } from "@sluice/tck";
import { getEventListeners } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { onDroppedError } from "../kit/dropped.js";
import { policy } from "../policy/policy.js";
import { OverflowError } from "../spec/errors.js";
import { OverflowCounters } from "../spec/overflow.js";
import { type EventSource, fromEvent } from "./from-event.js";

let restore = (): void => {};
afterEach(() => restore());

/** A target that is no EventTarget, of which a test sees everything. */
class Bell implements EventSource<number> {
  readonly listeners = new Set<(event: number) => void>();

  addEventListener(_: string, listener: (event: number) => void): void {
    this.listeners.add(listener);
  }

  removeEventListener(_: string, listener: (event: number) => void): void {
    this.listeners.delete(listener);
  }

  ring(...events: number[]): void {
    for (const event of events) for (const listener of this.listeners) listener(event);
  }
}

describe("fromEvent", () => {
  it("sends the events of its type to each subscriber, as they are requested", () => {
    const target = new EventTarget();
    const subscribers = [new ManualSubscriber<Event>(), new ManualSubscriber<Event>()];
    const flow = fromEvent(target, "job", policy.buffer({ capacity: 2, overflow: "dropOldest" }));
    for (const subscriber of subscribers) flow.subscribe(subscriber);
    for (const type of ["job", "other", "job"]) target.dispatchEvent(new Event(type));
    subscribers[0]?.request(1);
    subscribers[1]?.request(9);
    expect(subscribers.map(({ items }) => items.map(({ type }) => type))).toEqual([["job"], ["job", "job"]]);
  });

  it("listens from the subscription on, not before", () => {
    const target = new EventTarget();
    const flow = fromEvent(target, "job", policy.latest());
    expect(getEventListeners(target, "job")).toHaveLength(0);
    flow.subscribe(new ManualSubscriber());
    expect(getEventListeners(target, "job")).toHaveLength(1);
  });

  it("keeps no listener after a cancel, an overflow, a throw of onDrop and a cancel in onSubscribe", async () => {
    const target = new EventTarget();
    const ring = (): boolean => target.dispatchEvent(new Event("job"));

    const cancelled = new ManualSubscriber<Event>();
    fromEvent(target, "job", policy.latest()).subscribe(cancelled);
    cancelled.cancel();
    expect(getEventListeners(target, "job")).toHaveLength(0);

    const failed = new ManualSubscriber<Event>();
    fromEvent(target, "job", policy.error()).subscribe(failed);
    ring();
    expect(failed.error).toBeInstanceOf(OverflowError);
    expect(getEventListeners(target, "job")).toHaveLength(0);

    const thrown = new ManualSubscriber<Event>();
    const onDrop = (): never => {
      throw new Error("no drops");
    };
    fromEvent(target, "job", policy.drop({ onDrop })).subscribe(thrown);
    ring();
    expect(String(thrown.error)).toBe("Error: no drops");
    expect(getEventListeners(target, "job")).toHaveLength(0);

    const never = new ManualSubscriber<Event>({ onSubscribe: (self) => self.cancel() });
    fromEvent(target, "job", policy.latest()).subscribe(never);
    expect(getEventListeners(target, "job")).toHaveLength(0);

    const signal = AbortSignal.timeout(1);
    await fromEvent(target, "job", policy.latest())
      .toArray({ signal })
      .catch(() => {});
    await until(() => getEventListeners(target, "job").length === 0, "the listener to be removed");
  });

  it("keeps account: offered = delivered + dropped + held", () => {
    const counters = new OverflowCounters();
    const bell = new Bell();
    const subscriber = new ManualSubscriber<number>();
    fromEvent(bell, "", policy.buffer({ capacity: 1, overflow: "dropOldest", counters })).subscribe(
      subscriber,
    );
    bell.ring(1, 2, 3);
    subscriber.request(1);
    bell.ring(4);
    const { offered, delivered, dropped, held } = counters;
    expect([subscriber.items, offered, delivered, dropped, held]).toEqual([[3], 4, 1, 2, 1]);
  });

  it("§1.3 stays serial when an event is dispatched from within onNext", () => {
    const bell = new Bell();
    const subscriber = new ManualSubscriber<number>({
      onNext: (n) => {
        if (n < 10_000) bell.ring(n + 1);
      },
    });
    fromEvent(bell, "", policy.buffer({ capacity: 1, overflow: "error" })).subscribe(subscriber);
    subscriber.request(Number.POSITIVE_INFINITY);
    bell.ring(1);
    expect([subscriber.items.length, subscriber.depth]).toEqual([10_000, 1]);
  });

  it("fails with what addEventListener throws, and drops what removeEventListener throws", () => {
    const late: unknown[] = [];
    restore = onDroppedError((error) => late.push(error));
    class Broken extends Bell {
      override removeEventListener(): never {
        throw new Error("cannot remove");
      }
    }
    const subscriber = new ManualSubscriber<number>();
    fromEvent(new Broken(), "", policy.latest()).subscribe(subscriber);
    subscriber.cancel();
    expect(late.map(String)).toEqual(["Error: cannot remove"]);

    const refused = new ManualSubscriber<number>();
    const deaf: EventSource<number> = {
      addEventListener() {
        throw "deaf";
      },
      removeEventListener() {},
    };
    fromEvent(deaf, "", policy.latest()).subscribe(refused);
    expect(String(refused.error)).toBe('Error: addEventListener threw "deaf", which is no Error');
  });

  it("takes off a listener again that was called and cancelled while it was added", () => {
    const bell = new Bell();
    const eager: EventSource<number> = {
      addEventListener(type, listener) {
        listener(1);
        bell.addEventListener(type, listener);
      },
      removeEventListener: (type, listener) => bell.removeEventListener(type, listener),
    };
    const subscriber = new ManualSubscriber<number>({
      onSubscribe: (self) => self.request(1),
      onNext: (_, self) => self.cancel(),
    });
    fromEvent(eager, "", policy.latest()).subscribe(subscriber);
    expect([subscriber.items, bell.listeners.size]).toEqual([[1], 0]);
  });

  it("throws a TypeError at the call for what is no target, no type and no policy", () => {
    const target = new EventTarget();
    for (const wrong of [undefined, null, 5, {}, { addEventListener() {} }]) {
      expect(() => fromEvent(wrong as never, "job", policy.latest())).toThrow(TypeError);
    }
    expect(() => fromEvent(target, 5 as never, policy.latest())).toThrow(TypeError);
    for (const wrong of [undefined, "latest", {}]) {
      expect(() => fromEvent(target, "job", wrong as never)).toThrow("Cannot give fromEvent the policy");
    }
  });
});
