import type { Criticality, Permit } from "@sluice/core";
import { VirtualClock } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { type AdaptiveThrottleOptions, adaptiveThrottle } from "./adaptive-throttle.js";

/** The same numbers in each run, evenly spread (golden ratio). */
function spread(): () => number {
  let turn = 0;
  return () => {
    turn = (turn + 0.618_033_988_749_895) % 1;
    return turn;
  };
}

/** Callers of a service that accepts some of what it is sent. */
function calling(options: AdaptiveThrottleOptions = {}) {
  const clock = new VirtualClock();
  const gate = adaptiveThrottle({ windowMs: 10_000, random: spread(), clock, ...options });
  const send = (perSecond: number, accepted: number, ms: number, criticality?: Criticality) => {
    const seen = { sent: 0, accepted: 0 };
    let room = 0;
    for (let i = 0; i < (perSecond * ms) / 1000; i += 1) {
      clock.advance(1000 / perSecond);
      room = Math.min(10, room + accepted / perSecond);
      const permit = gate.tryAcquire(1, { criticality });
      if (!permit.granted) continue;
      seen.sent += 1;
      const isAccepted = room >= 1;
      if (isAccepted) room -= 1;
      seen.accepted += isAccepted ? 1 : 0;
      permit.release(isAccepted ? "success" : "failure");
    }
    return seen;
  };
  return { clock, gate, send };
}

describe("adaptiveThrottle", () => {
  it("sends everything to a service that accepts half of it", () => {
    const { send } = calling();
    expect(send(100, 100, 5000).sent).toBe(500);
    expect(send(100, 55, 20_000).sent).toBeGreaterThan(1990);
  });

  it.each([
    [2, 200],
    [1.5, 150],
  ])("sends about k times what the service accepts: k = %d", (k, perSecond) => {
    const { send } = calling({ k });
    send(1000, 100, 20_000);
    const { sent, accepted } = send(1000, 100, 10_000);
    expect(accepted).toBeGreaterThan(950); // the service has as much to do as it can
    expect(sent / 10).toBeGreaterThan(0.85 * perSecond);
    expect(sent / 10).toBeLessThan(1.15 * perSecond);
  });

  it("sends little to a service that is away, and all within three windows after it is back", () => {
    const { send } = calling();
    send(100, 0, 60_000);
    const { sent } = send(100, 0, 10_000);
    expect(sent).toBeGreaterThan(40); // a twentieth
    expect(sent).toBeLessThan(60);
    send(100, 100, 25_000);
    expect(send(100, 100, 5000).sent).toBe(500);
  });

  it("keeps an account for each criticality", () => {
    const { send, gate } = calling();
    send(100, 0, 10_000, "sheddable");
    expect(send(100, 100, 2000, "criticalPlus").sent).toBe(200);
    expect(send(100, 0, 1000, "sheddable").sent).toBeLessThan(10);
    expect(gate.requests).toBeGreaterThan(900);
  });

  it("takes back what was ignored, counts a mistake, and never below zero", () => {
    const { clock, gate } = calling({ random: () => 0.9 });
    const [first, second] = [gate.tryAcquire(), gate.tryAcquire()] as [Permit, Permit];
    first.release("ignored");
    expect([gate.requests, gate.accepts]).toEqual([1, 0]);
    expect(() => first.release("success")).toThrow("released");
    clock.advance(60_000);
    second.release("ignored");
    expect([gate.requests, gate.accepts]).toEqual([0, 0]);
  });

  it("lets one who waits try his luck each second, and counts him once", async () => {
    const luck = [0, 0, 0, 0.999];
    const { clock, gate } = calling({ maxWaiting: 1, random: () => luck.shift() ?? 0.5 });
    gate.tryAcquire(); // the first is always sent
    const stop = new AbortController();
    let granted = 0;
    void gate.acquire(1, { signal: stop.signal }).then(() => {
      granted += 1;
    });
    await clock.advanceSettled(1999);
    expect([granted, gate.requests, gate.waiting]).toEqual([0, 2, 1]);
    await clock.advanceSettled(1);
    expect([granted, gate.requests, gate.waiting, clock.pending]).toEqual([1, 2, 0, 0]);
  });

  it("lets nobody wait unless it is told to", async () => {
    const gate = adaptiveThrottle({ random: () => 0 });
    gate.tryAcquire();
    await expect(gate.acquire()).rejects.toMatchObject({ code: "GATE_REJECTED", cause: "overload" });
    expect(gate.tryAcquire()).toEqual({
      granted: false,
      reason: "the adaptive throttle sends less: of 3 requests 0 were accepted",
      retryAfterMs: undefined,
      cause: "overload",
    });
  });

  it("hears of a random that throws at once, and goes on", () => {
    const { gate } = calling({
      random: () => {
        throw new Error("no luck");
      },
    });
    expect(() => gate.tryAcquire()).toThrow("no luck");
    expect(gate.waiting).toBe(0);
  });

  it.each([
    [{ k: 0.5 }, RangeError, "with a k of 0.5: it must be a number >= 1 and <= 1000"],
    [{ maxChance: 1.1 }, RangeError, "with a maxChance of 1.1"],
    [{ windowMs: 0 }, RangeError, "a windowMs of 0 ms"],
    [{ random: 0.5 }, TypeError, "Cannot tell the random of adaptiveThrottle with 0.5: it takes a function"],
    [{ maxWaiting: -1 }, RangeError, "with maxWaiting -1"],
    [{ clock: {} }, TypeError, "the clock"],
    [7, TypeError, "Cannot give adaptiveThrottle the options 7"],
  ])("refuses %j by name", (options, type, message) => {
    expect(() => adaptiveThrottle(options as never)).toThrow(type);
    expect(() => adaptiveThrottle(options as never)).toThrow(message);
  });
});
