import { describe, expect, it } from "vitest";
import { systemClock } from "./system-clock.js";

describe("systemClock", () => {
  it("never goes backwards", () => {
    const first = systemClock.now();
    expect(systemClock.now()).toBeGreaterThanOrEqual(first);
  });

  it("runs a task once, after schedule has returned", async () => {
    const log: string[] = [];
    await new Promise<void>((resolve) => {
      systemClock.schedule(0, () => {
        log.push("ran");
        resolve();
      });
      log.push("returned");
    });
    expect(log).toEqual(["returned", "ran"]);
  });

  it("does not run a task that was cancelled, and takes a second cancel", async () => {
    let ran = false;
    const cancel = systemClock.schedule(0, () => {
      ran = true;
    });
    cancel();
    cancel();
    await new Promise<void>((resolve) => systemClock.schedule(1, resolve));
    expect(ran).toBe(false);
  });
});
