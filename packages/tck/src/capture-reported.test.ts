import { describe, expect, it } from "vitest";
import { captureReported } from "./capture-reported.js";

describe("captureReported", () => {
  it("returns what was reported, and puts back what was there", async () => {
    const before = Object.getOwnPropertyDescriptor(globalThis, "reportError");
    const reported = await captureReported(async () => {
      reportError("first");
      await Promise.resolve();
      reportError("second");
    });
    expect(reported).toEqual(["first", "second"]);
    expect(Object.getOwnPropertyDescriptor(globalThis, "reportError")).toEqual(before);
  });

  it("puts it back after a failure too, and lets the failure through", async () => {
    const before = Object.getOwnPropertyDescriptor(globalThis, "reportError");
    await expect(captureReported(() => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
    expect(Object.getOwnPropertyDescriptor(globalThis, "reportError")).toEqual(before);
  });
});
