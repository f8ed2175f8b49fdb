import { ManualSubscriber, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { flowOf } from "../flow/connected-flow.js";
import { fromPublisher } from "../source/from-publisher.js";
import { onDroppedError } from "./dropped.js";
import { OperatorSubscriber } from "./operator-subscriber.js";
import type { StageSubscriber } from "./stage-subscriber.js";

/** Fails at -1, completes early at 0, drops odd items; writes down when it is to release what it holds. */
class Sample extends OperatorSubscriber<number, number> {
  released = 0;

  next(item: number): boolean {
    if (item === -1) this.fail(new Error("at -1"));
    else if (item === 0) this.completeEarly();
    else return item % 2 === 0 && this.downstream.next(item);
    return false;
  }

  failAgain(): void {
    this.fail(new Error("again"));
    this.completeEarly();
  }

  protected override onEnd(): void {
    this.released++;
  }
}

function sampled(hooks: ConstructorParameters<typeof ManualSubscriber<number>>[0] = {}) {
  let stage: Sample | undefined;
  const upstream = new TestPublisher<number>();
  const subscriber = new ManualSubscriber<number>(hooks);
  flowOf(fromPublisher(upstream), (down: StageSubscriber<number>) => {
    stage = new Sample(down);
    return stage;
  }).subscribe(subscriber);
  return { upstream, subscriber, stage: stage as unknown as Sample };
}

describe("OperatorSubscriber", () => {
  it("passes requests on as they are, and one more for each item dropped", () => {
    const { upstream, subscriber } = sampled();
    subscriber.request(2);
    upstream.next(1, 2, 3, 4);
    expect(subscriber.items).toEqual([2, 4]);
    expect(upstream.calls.map((call) => call.n)).toEqual([2, 1, 1]);
  });

  it("passes cancel on once and releases once", () => {
    const { upstream, subscriber, stage } = sampled();
    subscriber.cancel();
    subscriber.cancel();
    expect([upstream.cancels, stage.released]).toEqual([1, 1]);
  });

  it("passes the end of upstream on without cancelling it", () => {
    const completed = sampled();
    completed.upstream.complete();
    expect([completed.subscriber.completed, completed.upstream.cancels, completed.stage.released]).toEqual([
      true,
      0,
      1,
    ]);
    const failed = sampled();
    failed.upstream.error("broke");
    expect([failed.subscriber.error, failed.upstream.cancels, failed.stage.released]).toEqual([
      "broke",
      0,
      1,
    ]);
  });

  it("cancels upstream when it fails or completes by itself, then signals nothing more", () => {
    const failed = sampled();
    failed.subscriber.request(9);
    failed.upstream.next(-1);
    expect([String(failed.subscriber.error), failed.upstream.cancels]).toEqual(["Error: at -1", 1]);
    const completed = sampled();
    completed.subscriber.request(9);
    completed.upstream.next(0, 2);
    expect([completed.subscriber.completed, completed.subscriber.items]).toEqual([true, []]);
    expect(completed.upstream.cancels).toBe(1);
  });

  it("reports a failure of its own after the end", () => {
    const dropped: unknown[] = [];
    const restore = onDroppedError((error) => dropped.push(error));
    const { upstream, subscriber, stage } = sampled();
    upstream.complete();
    stage.failAgain();
    restore();
    expect(dropped.map(String)).toEqual(["Error: again"]);
    expect(subscriber.signals.map((signal) => signal.kind)).toEqual(["onSubscribe", "onComplete"]);
  });

  it("§3.6 asks nothing after the end", () => {
    const { upstream, subscriber } = sampled();
    upstream.complete();
    subscriber.request(1);
    expect(upstream.requested).toBe(0);
  });
});
