import { describe, expect, it } from "vitest";
import { referencePublisher } from "./conformance/reference-publisher.js";
import { StepVerifier } from "./step-verifier.js";
import { TestPublisher } from "./test-publisher.js";

const three = referencePublisher({ count: 3, item: (index) => index + 1 });
const failing = referencePublisher({
  count: 1,
  item: (index) => index,
  failure: { error: new Error("broken") },
});

describe("StepVerifier", () => {
  it("plays a script that is true", async () => {
    await StepVerifier.of(three)
      .expectNothing()
      .request(2)
      .items(1, 2)
      .expectNothing()
      .request(5)
      .items(3)
      .complete()
      .run();
    await StepVerifier.of(failing)
      .request(1)
      .items(0)
      .error((error) => String(error) === "Error: broken")
      .run();
  });

  it("plays the same script again from the start", async () => {
    const script = StepVerifier.of(three).request(3).items(1, 2, 3).complete();
    await script.run();
    await script.run();
  });

  it.each([
    [
      "a wrong item",
      StepVerifier.of(three).request(1).items(2),
      "Step 2, items(2): item 0 should be 2; seen so far: [1]",
    ],
    [
      "an item that no step named",
      StepVerifier.of(three).request(1).expectNothing(),
      "item 0 came and no step named it",
    ],
    ["an end too early", StepVerifier.of(three).request(4).items(1, 2, 3, 4), "item 3 should be 4"],
    [
      "a good end where a failure was wanted",
      StepVerifier.of(three).request(3).items(1, 2, 3).error(),
      "completed",
    ],
    [
      "a failure where a good end was wanted",
      StepVerifier.of(failing).request(1).items(0).complete(),
      "failed",
    ],
    [
      "another error",
      StepVerifier.of(failing)
        .request(1)
        .items(0)
        .error(() => false),
      "another error",
    ],
  ])("fails at %s", async (_, script, message) => {
    await expect(script.run()).rejects.toThrow(message);
  });

  it("cancels when it is done, also after a failed step", async () => {
    const upstream = new TestPublisher<number>();
    const script = StepVerifier.of(upstream).perform(() => {
      throw new Error("enough");
    });
    await expect(script.run()).rejects.toThrow("Step 1, perform: enough; seen so far: []");
    expect(upstream.cancelled).toBe(true);
  });

  it("does what the test wants in between", async () => {
    const upstream = new TestPublisher<number>();
    await StepVerifier.of(upstream)
      .request(1)
      .perform(() => upstream.next(5))
      .items(5)
      .cancel()
      .run();
    expect(upstream.cancelled).toBe(true);
  });
});
