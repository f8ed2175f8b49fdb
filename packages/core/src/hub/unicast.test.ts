import { ManualSubscriber } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { onDroppedError } from "../kit/dropped.js";
import { OverflowCounters } from "../spec/overflow.js";
import { unicast } from "./unicast.js";

function read<T>(
  hub: { subscribe(subscriber: ManualSubscriber<T>): void },
  demand: number,
): ManualSubscriber<T> {
  const subscriber = new ManualSubscriber<T>();
  hub.subscribe(subscriber);
  if (demand > 0) subscriber.request(demand);
  return subscriber;
}

describe("unicast", () => {
  it("keeps what comes before its subscriber, up to its capacity, then goes by demand", () => {
    const hub = unicast<number>({ capacity: 2 });
    expect([1, 2, 3].map((n) => hub.tryEmit(n))).toEqual(["ok", "ok", "overflow"]);
    expect([hub.held, hub.subscriberCount]).toEqual([2, 0]);
    const subscriber = read(hub, 1);
    expect([subscriber.items, hub.subscriberCount, hub.tryEmit(4)]).toEqual([[1], 1, "ok"]);
    subscriber.request(Number.POSITIVE_INFINITY);
    hub.tryEmit(5);
    hub.complete();
    expect([subscriber.items, subscriber.completed, hub.subscriberCount]).toEqual([[1, 2, 4, 5], true, 0]);
  });

  it("keeps its end for who comes later", () => {
    const [done, failed] = [unicast<number>({ capacity: 2 }), unicast<number>({ capacity: 2 })];
    done.tryEmit(1);
    done.complete();
    expect(failed.error("broke")).toBe("ok");
    const [first, second] = [read(done, 1), read(failed, 0)];
    expect([first.items, first.completed, second.error]).toEqual([[1], true, "broke"]);
  });

  it("§1.9 fails a second subscriber after its onSubscribe, also when the first has left", () => {
    const hub = unicast<number>({ capacity: 2 });
    const first = read(hub, 1);
    for (let round = 0; round < 2; round++) {
      const second = read(hub, 0);
      expect(second.signals.map(({ kind }) => kind)).toEqual(["onSubscribe", "onError"]);
      expect(second.error).toMatchObject({ code: "SUBSCRIBED" });
      first.cancel();
    }
    expect(first.items).toEqual([]);
  });

  it('answers "cancelled" when its subscriber has left, and to those who wait', async () => {
    const dropped: unknown[] = [];
    const restore = onDroppedError((error) => dropped.push(error));
    const hub = unicast<number>({ capacity: 1 });
    const subscriber = read(hub, 0);
    hub.tryEmit(1);
    const waiting = hub.emit(2);
    subscriber.cancel();
    expect([await waiting, hub.tryEmit(3), hub.held]).toEqual(["cancelled", "cancelled", 0]);
    expect([hub.error("late"), hub.complete()]).toEqual(["cancelled", "terminated"]);
    restore();
    expect(dropped).toEqual(["late"]);
  });

  it("gives up what it is told to while nobody is there, and counts it", () => {
    for (const slow of ["dropOldest", "latest"] as const) {
      const counters = new OverflowCounters();
      const hub = unicast<number>({ capacity: 2, slow, counters });
      for (const n of [1, 2, 3]) expect(hub.tryEmit(n)).toBe("ok");
      const kept = slow === "latest" ? [3] : [2, 3];
      expect([counters.held, counters.dropped]).toEqual([kept.length, 3 - kept.length]);
      expect(read(hub, 9).items).toEqual(kept);
    }
  });

  it("cuts off who never came, and tells him when he does", () => {
    const hub = unicast<number>({ capacity: 1, slow: "disconnect" });
    for (const n of [1, 2, 3]) hub.tryEmit(n);
    const late = read(hub, 5);
    expect([late.items, (late.error as Error).message]).toEqual([
      [],
      "unicast cut off a subscriber 1 items behind: raise the capacity or choose a policy that drops",
    ]);
  });

  it("sends nothing when its subscriber cancels inside onSubscribe", () => {
    const hub = unicast<number>({ capacity: 1 });
    hub.tryEmit(1);
    const subscriber = new ManualSubscriber<number>({ onSubscribe: (self) => self.cancel() });
    hub.subscribe(subscriber);
    expect([subscriber.signals.length, hub.subscriberCount, hub.held]).toEqual([1, 0, 0]);
  });

  it("throws at the call for options that are none", () => {
    expect(() => unicast(undefined as never)).toThrow(/unicast the capacity undefined/);
    expect(() => unicast({ capacity: 1, slow: "drop" as "wait" })).toThrow(/"drop": choose/);
  });
});
