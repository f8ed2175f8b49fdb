import { describe, expect, it, vi } from "vitest";
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

  const ways: Record<string, readonly string[]> = {
    "setImmediate, where there is one": [],
    "a message, where there is no setImmediate": ["setImmediate"],
  };
  for (const [way, missing] of Object.entries(ways)) {
    it(`gives a turn without delay by ${way}: no timer, after what is ready, and it can be cancelled`, async () => {
      vi.useFakeTimers({ toFake: ["setTimeout"] });
      for (const name of missing) vi.stubGlobal(name, undefined);
      try {
        const log: string[] = [];
        const cancel = systemClock.schedule(0, () => log.push("cancelled"));
        await new Promise<void>((resolve) => {
          systemClock.schedule(0, () => {
            log.push("turn");
            queueMicrotask(() => log.push("its microtask"));
            systemClock.schedule(0, resolve);
          });
          queueMicrotask(() => log.push("microtask"));
          log.push("returned");
          cancel();
          cancel();
        });
        expect(log).toEqual(["returned", "microtask", "turn", "its microtask"]);
        expect(vi.getTimerCount()).toBe(0);
      } finally {
        vi.unstubAllGlobals();
        vi.useRealTimers();
      }
    });
  }

  it("gives a turn without delay by a timer where there is nothing else", () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    vi.stubGlobal("setImmediate", undefined);
    vi.stubGlobal("MessageChannel", undefined);
    try {
      const ran: string[] = [];
      systemClock.schedule(0, () => ran.push("kept"));
      systemClock.schedule(0, () => ran.push("cancelled"))();
      expect(ran).toEqual([]);
      vi.advanceTimersByTime(1);
      expect(ran).toEqual(["kept"]);
    } finally {
      vi.unstubAllGlobals();
      vi.useRealTimers();
    }
  });

  it("waits for longer than setTimeout can, and can be cancelled in each part of it", () => {
    vi.useFakeTimers();
    try {
      const ran: string[] = [];
      const longest = 2 ** 31 - 1;
      systemClock.schedule(2 * longest + 10, () => void ran.push("kept"));
      const cancel = systemClock.schedule(longest + 10, () => void ran.push("cancelled"));
      vi.advanceTimersByTime(longest + 5);
      cancel();
      vi.advanceTimersByTime(longest);
      expect(ran).toEqual([]);
      vi.advanceTimersByTime(5);
      expect([ran, vi.getTimerCount()]).toEqual([["kept"], 0]);
    } finally {
      vi.useRealTimers();
    }
  });
});
