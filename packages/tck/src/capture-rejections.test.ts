import { describe, expect, it } from "vitest";
import { captureRejections } from "./capture-rejections.js";

describe("captureRejections", () => {
  it("returns why promises were rejected that nobody handled, also by its last line", async () => {
    const reasons = await captureRejections(async () => {
      void Promise.reject(new Error("first"));
      await Promise.resolve();
      void Promise.reject(undefined);
    });
    expect(reasons).toEqual([new Error("first"), undefined]);
  });

  it("does not hear of promises that are handled", async () => {
    const reasons = await captureRejections(() => {
      Promise.reject(new Error("handled")).catch(() => {});
    });
    expect(reasons).toEqual([]);
  });

  it("gives those who listened before their place back, also when the action throws", async () => {
    const before = process.listeners("unhandledRejection");
    await expect(
      captureRejections(() => {
        throw new Error("thrown");
      }),
    ).rejects.toThrow("thrown");
    expect(process.listeners("unhandledRejection")).toEqual(before);
  });
});
