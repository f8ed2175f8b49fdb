import { ManualSubscriber } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { flowFrom } from "../flow/connected-flow.js";
import { checkPolicy, type OverflowPolicy } from "../kit/overflow-policy.js";
import type { StageSubscriber } from "../kit/stage-subscriber.js";
import { OverflowError } from "../spec/errors.js";
import { type DropReason, OverflowCounters } from "../spec/overflow.js";
import { policy } from "./policy.js";

/** A hot source of numbers, sent by the test. */
function hot<R>(choice: OverflowPolicy<number, R>) {
  let cancels = 0;
  let stage: StageSubscriber<number> | undefined;
  const subscriber = new ManualSubscriber<R>();
  flowFrom<R>((downstream) => {
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

  it("buffer takes its capacity and its choice one after the other as well", () => {
    const dropped: number[] = [];
    const choice = policy.buffer<number>(2, "dropNewest", { onDrop: (item) => void dropped.push(item) });
    const { subscriber, send } = hot(choice);
    send(1, 2, 3);
    subscriber.request(5);
    expect([subscriber.items, dropped]).toEqual([[1, 2], [3]]);
    expect([choice.name, choice.capacity]).toEqual(["buffer", 2]);
  });

  it("shed gives up the lowest priority first, whatever came last", () => {
    const dropped: [number, DropReason][] = [];
    const choice = policy.shed<number>({
      capacity: 2,
      priority: (n) => n,
      onDrop: (...drop) => void dropped.push(drop),
    });
    const { subscriber, send, cancels } = hot(choice);
    send(5, 1, 9, 2);
    subscriber.request(1);
    subscriber.cancel();
    expect([subscriber.items, cancels()]).toEqual([[5], 1]);
    expect(dropped).toEqual([
      [1, "shed"],
      [2, "shed"],
      [9, "ended"],
    ]);
    expect([choice.name, choice.capacity]).toEqual(["shed", 2]);
  });

  it("conflate merges what waits into one item, or into a value of another kind", () => {
    const sums = hot(policy.conflate((sum, n) => sum + n));
    const counts = hot(
      policy.conflate(
        (n: number) => [n],
        (list, n) => [...list, n],
      ),
    );
    for (const { send, subscriber } of [sums, counts]) {
      send(1, 2, 3);
      subscriber.request(2);
      send(4, 5);
      subscriber.request(1);
    }
    expect(sums.subscriber.items).toEqual([6, 4, 5]);
    expect(counts.subscriber.items).toEqual([[1, 2, 3], [4], [5]]);
    const choice = policy.conflate((sum: number, n: number) => sum + n);
    expect([choice.name, choice.capacity]).toEqual(["conflate", 1]);
  });

  it("conflate loses nothing that its source sends from within a function", () => {
    let left = 3;
    const again = (): void => {
      if (left-- > 0) source.send(10 * left, 10 * left + 1);
    };
    const source = hot(
      policy.conflate(
        (n: number) => {
          again();
          return [n];
        },
        (list, n) => {
          again();
          return [...list, n];
        },
      ),
    );
    source.send(1, 2);
    source.subscriber.request(1);
    expect(source.subscriber.items).toEqual([[1, 20, 21, 10, 11, 0, 1, 2]]);
  });

  it("conflate fails on what a function throws, and cancels the source", () => {
    const { subscriber, send, cancels } = hot(
      policy.conflate(() => {
        throw new Error("no");
      }),
    );
    send(1, 2);
    expect([String(subscriber.error), cancels()]).toEqual(["Error: no", 1]);
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
    expect(() => policy.buffer(5 as never)).toThrow(
      'Cannot give policy.buffer overflow: undefined: choose "error"',
    );
    expect(() => policy.buffer(5, "error", { onDrop: 1 as never })).toThrow(TypeError);
    expect(() => policy.shed({ capacity: 1 } as never)).toThrow(TypeError);
    expect(() => policy.conflate(5 as never)).toThrow("Cannot policy.conflate with 5: it takes a function");
    expect(() => policy.conflate(String, 5 as never)).toThrow(TypeError);
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
