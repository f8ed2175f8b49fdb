import { ManualSubscriber } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { fail as failFlow } from "../source/fail.js";
import { onDroppedError } from "./dropped.js";

describe("fail", () => {
  it("stays silent when it is cancelled in onSubscribe, and reports nothing", () => {
    const dropped: unknown[] = [];
    const restore = onDroppedError((error) => dropped.push(error));
    const errors: unknown[] = [];
    failFlow(new Error("late")).subscribe({
      onSubscribe: (subscription) => subscription.cancel(),
      onNext: () => {},
      onError: (error) => errors.push(error),
      onComplete: () => {},
    });
    restore();
    expect([errors, dropped]).toEqual([[], []]);
  });

  it("§1.9 gives a subscription first, then the error, without demand", () => {
    const subscriber = new ManualSubscriber<never>();
    failFlow(new Error("no such file")).subscribe(subscriber);
    expect(subscriber.failed).toBe(true);
  });
});
