import { ManualSubscriber, TestPublisher } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { filter } from "../operator/filter.js";
import { take } from "../operator/take.js";
import { fromPublisher } from "../source/from-publisher.js";

describe("FusedStage", () => {
  it("§3.8 counts a request made within onNext behind a take, one item at a time", () => {
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>({ onNext: (_, self) => self.request(1) });
    fromPublisher(upstream).pipe(take(3)).subscribe(subscriber);
    subscriber.request(1);
    for (let n = 1; n <= 3; n++) upstream.next(n); // throws when it was not asked for
    expect(subscriber.items).toEqual([1, 2, 3]);
    expect(subscriber.completed).toBe(true);
    expect(upstream.requested).toBe(3);
  });

  it("asks again for what a filter dropped, but for no more than take lets through", () => {
    const upstream = new TestPublisher<number>();
    const subscriber = new ManualSubscriber<number>();
    fromPublisher(upstream)
      .pipe(
        take(4),
        filter((n) => n > 2),
      )
      .subscribe(subscriber);
    subscriber.request(2);
    for (let n = 1; n <= 4; n++) upstream.next(n);
    expect(subscriber.items).toEqual([3, 4]);
    expect(subscriber.completed).toBe(true);
    expect(upstream.requested).toBe(4);
  });
});
