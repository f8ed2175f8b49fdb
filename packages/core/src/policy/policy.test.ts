import { ManualSubscriber } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { flowFrom } from "../flow/connected-flow.js";
import { checkPolicy, type OverflowPolicy } from "../kit/overflow-policy.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import { OverflowError } from "../spec/errors.js";
import { type DropReason, OverflowCounters } from "../spec/overflow.js";
import { policy } from "./policy.js";

/** A hot source of numbers, sent by the test. */
function hot(choice: OverflowPolicy<number>) {
  let cancels = 0;
  let stage: StageSubscriber<number> | undefined;
  const subscriber = new ManualSubscriber<number>();
  flowFrom<number>((downstream) => {
    stage = choice.open(downstream, "hot");
    stage.onSubscribe({ request() {}, cancel: () => void cancels++ });
  }).subscribe(subscriber);
  const send = (...items: number[]): void => items.forEach((item) => void stage?.next(item));
  return { subscriber, send, cancels: () => cancels };
}

describe("policy", () => {
  it("buffer holds up to its capacity, then does as overflow says", () => {
    const dropped: [number, DropReason][] = [];
    const choice = policy.buffer<number>({
      capacity: 2,
      overflow: "dropOldest",
      onDrop: (...drop) => void dropped.push(drop),
    });
    const { subscriber, send } = hot(choice);
    send(1, 2, 3);
    subscriber.request(5);
    expect([subscriber.items, dropped]).toEqual([[2, 3], [[1, "overflow"]]]);
    expect([choice.name, choice.capacity]).toEqual(["buffer", 2]);
  });

  it("latest keeps the last one, drop none", () => {
    const counters = new OverflowCounters();
    const latest = hot(policy.latest({ counters }));
    latest.send(1, 2);
    latest.subscriber.request(1);
    expect([latest.subscriber.items, counters.droppedBy.overflow]).toEqual([[2], 1]);
    const drop = hot(policy.drop());
    drop.send(1, 2);
    drop.subscriber.request(1);
    expect(drop.subscriber.items).toEqual([]);
    drop.send(3);
    expect(drop.subscriber.items).toEqual([3]);
  });

  it("error fails, naming the source, and cancels it", () => {
    const { subscriber, send, cancels } = hot(policy.error());
    subscriber.request(1);
    send(1, 2);
    expect(subscriber.error).toBeInstanceOf(OverflowError);
    expect(String(subscriber.error)).toContain("hot has no buffer");
    expect(cancels()).toBe(1);
  });

  it("serves each subscription apart", () => {
    const choice = policy.buffer<number>({ capacity: 1, overflow: "error" });
    const [one, two] = [hot(choice), hot(choice)];
    one.send(1);
    two.send(2);
    one.subscriber.request(1);
    two.subscriber.request(1);
    expect([one.subscriber.items, two.subscriber.items]).toEqual([[1], [2]]);
  });

  it("refuses a buffer without capacity or choice, an onDrop that is no function and counters that are none", () => {
    expect(() => policy.buffer({ overflow: "error" } as never)).toThrow(RangeError);
    expect(() => policy.buffer({ capacity: 1 } as never)).toThrow(TypeError);
    for (const make of [policy.drop, policy.latest, policy.error]) {
      expect(() => make({ onDrop: 1 } as never)).toThrow(TypeError);
      expect(() => make({ counters: {} } as never)).toThrow(TypeError);
    }
  });
});

describe("checkPolicy", () => {
  it("throws a TypeError that names the place, what it got and the choices", () => {
    for (const wrong of [undefined, null, "latest", 4, {}]) {
      expect(() => checkPolicy("fromEvent", wrong as never)).toThrow(TypeError);
    }
    expect(() => checkPolicy("fromEvent", "latest" as never)).toThrow(
      'Cannot give fromEvent the policy "latest": choose policy.buffer(',
    );
  });
});
