import { describe, expect, it } from "vitest";
import { ManualSubscriber } from "./manual-subscriber.js";
import { TestPublisher } from "./test-publisher.js";

describe("TestPublisher", () => {
  it("writes down what is asked of it and from inside which signal", () => {
    const publisher = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>({
      onSubscribe: (self) => self.request(1),
      onNext: (_, self) => self.cancel(),
    });
    publisher.subscribe(subscriber);
    publisher.next(7);
    expect(publisher.calls).toEqual([
      { call: "request", n: 1, during: ["onSubscribe"], afterEnd: false },
      { call: "cancel", n: undefined, during: ["onNext"], afterEnd: false },
    ]);
    expect(publisher.cancelled).toBe(true);
  });

  it("§1.1 refuses to emit what was not asked for", () => {
    const publisher = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    publisher.subscribe(subscriber);
    subscriber.request(2);
    expect(() => publisher.next(1, 2, 3)).toThrow(
      "Cannot emit item 3: 2 were asked for (§1.1); wait for demand",
    );
    expect(subscriber.items).toEqual([1, 2]);
  });

  it("§1.7 refuses to signal after the end", () => {
    const publisher = new TestPublisher<number>();
    publisher.subscribe(new ManualSubscriber());
    publisher.complete();
    expect(() => publisher.error(new Error("late"))).toThrow(
      "Cannot signal onError: the stream has ended (§1.7)",
    );
  });

  it("§1.9 answers a second subscriber with an error after its onSubscribe", () => {
    const publisher = new TestPublisher<number>();
    publisher.subscribe(new ManualSubscriber());
    const second = new ManualSubscriber<number>();
    publisher.subscribe(second);
    expect(second.signals.map((signal) => signal.kind)).toEqual(["onSubscribe", "onError"]);
  });

  it("emits from within request where it is told to (§3.10)", () => {
    const publisher = new TestPublisher<number>({ onRequest: (_, self) => self.next(self.emitted) });
    const subscriber = new ManualSubscriber<number>();
    publisher.subscribe(subscriber);
    subscriber.request(1);
    subscriber.request(1);
    expect(subscriber.items).toEqual([0, 1]);
  });

  it("starts late where it is told to, and says so when it has nobody to signal to", () => {
    const publisher = new TestPublisher<number>({ startsAtOnce: false });
    expect(() => publisher.start()).toThrow("Cannot signal onSubscribe: nobody has subscribed");
    const subscriber = new ManualSubscriber<number>();
    publisher.subscribe(subscriber);
    expect(subscriber.signals).toEqual([]);
    publisher.start();
    expect(subscriber.signals).toEqual([{ kind: "onSubscribe" }]);
  });
});
