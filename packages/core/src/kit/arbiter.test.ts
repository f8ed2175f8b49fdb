import { describe, expect, it } from "vitest";
import type { Subscription } from "../spec/publisher.js";
import { Arbiter } from "./arbiter.js";
import type { StageSubscriber } from "./stage-subscriber.js";

/** A source that a test plays, and what it was asked. */
function source() {
  const asked: unknown[] = [];
  const subscription: Subscription = { request: (n) => asked.push(n), cancel: () => asked.push("cancel") };
  return { asked, subscription };
}

function arbiter(answer: (item: number) => boolean = () => true) {
  const seen: unknown[] = [];
  const downstream: StageSubscriber<number> = {
    onSubscribe() {},
    next: (item) => {
      seen.push(item);
      return answer(item);
    },
    onError() {},
    onComplete() {},
  };
  const owner = {
    sourceCompleted: () => seen.push("completed"),
    sourceFailed: (error: unknown) => seen.push(error),
  };
  return { seen, arbiter: new Arbiter<number>(downstream, owner) };
}

describe("Arbiter", () => {
  it("asks the next source for what the one before left over", () => {
    const { seen, arbiter: a } = arbiter();
    const first = source();
    const second = source();
    a.onSubscribe(first.subscription);
    a.request(3);
    a.next(1);
    a.onComplete();
    a.onSubscribe(second.subscription);
    expect([first.asked, second.asked]).toEqual([[3], [2]]);
    expect(seen).toEqual([1, "completed"]);
  });

  it("collects what is requested while no source runs", () => {
    const { arbiter: a } = arbiter();
    const first = source();
    a.request(2);
    a.request(3);
    a.onSubscribe(first.subscription);
    expect(first.asked).toEqual([5]);
  });

  it("does not count an item that downstream dropped", () => {
    const { arbiter: a } = arbiter((item) => item !== 1);
    const second = source();
    a.onSubscribe(source().subscription);
    a.request(2);
    expect(a.next(1)).toBe(false);
    expect(a.next(2)).toBe(true);
    a.onComplete();
    a.onSubscribe(second.subscription);
    expect(second.asked).toEqual([1]);
  });

  it("keeps unbounded demand unbounded", () => {
    const { arbiter: a } = arbiter();
    const second = source();
    a.request(Number.POSITIVE_INFINITY);
    a.onSubscribe(source().subscription);
    a.next(1);
    a.onComplete();
    a.onSubscribe(second.subscription);
    expect(second.asked).toEqual([Number.POSITIVE_INFINITY]);
  });

  it("§3.8 counts what is requested from within next", () => {
    const { arbiter: a } = arbiter(() => {
      a.request(1);
      return true;
    });
    const first = source();
    const second = source();
    a.onSubscribe(first.subscription);
    a.request(1);
    a.next(1);
    a.onComplete();
    a.onSubscribe(second.subscription);
    expect([first.asked, second.asked]).toEqual([[1, 1], [1]]);
  });

  it("cancels the source that runs, and one that comes later", () => {
    const { seen, arbiter: a } = arbiter();
    const first = source();
    const second = source();
    a.onSubscribe(first.subscription);
    a.cancel();
    a.onSubscribe(second.subscription);
    expect([first.asked, second.asked]).toEqual([["cancel"], ["cancel"]]);
    expect([a.next(1), seen]).toEqual([false, []]);
  });

  it("tells its owner of a failure", () => {
    const { seen, arbiter: a } = arbiter();
    a.onSubscribe(source().subscription);
    a.onError("broke");
    expect([seen, a.isRunning]).toEqual([["broke"], false]);
  });
});
