import { describe, expect, it } from "vitest";
import { CaptureStack } from "./capture-stack.js";

/** A place that the whole program shares. */
function place(): { hear: (what: unknown) => void; readonly stack: CaptureStack; readonly own: () => void } {
  const own = (): void => {};
  const shared = {
    own,
    hear: own as (what: unknown) => void,
    stack: new CaptureStack((hear) => {
      shared.hear = hear;
      return () => {
        shared.hear = own;
      };
    }),
  };
  return shared;
}

describe("CaptureStack", () => {
  it("lets the inner of two captures hear, and gives the place back", async () => {
    const shared = place();
    const outer = await shared.stack.capture(async () => {
      shared.hear(1);
      expect(await shared.stack.capture(() => shared.hear(2))).toEqual([2]);
      shared.hear(3);
    });
    expect(outer).toEqual([1, 3]);
    expect(shared.hear).toBe(shared.own);
  });

  it("rejects the capture that ends before a later one, and gives the place back all the same", async () => {
    const shared = place();
    let endFirst = (): void => {};
    let endSecond = (): void => {};
    const first = shared.stack.capture(() => new Promise<void>((resolve) => (endFirst = resolve)));
    const second = shared.stack.capture(() => new Promise<void>((resolve) => (endSecond = resolve)));
    endFirst();
    await expect(first).rejects.toThrow("Cannot capture errors twice at once");
    expect(shared.hear).not.toBe(shared.own);
    endSecond();
    await second;
    expect(shared.hear).toBe(shared.own);
  });

  it("gives the place back when what it runs throws", async () => {
    const shared = place();
    const failing = shared.stack.capture(() => {
      throw new Error("thrown");
    });
    await expect(failing).rejects.toThrow("thrown");
    expect(shared.hear).toBe(shared.own);
  });
});
