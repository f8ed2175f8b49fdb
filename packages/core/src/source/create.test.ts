import { ManualSubscriber, verify } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { onDroppedError } from "../kit/dropped.js";
import { OverflowCounters } from "../spec/overflow.js";
import { create, type Emitter } from "./create.js";

const options = { capacity: 2, overflow: "error" } as const;

/** A flow whose emitter a test holds. */
function held(release?: () => void) {
  let emitter: Emitter<number> | undefined;
  const flow = create<number>((given) => {
    emitter = given;
    return release;
  }, options);
  const subscriber = new ManualSubscriber<number>();
  flow.subscribe(subscriber);
  if (emitter === undefined) throw new Error("produce was not called");
  return { emitter, subscriber };
}

describe("create", () => {
  it("runs the producer anew for each subscriber", async () => {
    let runs = 0;
    const flow = create<number>((emitter) => {
      emitter.next(++runs);
      emitter.complete();
    }, options);
    expect([await flow.toArray(), await flow.toArray()]).toEqual([[1], [2]]);
  });

  it("tells the producer what became of each item and how much is wanted", () => {
    const { emitter, subscriber } = held();
    expect(emitter.demand).toBe(0);
    expect([emitter.next(1), emitter.next(2), emitter.next(3)]).toEqual(["accepted", "accepted", "dropped"]);
    subscriber.request(5);
    expect(subscriber.items).toEqual([1, 2]);
    expect(emitter.next(4)).toBe("ended");
    expect(emitter.demand).toBe(0);
  });

  it("§1.7 does nothing after complete, and reports an error that comes then", () => {
    const dropped: unknown[] = [];
    const restore = onDroppedError((error) => dropped.push(error));
    const { emitter, subscriber } = held();
    emitter.next(1);
    emitter.complete();
    emitter.complete();
    emitter.error("late");
    restore();
    expect([emitter.next(2), emitter.demand]).toEqual(["ended", 0]);
    subscriber.request(9);
    expect(subscriber.signals.map((signal) => signal.kind)).toEqual(["onSubscribe", "onNext", "onComplete"]);
    expect(dropped).toEqual(["late"]);
  });

  it("calls what the producer returned once: on complete, on error, on cancel, on overflow", () => {
    const ends: ((emitter: Emitter<number>, subscriber: ManualSubscriber<number>) => void)[] = [
      (emitter) => emitter.complete(),
      (emitter) => emitter.error(new Error("e")),
      (_, subscriber) => subscriber.cancel(),
      (emitter) => [1, 2, 3].forEach((n) => void emitter.next(n)),
    ];
    for (const end of ends) {
      let released = 0;
      const { emitter, subscriber } = held(() => released++);
      const { signal } = emitter;
      end(emitter, subscriber);
      subscriber.cancel();
      emitter.complete();
      expect([released, signal.aborted, emitter.signal.aborted]).toEqual([1, true, true]);
    }
  });

  it("calls what the producer returned also when it has ended while it ran", () => {
    for (const end of ["complete", "error", "cancel"] as const) {
      let released = 0;
      const subscriber = new ManualSubscriber<number>();
      create<number>((emitter) => {
        if (end === "complete") emitter.complete();
        else if (end === "error") emitter.error(new Error("e"));
        else subscriber.cancel();
        return () => released++;
      }, options).subscribe(subscriber);
      expect(released).toBe(1);
    }
  });

  it("turns a throw of the producer into an error, after what it sent", async () => {
    const flow = create<number>((emitter) => {
      emitter.next(1);
      throw new Error("producer");
    }, options);
    await verify(flow)
      .expectNothingMore()
      .request(1)
      .expect(1)
      .expectError((error) => String(error) === "Error: producer")
      .run();
  });

  it("reports a throw of the producer after it has completed, and of what it returned", () => {
    const dropped: unknown[] = [];
    const restore = onDroppedError((error) => dropped.push(error));
    create<number>((emitter) => {
      emitter.complete();
      throw new Error("after");
    }, options).subscribe(new ManualSubscriber<number>());
    const { emitter } = held(() => {
      throw new Error("release");
    });
    emitter.complete();
    restore();
    expect(dropped.map(String)).toEqual(["Error: after", "Error: release"]);
  });

  it("does not run the producer when the subscriber cancels in onSubscribe", () => {
    let runs = 0;
    const subscriber = new ManualSubscriber<number>({ onSubscribe: (self) => self.cancel() });
    create<number>(() => {
      runs++;
    }, options).subscribe(subscriber);
    expect(runs).toBe(0);
  });

  it("keeps its end when the abort listener or the release sends another one", () => {
    const { emitter, subscriber } = held(() => {
      emitter.complete();
      expect(emitter.next(9)).toBe("ended");
    });
    emitter.signal.addEventListener("abort", () => emitter.complete());
    emitter.error(new Error("the real end"));
    subscriber.request(9);
    expect([String(subscriber.error), subscriber.items]).toEqual(["Error: the real end", []]);
  });

  it("counts: offered = delivered + dropped + held", () => {
    const counters = new OverflowCounters();
    const subscriber = new ManualSubscriber<number>();
    create<number>(
      (emitter) => {
        for (let n = 0; n < 5; n++) emitter.next(n);
      },
      { capacity: 2, overflow: "dropOldest", counters },
    ).subscribe(subscriber);
    subscriber.request(1);
    expect([counters.offered, counters.delivered, counters.dropped, counters.held]).toEqual([5, 1, 3, 1]);
    subscriber.cancel();
    expect([counters.dropped, counters.held]).toEqual([4, 0]);
  });
});
