import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Publisher } from "@sluice/core";
import { describe, expect, it } from "vitest";
import { referencePublisher } from "./conformance/reference-publisher.js";
import { TestPublisher } from "./test-publisher.js";
import { verify } from "./verify.js";
import { VirtualClock } from "./virtual-clock.js";

const three = referencePublisher({ count: 3, item: (index) => index + 1 });
const failing = referencePublisher({
  count: 1,
  item: (index) => index,
  failure: { error: new Error("broken") },
});

describe("verify", () => {
  it("plays a script that is true", async () => {
    await verify(three)
      .expectNothingMore()
      .request(2)
      .expect(1, 2)
      .expectNothingMore()
      .request(5)
      .expect(3)
      .expectComplete()
      .run();
    await verify(failing)
      .request(1)
      .expect(0)
      .expectError((error) => String(error) === "Error: broken")
      .run();
  });

  it("lets nothing pass that no step named, at the end of the script either", async () => {
    const script = verify(three).request(3).expect(1);
    await expect(script.run()).rejects.toThrow(
      "After the last step: item 1 came and no step named it; seen so far: [1, 2, 3], onComplete",
    );
    await expect(verify(failing).request(1).expect(0).run()).rejects.toThrow(
      "After the last step: the stream failed and no step named it",
    );
  });

  it("§1.1 §1.7 fails for what no stream may do, though the script names it", async () => {
    const unasked: Publisher<number> = {
      subscribe: (subscriber) => {
        subscriber.onSubscribe({ request: () => {}, cancel: () => {} });
        subscriber.onNext(1);
      },
    };
    await expect(verify(unasked).expect(1).run()).rejects.toThrow("not requested (§1.1)");
    const endless: Publisher<number> = {
      subscribe: (subscriber) => {
        subscriber.onSubscribe({ request: () => {}, cancel: () => {} });
        subscriber.onComplete();
        subscriber.onError(new Error("late"));
      },
    };
    await expect(verify(endless).run()).rejects.toThrow("onError came after the end (§1.7)");
  });

  it("shows the last of many items", async () => {
    const many = referencePublisher({ count: 100_000, item: (index) => index });
    await expect(verify(many).request(100_000).expect(1).run()).rejects.toThrow(
      /seen so far: \[99980 before, 99980, [\d, ]+99999\], onComplete$/,
    );
  });

  it("takes only true for the error that was wanted", async () => {
    const script = verify(failing).request(1).expect(0);
    await expect(script.expectError(RangeError as never).run()).rejects.toThrow("another error than wanted");
  });

  it("names the step that failed, also when cancel throws after it", async () => {
    const stubborn: Publisher<number> = {
      subscribe: (subscriber) =>
        subscriber.onSubscribe({
          request: () => subscriber.onComplete(),
          cancel: () => {
            throw new Error("cancel");
          },
        }),
    };
    await expect(verify(stubborn).request(1).expect(1).run()).rejects.toThrow("Step 2, expect(1)");
    await expect(verify(stubborn).request(1).run()).rejects.toThrow("cancel");
  });

  it("refuses at the call what is no publisher", () => {
    expect(() => verify(null as never)).toThrow("Cannot verify null: a publisher has a method subscribe");
    expect(() => verify({} as never)).toThrow(TypeError);
  });

  it("plays the same script again from the start", async () => {
    const script = verify(three).request(3).expect(1, 2, 3).expectComplete();
    await script.run();
    await script.run();
  });

  it.each([
    [
      "a wrong item",
      verify(three).request(1).expect(2),
      "Step 2, expect(2): item 0 should be 2; seen so far: [1]",
    ],
    [
      "an item that no step named",
      verify(three).request(1).expectNothingMore(),
      "item 0 came and no step named it",
    ],
    ["an end too early", verify(three).request(4).expect(1, 2, 3, 4), "item 3 should be 4"],
    [
      "a good end where a failure was wanted",
      verify(three).request(3).expect(1, 2, 3).expectError(),
      "completed",
    ],
    [
      "a failure where a good end was wanted",
      verify(failing).request(1).expect(0).expectComplete(),
      "failed",
    ],
    [
      "another error",
      verify(failing)
        .request(1)
        .expect(0)
        .expectError(() => false),
      "another error",
    ],
  ])("fails at %s", async (_, script, message) => {
    await expect(script.run()).rejects.toThrow(message);
  });

  it("cancels when it is done, also after a failed step", async () => {
    const upstream = new TestPublisher<number>();
    const script = verify(upstream).perform(() => {
      throw new Error("enough");
    });
    await expect(script.run()).rejects.toThrow("Step 1, perform: enough; seen so far: []");
    expect(upstream.cancelled).toBe(true);
  });

  it("does what the test wants in between", async () => {
    const upstream = new TestPublisher<number>();
    await verify(upstream)
      .request(1)
      .perform(() => upstream.next(5))
      .expect(5)
      .cancel()
      .run();
    expect(upstream.cancelled).toBe(true);
  });

  it("compares items by what they hold", async () => {
    const upstream = new TestPublisher<object>();
    await verify(upstream)
      .request(2)
      .perform(() => upstream.next({ a: [1] }, [2]))
      .expect({ a: [1] }, [2])
      .run();
  });

  it("moves its clock, and lets promises call back on the way", async () => {
    const clock = new VirtualClock();
    const upstream = new TestPublisher<number>();
    void (async () => {
      await clock.sleep(10);
      upstream.next(1);
      await clock.sleep(10);
      upstream.complete();
    })();
    await verify(upstream, { clock, upstreams: [upstream] })
      .request(1)
      .advance(9)
      .expectNothingMore()
      .advance(1)
      .expect(1)
      .advance(10)
      .expectComplete()
      .expectReleased()
      .run();
    await expect(verify(three).advance(1).run()).rejects.toThrow(
      "Step 1, advance(1): there is no clock: call verify(publisher, { clock })",
    );
  });

  it("finds what a stream leaves behind: a task on the clock, an upstream that runs on", async () => {
    const clock = new VirtualClock();
    const upstream = new TestPublisher<number>();
    clock.schedule(5, () => {});
    await expect(verify(three, { clock }).expectReleased().run()).rejects.toThrow(
      "Not released: 1 tasks wait on the clock",
    );
    // A publisher that starts another and never cancels it.
    const leaky = {
      subscribe: (subscriber: Parameters<typeof three.subscribe>[0]) => {
        upstream.subscribe({ onSubscribe() {}, onNext() {}, onError() {}, onComplete() {} });
        three.subscribe(subscriber);
      },
    };
    await expect(
      verify(leaky, { upstreams: [upstream] })
        .request(3)
        .expect(1, 2, 3)
        .expectComplete()
        .expectReleased()
        .run(),
    ).rejects.toThrow("Not released: upstream 0 runs on");
  });

  it("§3.13 finds a publisher that keeps its subscriber", async () => {
    setFlagsFromString("--expose-gc");
    const scope = globalThis as { gc?: () => void };
    scope.gc = runInNewContext("gc") as () => void;
    try {
      const kept: unknown[] = [];
      const keeping = {
        subscribe: (subscriber: Parameters<typeof three.subscribe>[0]) => {
          kept.push(subscriber);
          three.subscribe(subscriber);
        },
      };
      await verify(three).request(1).expect(1).cancel().expectReleased().run();
      await expect(verify(keeping).request(1).expect(1).cancel().expectReleased().run()).rejects.toThrow(
        "something above keeps the subscriber (§3.13)",
      );
      expect(kept).toHaveLength(1);
    } finally {
      delete scope.gc;
    }
  });
});
