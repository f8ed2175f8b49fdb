import { onDroppedError, type Permit } from "@sluice/core";
import { VirtualClock } from "@sluice/tck";
import { afterEach, describe, expect, it } from "vitest";
import type { CircuitBreakerOptions } from "./breaker-settings.js";
import { type CircuitBreaker, circuitBreaker } from "./circuit-breaker.js";

let restore: (() => void) | undefined;
afterEach(() => restore?.());

const openFor = { baseMs: 1000, jitter: "none" } as const;

function made(options: CircuitBreakerOptions = {}) {
  const clock = new VirtualClock();
  const gate = circuitBreaker({ consecutiveFailures: 2, openFor, clock, ...options });
  const log: string[] = [];
  gate.onChange(({ from, to, why }) => log.push(`${from} > ${to}: ${why}`));
  return { clock, gate, log };
}

function granted(gate: CircuitBreaker): Permit {
  const answer = gate.tryAcquire();
  if (answer.granted) return answer;
  throw new Error(answer.reason);
}

/** Opens it by two failures. */
function trip(gate: CircuitBreaker): void {
  granted(gate).release("failure");
  granted(gate).release("failure");
  expect(gate.state).toBe("open");
}

describe("circuitBreaker", () => {
  it("refuses while it is open, and says exactly when to come back, and why", () => {
    const { clock, gate } = made();
    trip(gate);
    clock.advance(400);
    expect(gate.tryAcquire()).toEqual({
      granted: false,
      reason: "the circuit breaker is open: 2 calls failed in a row",
      retryAfterMs: 600,
      cause: "open",
    });
    clock.advance(600);
    expect(gate.tryAcquire().granted).toBe(true);
    expect(gate.tryAcquire()).toEqual({
      granted: false,
      reason: "the circuit breaker is half-open, and its probes are under way",
      retryAfterMs: undefined,
      cause: "open",
    });
  });

  it("lets those who wait have the probes, one after the other, and all the rest when it closes", async () => {
    const { clock, gate } = made({ probes: 2 });
    trip(gate);
    const log: string[] = [];
    const permits: Permit[] = [];
    for (const name of ["a", "b", "c", "d"]) {
      void gate.acquire().then((permit) => {
        permits.push(permit);
        log.push(`${name} at ${clock.now()}`);
      });
    }
    await clock.advanceSettled(1200);
    expect([log, gate.waiting, clock.pending]).toEqual([["a at 1000", "b at 1000"], 2, 1]);
    permits[0]?.release("ignored");
    await clock.advanceSettled(0);
    expect(log.at(-1)).toBe("c at 1200");
    permits[1]?.release();
    permits[2]?.release();
    await clock.advanceSettled(0);
    expect([log.at(-1), gate.state, gate.waiting, clock.pending]).toEqual(["d at 1200", "closed", 0, 0]);
  });

  it("lets those who wait try anew when a probe is lost", async () => {
    const { clock, gate, log } = made({ probeTimeoutMs: 500 });
    trip(gate);
    clock.advance(1000);
    const lost = granted(gate);
    let at = 0;
    void gate.acquire().then(() => {
      at = clock.now();
    });
    await clock.advanceSettled(499);
    expect(gate.state).toBe("half-open");
    await clock.advanceSettled(2001);
    expect([at, log.at(-2)]).toEqual([3500, "half-open > open: 1 probe was not released within 500 ms"]);
    lost.release(); // late, no mistake, and no success of the probe that is out now
    expect([gate.state, gate.snapshot().misused, gate.snapshot().out]).toEqual(["half-open", 0, 1]);
  });

  it("ends the waiting by its signal, and leaves no timer", async () => {
    const { clock, gate } = made();
    trip(gate);
    const stop = new AbortController();
    const waiting = gate.acquire(1, { signal: stop.signal });
    stop.abort(new Error("gave up"));
    await expect(waiting).rejects.toThrow("gave up");
    expect([gate.waiting, clock.pending]).toEqual([0, 0]);
  });

  it("counts a call that is slow, by the time between permit and release", () => {
    const { clock, gate } = made({ slowMs: 100, minimumCalls: 2, window: { calls: 4 } });
    for (const ms of [99, 100]) {
      const permit = granted(gate);
      clock.advance(ms);
      permit.release();
    }
    expect([gate.state, gate.snapshot().why]).toEqual(["open", "1 of 2 calls were slow"]);
  });

  it("takes no look at the clock for calls that go well, unless it counts by time or by slowness", () => {
    /** Of ten calls, so many milliseconds apart. */
    const looks = (options: CircuitBreakerOptions, ms = 0): number => {
      let count = 0;
      const clock = { now: () => count++ * ms, schedule: () => () => {} };
      const gate = circuitBreaker({ ...options, clock });
      for (let i = 0; i < 10; i += 1) granted(gate).release();
      return count;
    };
    const window = { ms: 1000 };
    expect([looks({}), looks({ window }), looks({ window }, 7), looks({ slowMs: 5 })]).toEqual([
      0, 4, 10, 20,
    ]);
  });

  it("is opened and closed by hand, which those who wait feel at once", async () => {
    const { clock, gate, log } = made();
    gate.forceOpen();
    expect(gate.tryAcquire()).toMatchObject({ granted: false, retryAfterMs: undefined });
    const waiting = gate.acquire();
    await clock.advanceSettled(1e9);
    expect([gate.waiting, clock.pending]).toEqual([1, 0]);
    gate.reset();
    (await waiting).release();
    gate.forceOpen(50);
    clock.advance(50);
    granted(gate).release();
    await clock.advanceSettled(0);
    expect(log).toEqual([
      "closed > open: it was opened by hand",
      "open > closed: it was reset by hand",
      "closed > open: it was opened by hand",
      "open > half-open: the open time is over",
      "half-open > closed: 1 of 1 probes succeeded",
    ]);
  });

  it("counts nothing of a call that began before it was closed anew", () => {
    const { gate } = made({ failureRate: 0.5 });
    const [good, bad] = [granted(gate), granted(gate)];
    gate.reset();
    good.release();
    bad.release("failure");
    expect(gate.snapshot()).toMatchObject({ calls: 0, failed: 0, out: 0, misused: 0 });
  });

  it("tells listeners in a turn of their own, all of them whatever one throws, and not those who have left", async () => {
    const dropped: unknown[] = [];
    restore = onDroppedError((error) => dropped.push(error));
    const gate = circuitBreaker();
    const heard: unknown[] = [];
    gate.onChange((change) => {
      heard.push(change);
      if (change.generation === 1) gate.reset(); // within a listener: told next
      throw new Error("a bug");
    });
    const leave = gate.onChange(() => heard.push("left"));
    gate.onChange((change) => heard.push(change.to));
    leave();
    gate.forceOpen(70);
    expect(heard).toEqual([]);
    await Promise.resolve();
    await Promise.resolve();
    expect(heard).toEqual([
      { from: "closed", to: "open", why: "it was opened by hand", generation: 1, openMs: 70 },
      "open",
      { from: "open", to: "closed", why: "it was reset by hand", generation: 2, openMs: undefined },
      "closed",
    ]);
    expect(dropped).toHaveLength(2);
  });

  it("keeps the last hundred changes for a listener that is busy", async () => {
    const gate = circuitBreaker();
    const generations: number[] = [];
    gate.onChange(({ generation }) => generations.push(generation));
    for (let i = 0; i < 150; i += 1) gate.reset();
    await Promise.resolve();
    expect([generations.length, generations[0], generations.at(-1)]).toEqual([100, 51, 150]);
  });

  it("is idle when nothing would be lost by forgetting it", () => {
    const { clock, gate } = made();
    const isIdle = (): boolean => (gate as unknown as { isIdle: boolean }).isIdle;
    expect(isIdle()).toBe(true);
    const permit = granted(gate);
    expect(isIdle()).toBe(false);
    permit.release();
    trip(gate);
    expect(isIdle()).toBe(false);
    clock.advance(1000);
    expect(isIdle()).toBe(true);
  });

  it("tells what it sees", () => {
    const { gate } = made({ failureRate: 0.9, slowMs: 10, name: "payments" });
    granted(gate).release("failure");
    const permit = granted(gate);
    expect([gate.kind, gate.name, gate.snapshot()]).toEqual([
      "gate",
      "payments",
      {
        ...{
          granted: 2,
          refused: 0,
          waiting: 0,
          misused: 0,
          state: "closed",
          why: "nothing has happened yet",
        },
        ...{ generation: 0, openForMs: 0, out: 1, calls: 1, failed: 1, slow: 0 },
      },
    ]);
    permit.release();
    expect(() => permit.release("failure")).toThrow(/was released as "success" before/);
    expect(gate.snapshot()).toMatchObject({ misused: 1, out: 0, failed: 1 });
  });

  it("hands what the clock throws to who asks or releases, and forgets no permit", () => {
    let broken = false;
    const clock = {
      now: (): number => {
        if (broken) throw new Error("no time");
        return 0;
      },
      schedule: () => () => {},
    };
    const gate = circuitBreaker({ slowMs: 10, clock });
    const permit = granted(gate);
    broken = true;
    expect(() => gate.tryAcquire()).toThrow("no time");
    expect(() => permit.release()).toThrow("no time");
    expect(gate.snapshot()).toMatchObject({ out: 0, granted: 1, calls: 0 });
  });

  it("does not stay open for ever by a random that is no number", () => {
    const { clock, gate } = made({ openFor: { baseMs: 10, capMs: 100 }, random: () => Number.NaN });
    trip(gate);
    expect(gate.tryAcquire()).toMatchObject({ retryAfterMs: 100 });
    clock.advance(100);
    expect(gate.tryAcquire().granted).toBe(true);
  });

  it("refuses options that cannot work, by name", () => {
    const wrong: [object, string | RegExp][] = [
      [
        { failureRate: 0 },
        "Cannot make a circuit breaker with a failureRate of 0: it must be a number > 0 and <= 1",
      ],
      [{ failureRate: "half" }, /failureRate of "half"/],
      [{ consecutiveFailures: 0 }, "with consecutiveFailures 0: it must be an integer >= 1"],
      [{ slowMs: 0 }, /slowMs of 0 ms/],
      [{ slowRate: 0.5 }, "Cannot give a circuit breaker a slowRate without slowMs: say what is slow"],
      [{ slowMs: 5, slowRate: 2 }, /slowRate of 2/],
      [{ window: 5 }, "Cannot give a circuit breaker the window 5: it takes { calls } or { ms, buckets }"],
      [{ window: {} }, /the window <object>/],
      [{ window: { calls: 5, ms: 5 } }, /the window <object>/],
      [{ window: { calls: 1e7 } }, /window of calls 10000000: it must be an integer >= 1 and <= 1000000/],
      [{ window: { ms: Number.NaN } }, /window of NaN ms/],
      [{ window: { ms: 5, buckets: 0 } }, /window of buckets 0/],
      [{ minimumCalls: 101 }, "with minimumCalls 101: it must be an integer >= 1 and <= 100"],
      [{ openFor: 5 }, /openFor of a circuit breaker the options 5/],
      [{ openFor: { jitter: "some" } }, /jitter: "some"/],
      [{ healthyMs: -1 }, /healthyMs of -1 ms/],
      [{ probes: 1.5 }, /probes 1.5/],
      [{ probes: 2, probesNeeded: 3 }, "with probesNeeded 3: it must be an integer >= 1 and <= 2"],
      [{ probeTimeoutMs: 0 }, /probeTimeoutMs of 0 ms/],
      [{ maxWaiting: -1 }, /maxWaiting -1/],
      [{ name: 5 }, "Cannot name a circuit breaker 5: give it a string"],
      [{ clock: {} }, /the clock <object>/],
      [{ random: 4 }, "Cannot draw the jitter of a circuit breaker with 4: it takes a function"],
    ];
    for (const [options, text] of wrong) expect(() => circuitBreaker(options), String(text)).toThrow(text);
    expect(() => circuitBreaker(5 as never)).toThrow("Cannot give circuit breaker the options 5");
    const gate = circuitBreaker();
    expect(() => gate.forceOpen(-1)).toThrow(RangeError);
    expect(() => gate.onChange(5 as never)).toThrow("Cannot listen to a circuit breaker with 5");
  });
});
