import { ManualSubscriber, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { onDroppedError } from "../kit/dropped.js";
import { fromPublisher } from "../source/from-publisher.js";
import { range } from "../source/range.js";
import { finalize, type FlowEnd } from "./finalize.js";
import { take } from "./take.js";

function finalized() {
  const upstream = new TestPublisher<number>();
  const ends: FlowEnd[] = [];
  const seen: string[] = [];
  const subscriber = new ManualSubscriber<number>({
    onComplete: (self) => {
      seen.push("onComplete");
      self.cancel();
    },
    onError: (_, self) => {
      seen.push("onError");
      self.cancel();
    },
  });
  const release = (end: FlowEnd): void => {
    ends.push(end);
    seen.push(upstream.cancelled ? "released after cancel" : "released");
  };
  fromPublisher(upstream).pipe(finalize(release)).subscribe(subscriber);
  return { upstream, subscriber, ends, seen };
}

describe("finalize", () => {
  it("calls once after onComplete, once after onError, once after upstream was cancelled", () => {
    const completed = finalized();
    completed.upstream.complete();
    completed.subscriber.cancel();
    expect([completed.ends, completed.seen]).toEqual([["complete"], ["onComplete", "released"]]);

    const failed = finalized();
    failed.upstream.error(new Error("failed"));
    failed.subscriber.cancel();
    expect([failed.ends, failed.seen]).toEqual([["error"], ["onError", "released"]]);

    const cancelled = finalized();
    cancelled.subscriber.cancel();
    cancelled.subscriber.cancel();
    expect([cancelled.ends, cancelled.seen]).toEqual([["cancel"], ["released after cancel"]]);
  });

  it("is told of a cancel when what is below has enough", async () => {
    const ends: FlowEnd[] = [];
    const flow = range(1, 9).pipe(
      finalize((end) => ends.push(end)),
      take(2),
    );
    expect(await flow.toArray()).toEqual([1, 2]);
    expect(ends).toEqual(["cancel"]);
  });

  it("is called for each subscription", async () => {
    let calls = 0;
    const flow = range(1, 2).pipe(finalize(() => calls++));
    await flow.toArray();
    await flow.toArray();
    expect(calls).toBe(2);
  });

  it("sends what the function throws to onDroppedError, and lets nothing out of cancel (§3.16)", () => {
    const dropped: unknown[] = [];
    const restore = onDroppedError((error) => dropped.push(error));
    const subscriber = new ManualSubscriber<number>();
    range(1, 2)
      .pipe(
        finalize(() => {
          throw "no error";
        }),
      )
      .subscribe(subscriber);
    subscriber.cancel();
    restore();
    expect(dropped.map(String)).toEqual(['Error: finalize threw "no error", which is no Error']);
  });
});
