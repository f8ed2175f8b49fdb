import { describe, expect, it, vi } from "vitest";
import { cpu, eventLoopDelay, eventLoopUtilization, heap, type ProcessSignal } from "./process-signals.js";

let bytes = 0;
vi.mock("node:v8", () => ({
  getHeapStatistics: () => ({ used_heap_size: bytes, heap_size_limit: 1000 }),
}));

/** Keeps the event loop from anything else. */
function block(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end; );
}

/** Until a signal says what is expected, or the test is over. */
async function until(signal: ProcessSignal, holds: (load: number) => boolean): Promise<void> {
  while (!holds(signal.read())) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe("the signals of a Node process", () => {
  it("tell a blocked event loop by its delay, at once and in the sample after it, and forget it", async () => {
    using delay = eventLoopDelay({ targetMs: 50 });
    await until(delay, (load) => load < 0.5);
    block(260); // the sample is late by 160 ms at least
    expect(delay.read()).toBeGreaterThan(2);
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(delay.read()).toBeGreaterThan(2);
    await until(delay, (load) => load < 1);
  });

  it("tell how much of the time the event loop and the processor work", async () => {
    using busy = eventLoopUtilization();
    using one = cpu({ cores: 1 });
    using ten = cpu({ cores: 10 });
    let [highest, share] = [0, 0];
    for (let i = 0; i < 4; i += 1) {
      block(120);
      await new Promise((resolve) => setTimeout(resolve, 1));
      highest = Math.max(highest, busy.read());
      share = Math.max(share, one.read());
    }
    expect(highest).toBeGreaterThan(0.5);
    expect(highest).toBeLessThanOrEqual(1);
    expect(share).toBeGreaterThan(0.05);
    expect(ten.read()).toBeCloseTo(one.read() / 10);
  });

  it("tell how full the heap is, and pass over what is collected within a second", () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    let now = performance.now();
    vi.spyOn(performance, "now").mockImplementation(() => now);
    try {
      bytes = 600;
      using share = heap();
      using half = heap({ bytes: 1200 });
      expect([share.read(), half.read()]).toEqual([0.6, 0.5]);
      const loads: number[] = [];
      for (bytes of [900, 300, 900, 900, 900, 900, 900, 900, 900, 900, 900, 900, 900]) {
        now += 100;
        vi.advanceTimersByTime(20);
        loads.push(share.read());
      }
      expect([loads[0], loads[1], loads[6], loads.at(-1)]).toEqual([0.6, 0.3, 0.3, 0.9]);
    } finally {
      vi.useRealTimers();
      vi.restoreAllMocks();
    }
  });

  it("sample by one timer that all share, and none when the last is disposed of", () => {
    const started = vi.spyOn(globalThis, "setInterval");
    const ended = vi.spyOn(globalThis, "clearInterval");
    try {
      const signals = [heap(), cpu(), eventLoopDelay(), eventLoopUtilization()];
      expect(started).toHaveBeenCalledTimes(1);
      const [last, ...others] = signals;
      for (const signal of [...others, ...others]) signal[Symbol.dispose]();
      expect(ended).not.toHaveBeenCalled();
      last?.[Symbol.dispose]();
      expect(ended).toHaveBeenCalledTimes(1);
      expect(signals.map((signal) => signal.read())).toEqual([0, 0, 0, 0]);
      using again = heap({ bytes: 1 });
      expect(again.read()).toBeGreaterThan(0);
    } finally {
      vi.restoreAllMocks();
    }
  });

  it("refuse what cannot be a target, by name", () => {
    expect(() => eventLoopDelay({ targetMs: 0 })).toThrow(/eventLoopDelay with a targetMs of 0: it must be/);
    expect(() => cpu({ cores: "2" as never })).toThrow(/cpu with the cores of "2"/);
    expect(() => heap({ bytes: Number.NaN })).toThrow(/heap with the bytes of NaN/);
    expect(() => heap(5 as never)).toThrow(/Cannot give heap the options 5/);
  });
});
