import { captureReported, settled } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import {
  asError,
  droppedItemCount,
  dropError,
  dropItem,
  onDroppedError,
  onDroppedItem,
  reportUncaught,
} from "./dropped.js";

describe("onDroppedError", () => {
  it("gets what is dropped until the former hook is restored", () => {
    const outer: unknown[] = [];
    const inner: unknown[] = [];
    const restoreOuter = onDroppedError((error) => outer.push(error));
    const restoreInner = onDroppedError((error) => inner.push(error));
    dropError("a");
    restoreInner();
    dropError("b");
    restoreOuter();
    expect([inner, outer]).toEqual([["a"], ["b"]]);
  });

  it("reports what the hook itself throws, and, without a hook, the error", async () => {
    const restore = onDroppedError(() => {
      throw new Error("hook");
    });
    const reported = await captureReported(() => {
      dropError(new Error("dropped"));
      restore();
      dropError(new Error("unhooked"));
    });
    expect(reported.map(String)).toEqual(["Error: hook", "Error: unhooked"]);
  });

  it("reports no AbortError by itself: it answers the abort that came with the end", async () => {
    const aborted = AbortSignal.abort().reason;
    const heard: unknown[] = [];
    const reported = await captureReported(() => {
      dropError(aborted);
      const restore = onDroppedError((error) => heard.push(error));
      dropError(aborted);
      restore();
    });
    expect(reported).toEqual([]);
    expect(heard).toEqual([aborted]);
  });
});

describe("onDroppedItem", () => {
  it("gets each item, which is counted with and without a hook", async () => {
    const items: unknown[] = [];
    const before = droppedItemCount();
    const restore = onDroppedItem((item) => items.push(item));
    dropItem(undefined);
    restore();
    dropItem(2);
    expect([items, droppedItemCount() - before]).toEqual([[undefined], 2]);
    const broken = onDroppedItem(() => {
      throw new Error("hook");
    });
    const reported = await captureReported(() => dropItem(3));
    broken();
    expect(reported.map(String)).toEqual(["Error: hook"]);
  });
});

describe("reportUncaught", () => {
  it("throws in a task of its own where the host has no reportError", async () => {
    const before = Object.getOwnPropertyDescriptor(globalThis, "reportError");
    Reflect.deleteProperty(globalThis, "reportError");
    const listeners = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    const uncaught: unknown[] = [];
    process.on("uncaughtException", (error) => uncaught.push(error));
    try {
      reportUncaught(new Error("nobody caught it"));
      expect(uncaught).toEqual([]);
      await settled();
      expect(uncaught.map(String)).toEqual(["Error: nobody caught it"]);
    } finally {
      process.removeAllListeners("uncaughtException");
      for (const listener of listeners) process.on("uncaughtException", listener);
      if (before !== undefined) Object.defineProperty(globalThis, "reportError", before);
    }
  });
});

describe("asError", () => {
  it("leaves an error as it is, also one of another realm", () => {
    const error = new TypeError("own");
    expect(asError(error, "map")).toBe(error);
  });

  it("wraps anything else with the stage's name, and never throws itself", () => {
    const unprintable = Object.create(null) as unknown;
    const hostile = {
      toString() {
        throw new Error("toString");
      },
    };
    for (const thrown of [undefined, null, "text", 5, 5n, Symbol("s"), {}, unprintable, hostile, () => 1]) {
      const error = asError(thrown, "map") as Error;
      expect(error).toBeInstanceOf(Error);
      expect(error.message).toContain("map");
      expect(error.cause).toBe(thrown);
    }
  });
});
