import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BreakerPolicy, BreakerState } from "./breaker-state.js";
import { CountWindow, FAILED, SLOW, TimeWindow } from "./outcome-window.js";

const policy = (change: Partial<BreakerPolicy> = {}): BreakerPolicy => ({
  failureRate: 0.5,
  slowRate: Number.POSITIVE_INFINITY,
  minimumCalls: 4,
  consecutiveFailures: Number.POSITIVE_INFINITY,
  openFor: { baseMs: 100, capMs: 1000, jitter: "none" },
  healthyMs: 1000,
  probes: 1,
  needed: 1,
  probeTimeoutMs: 50,
  random: () => 0.5,
  ...change,
});

function made(change: Partial<BreakerPolicy> = {}, window = new CountWindow(10)) {
  const state = new BreakerState(policy(change), window);
  const call = (mark: number | undefined, now = 0): void => {
    expect(state.ask(now)).toBe(true);
    state.settle(state.generation, mark, now);
  };
  /** Opens it at `now`. */
  const trip = (now = 0): void => {
    for (let i = 0; i < 4; i += 1) call(FAILED, now);
    expect(state.phase.kind).toBe("open");
  };
  return { state, call, trip };
}

describe("BreakerState", () => {
  it("opens at the failure rate, not below it and not before it has seen enough calls", () => {
    const { state, call } = made();
    for (const mark of [FAILED, FAILED, FAILED]) call(mark);
    expect(state.phase.kind).toBe("closed");
    call(FAILED);
    expect(state.phase).toEqual({ kind: "open", until: 100, forMs: 100 });
    expect(state.why).toBe("4 of 4 calls failed");

    const below = made();
    for (const mark of [0, 0, 0, FAILED, FAILED]) below.call(mark);
    expect(below.state.phase.kind).toBe("closed");
    below.call(FAILED);
    expect(below.state.why).toBe("3 of 6 calls failed");
  });

  it("reads a rate as it is written: 7 of 100 is 0.07", () => {
    const { state, call } = made({ failureRate: 0.07, minimumCalls: 100 }, new CountWindow(100));
    for (let i = 0; i < 99; i += 1) call(i < 6 ? FAILED : 0);
    call(FAILED);
    expect(state.phase.kind).toBe("open");
  });

  it("is not opened by a success, also one that fills the window up to where rates count", () => {
    const { state, call } = made();
    for (const mark of [FAILED, FAILED, FAILED, 0]) call(mark);
    expect(state.phase.kind).toBe("closed");
  });

  it("opens by failures in a row, which a success ends and an ignored call does not", () => {
    const { state, call } = made({ consecutiveFailures: 3, failureRate: Number.POSITIVE_INFINITY });
    for (const mark of [FAILED, FAILED, 0, FAILED, undefined, FAILED]) call(mark);
    expect(state.phase.kind).toBe("closed");
    call(FAILED);
    expect(state.why).toBe("3 calls failed in a row");
  });

  it("opens by the rate of slow calls, also when none fails", () => {
    const { state, call } = made({ slowRate: 0.5 });
    for (const mark of [0, SLOW, 0]) call(mark);
    expect(state.phase.kind).toBe("closed");
    call(SLOW);
    expect(state.why).toBe("2 of 4 calls were slow");
  });

  it("forgets with time what a window of time has seen", () => {
    const { state, call } = made({}, new TimeWindow(100, 10) as never);
    for (const now of [0, 1, 2]) call(FAILED, now);
    for (const now of [150, 151, 152]) call(FAILED, now);
    expect([state.phase.kind, state.needsTime]).toEqual(["closed", true]);
    call(FAILED, 153);
    expect(state.phase).toEqual({ kind: "open", until: 253, forMs: 100 });
  });

  it("grants nothing while open, then its probes, and closes when enough of them succeed", () => {
    const { state, trip } = made({ probes: 3, needed: 2 });
    trip(10);
    expect([state.ask(109), state.waitMs(109)]).toEqual([false, 1]);
    expect([state.ask(110), state.ask(110), state.ask(110), state.ask(110)]).toEqual([
      true,
      true,
      true,
      false,
    ]);
    const { generation } = state;
    state.settle(generation, 0, 111);
    state.settle(generation, FAILED, 112);
    expect([state.phase.kind, state.ask(113)]).toEqual(["half-open", false]);
    state.settle(generation, 0, 113);
    expect([state.phase, state.why]).toEqual([{ kind: "closed", since: 113 }, "2 of 3 probes succeeded"]);
    expect(state.seen).toEqual({ calls: 0, failed: 0, slow: 0 });
  });

  it("opens again as soon as too many probes failed, and a slow one is not well", () => {
    for (const mark of [FAILED, SLOW, FAILED | SLOW]) {
      const { state, call, trip } = made({ probes: 3, needed: 2 });
      trip();
      call(mark, 100);
      expect(state.phase.kind).toBe("half-open");
      call(mark, 101);
      expect([state.phase.kind, state.why]).toEqual(["open", "2 of 3 probes failed"]);
    }
  });

  it("lets another probe try in place of one that came to nothing", () => {
    const { state, call, trip } = made();
    trip();
    for (let i = 0; i < 5; i += 1) call(undefined, 100 + i);
    expect(state.phase.kind).toBe("half-open");
    call(0, 110);
    expect(state.phase.kind).toBe("closed");
  });

  it("waits longer each time, and from the beginning when it was well in between, or was reset", () => {
    const { state, call, trip } = made();
    const wait = (now: number): number => Math.round(state.waitMs(now));
    trip(0);
    const waits = [wait(0)];
    let now = 0;
    for (let i = 0; i < 5; i += 1) {
      now += wait(now);
      call(FAILED, now);
      waits.push(wait(now));
    }
    expect(waits).toEqual([100, 200, 400, 800, 1000, 1000]);
    now += 1000;
    call(0, now);
    trip(now + 999);
    expect(wait(now + 999)).toBe(1000);
    now += 1999;
    call(0, now);
    trip(now + 1000);
    expect(wait(now + 1000)).toBe(100);
    now += 1100;
    call(FAILED, now);
    expect(wait(now)).toBe(200);
    state.reset(now);
    trip(now);
    expect(wait(now)).toBe(100);
  });

  it("counts nothing of what was granted before it changed", () => {
    const { state, call, trip } = made();
    state.ask(0);
    const before = state.generation;
    trip();
    state.settle(before, 0, 50);
    call(undefined, 100);
    state.settle(before, 0, 101);
    state.settle(before, FAILED, 101);
    expect(state.phase).toMatchObject({ kind: "half-open", out: 0, succeeded: 0, failed: 0 });
    call(0, 102);
    state.settle(before, FAILED, 103);
    expect(state.seen.calls).toBe(0);
  });

  it("does not wait for ever for probes that are never released", () => {
    const { state, trip } = made({ probes: 2, needed: 1 });
    trip();
    expect([state.ask(100), state.ask(120), state.ask(130), state.waitMs(130)]).toEqual([
      true,
      true,
      false,
      40,
    ]);
    const { generation } = state;
    state.settle(generation, FAILED, 140);
    expect([state.ask(169), state.phase.kind]).toEqual([false, "half-open"]);
    expect([state.ask(170), state.phase]).toEqual([false, { kind: "open", until: 370, forMs: 200 }]);
    expect(state.why).toBe("1 probe was not released within 50 ms");
    expect(state.ask(370)).toBe(true);
    state.settle(generation, 0, 371); // at last
    expect(state.phase).toMatchObject({ kind: "half-open", out: 1, succeeded: 0 });
  });

  it("is opened by hand for a time, or until it is reset", () => {
    const { state, call } = made();
    state.forceOpen(0, 500);
    expect([state.ask(499), state.waitMs(499), state.why]).toEqual([false, 1, "it was opened by hand"]);
    call(0, 500);
    expect(state.phase.kind).toBe("closed");
    state.forceOpen(600, Number.POSITIVE_INFINITY);
    expect([state.ask(1e15), state.waitMs(1e15)]).toEqual([false, Number.POSITIVE_INFINITY]);
    state.reset(1e15);
    expect([state.ask(1e15), state.why, state.generation]).toEqual([true, "it was reset by hand", 5]);
  });

  it("lets a clock that is set back neither lengthen a wait nor end it twice", () => {
    const { state, trip } = made();
    trip(1_000_000);
    expect(state.waitMs(1_000_060)).toBe(40);
    expect([state.waitMs(0), state.ask(39), state.ask(40)]).toEqual([40, false, true]);
    state.settle(state.generation, 0, 10);
    expect(state.phase.kind).toBe("closed");
  });

  it("keeps its word whatever happens in which order", () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant("ask" as const), ms: fc.integer({ min: -30, max: 120 }) }),
      fc.record({
        do: fc.constant("end" as const),
        which: fc.nat(20),
        mark: fc.option(fc.nat(3)),
        ms: fc.nat(30),
      }),
      fc.record({ do: fc.constantFrom("force" as const, "reset" as const), ms: fc.nat(200) }),
    );
    const weighted = fc.array(step, { minLength: 20, maxLength: 150 });
    const options = fc
      .record({ probes: fc.integer({ min: 1, max: 4 }), needed: fc.integer({ min: 1, max: 4 }) })
      .map(({ probes, needed }) => ({ probes, needed: Math.min(probes, needed), consecutiveFailures: 3 }));
    fc.assert(
      fc.property(options, weighted, (change, steps) => {
        const { state } = made(change);
        const held: number[] = [];
        let now = 0;
        let steady = 0; // as the breaker sees it
        for (const taken of steps) {
          now += taken.ms;
          steady += Math.max(0, taken.ms);
          const { phase, generation } = state;
          if (taken.do === "ask") {
            const wait = state.waitMs(now);
            if (state.ask(now)) {
              held.push(state.generation);
              expect(phase.kind === "open" && steady < phase.until).toBe(false);
              expect(wait).toBe(0);
            } else expect(state.phase.kind).not.toBe("closed");
          } else if (taken.do === "end" && held.length > 0) {
            const [granted] = held.splice(taken.which % held.length, 1) as [number];
            state.settle(granted, taken.mark ?? undefined, now);
            if (granted !== generation) expect([state.phase, state.generation]).toEqual([phase, generation]);
            if (state.phase.kind === "open" && phase.kind === "closed")
              expect((taken.mark ?? 0) > 0).toBe(true);
          } else if (taken.do === "force") state.forceOpen(now, taken.ms);
          else if (taken.do === "reset") state.reset(now);
          const after = state.phase;
          if (after.kind === "half-open") {
            const out = held.filter((one) => one === state.generation).length;
            expect(after.out).toBe(out);
            expect(after.out + after.succeeded + after.failed).toBeLessThanOrEqual(change.probes);
            expect(after.succeeded).toBeLessThan(change.needed);
            expect(after.failed).toBeLessThanOrEqual(change.probes - change.needed);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
