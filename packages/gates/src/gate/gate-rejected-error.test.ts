import { describe, expect, it } from "vitest";
import { GateRejectedError } from "./gate-rejected-error.js";

const refusal = { reason: "the bulkhead is full", retryAfterMs: 5, cause: "concurrency" } as const;

describe("GateRejectedError", () => {
  it("says why and when to come back, without a stack that nobody reads under overload", () => {
    const before = Error.stackTraceLimit;
    const error = new GateRejectedError(refusal);
    expect(error).toMatchObject({ code: "GATE_REJECTED", retryAfterMs: 5, cause: "concurrency" });
    expect(error.stack).toBe("GateRejectedError: the bulkhead is full");
    expect([Error.stackTraceLimit, new Error("other").stack?.includes(" at ")]).toEqual([before, true]);
  });

  it("is an error like any other where the limit of stacks cannot be set", () => {
    const { stackTraceLimit } = Error;
    for (const property of [
      { value: 5, writable: false },
      { value: undefined, writable: true },
    ]) {
      Object.defineProperty(Error, "stackTraceLimit", { ...property, configurable: true });
      try {
        expect(new GateRejectedError(refusal).message).toBe("the bulkhead is full");
        expect(Error.stackTraceLimit).toBe(property.value);
      } finally {
        Object.defineProperty(Error, "stackTraceLimit", {
          value: stackTraceLimit,
          writable: true,
          configurable: true,
        });
      }
    }
  });
});
