// The side of a shared breaker that stands in a process, in virtual time: Redis is the state machine of a local breaker
// here, with a latency, which can be away. What the script does in a real one stands in test/redis.

import { onDroppedError } from "@sluice/core";
import type { Permit, PermitOutcome, Rejected } from "@sluice/core";
import { settled, VirtualClock } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { BreakerState } from "../breaker/breaker-state.js";
import { FAILED, SLOW, TimeWindow } from "../breaker/outcome-window.js";
import { type RedisBreaker, redisBreaker, type RedisBreakerOptions } from "./redis-breaker.js";
import { type RedisCommands, redisLink } from "./redis-link.js";

const OPTIONS = {
  ...{ failureRate: 0.5, minimumCalls: 4, healthyMs: 60_000, random: (): number => 0 },
  openFor: { baseMs: 1000, capMs: 8000, jitter: "none" as const },
  ...{ probes: 2, probeTimeoutMs: 3000, window: { ms: 10_000 } },
};
const POLICY = { ...OPTIONS, slowRate: 0.5, consecutiveFailures: Number.POSITIVE_INFINITY, needed: 2 };

class NaiveRedis implements RedisCommands {
  away = false;
  asked = 0;
  told: readonly string[] = [];
  readonly state = new BreakerState(POLICY, new TimeWindow(10_000, 10));
  private readonly clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.clock = clock;
  }

  evalSha(_sha: string, _key: string, args: readonly string[]): Promise<unknown> {
    this.asked += 1;
    this.told = args;
    return new Promise((resolve, reject) => {
      this.clock.schedule(LATENCY_MS, () => {
        if (this.away) reject(new Error("ECONNREFUSED"));
        else resolve(this.decide(args));
      });
    });
  }

  eval(): Promise<unknown> {
    throw new Error("it remembers all scripts");
  }

  private decide([wish, ...rest]: readonly string[]): unknown {
    const { state } = this;
    const now = this.clock.now();
    const [generation = 0, calls = 0, failed = 0, slow = 0, good = 0, bad = 0, ignored = 0, , , forced = 0] =
      rest.map(Number);
    const settle = (count: number, mark: number | undefined): void => {
      for (let i = 0; i < count; i += 1) state.settle(generation, mark, now);
    };
    settle(calls - failed - slow + good, 0);
    settle(failed + bad, FAILED);
    settle(slow, SLOW);
    settle(ignored, undefined);
    if (wish === "open") state.forceOpen(now, forced / 1000);
    if (wish === "reset") state.reset(now);
    const probe = wish === "probe" && state.phase.kind !== "closed" && state.ask(now) ? 1 : 0;
    const { phase } = state;
    const free = phase.kind === "half-open" ? 2 - phase.out - phase.succeeded - phase.failed : 0;
    const { calls: all, failed: allFailed, slow: allSlow } = state.seen;
    const kind = ["closed", "open", "half-open"].indexOf(phase.kind);
    const wait = state.waitMs(now) * 1000;
    return [kind, state.generation, wait, probe, free, all, allFailed, allSlow, 1, 1_000_000, state.why];
  }
}

const LATENCY_MS = 2;

function made(options: Partial<RedisBreakerOptions> = {}) {
  const clock = new VirtualClock();
  const redis = new NaiveRedis(clock);
  const process = () => {
    const link = redisLink(redis, { clock });
    const gate = redisBreaker({
      redis: link,
      key: "payments",
      ...OPTIONS,
      clock,
      ...options,
    });
    return { link, gate };
  };
  const { link, gate } = process();
  const other = process().gate;
  const ask = async (who: RedisBreaker): Promise<Permit | Rejected> => {
    const answer = who.ask();
    await clock.advanceSettled(2 * LATENCY_MS);
    return await answer;
  };
  /** As many calls, which have to be granted, and what comes of them. */
  const calls = async (
    who: RedisBreaker,
    count: number,
    outcome: PermitOutcome,
    takesMs = 0,
  ): Promise<void> => {
    for (let i = 0; i < count; i += 1) {
      const answer = await ask(who);
      if (!answer.granted) throw new Error(answer.reason);
      if (takesMs > 0) await clock.advanceSettled(takesMs);
      answer.release(outcome);
    }
  };
  /** Opened by the calls of the one. */
  const opened = async (): Promise<void> => {
    await calls(gate, 4, "failure");
    await clock.advanceSettled(LATENCY_MS);
    expect(gate.state).toBe("open");
  };
  return { clock, redis, link, gate, other, ask, calls, opened };
}

describe("redisBreaker", () => {
  it("grants at once while it is closed, and says what came of calls a batch at a time", async () => {
    const { clock, redis, gate, calls } = made();
    for (let i = 0; i < 100; i += 1) {
      const answer = gate.tryAcquire();
      if (answer.granted) answer.release(i % 3 === 0 ? "failure" : "success");
    }
    expect(redis.asked).toBe(1); // to know where it stands
    await clock.advanceSettled(LATENCY_MS + 250 + LATENCY_MS);
    expect([redis.asked, redis.state.seen.calls]).toEqual([2, 100]);
    expect(gate.snapshot()).toMatchObject({ state: "closed", calls: 100, failed: 34, granted: 100 });
    await calls(gate, 1, "ignored");
    await clock.advanceSettled(1000);
    expect([redis.state.seen.calls, clock.pending]).toEqual([100, 0]);
  });

  it("opens for all when the calls of all have failed too often, and others know by the time that was stated", async () => {
    const { clock, gate, other, ask, calls } = made();
    await calls(gate, 2, "failure");
    await calls(other, 2, "failure");
    await clock.advanceSettled(250 + LATENCY_MS + 250); // both have reported, and may have done so just before the other
    const refused = await ask(gate);
    expect(refused).toMatchObject({
      ...{ granted: false, cause: "open", retryAfterMs: expect.closeTo(750, -2) },
      reason: 'the shared circuit breaker "payments" is open: 4 of 4 calls failed',
    });
    expect((await ask(other)).granted).toBe(false);
    expect([gate.state, other.state]).toEqual(["open", "open"]);
  });

  it("does not put off a report that opens it, and asks nobody while it is open", async () => {
    const { clock, redis, gate, ask, opened } = made();
    await opened();
    const before = redis.asked;
    for (let i = 0; i < 10; i += 1) expect(gate.tryAcquire().granted).toBe(false);
    expect(redis.asked).toBe(before);
    await clock.advanceSettled(500);
    expect((await ask(gate)).granted).toBe(false);
    expect(redis.asked).toBe(before + 1); // a look, as what it knew was half a second old
  });

  it("lets through as many probes as there are, of all processes together, and closes for all", async () => {
    const { clock, gate, other, ask, opened } = made();
    await opened();
    await clock.advanceSettled(1000);
    const answers = [];
    for (let i = 0; i < 4; i += 1) answers.push(await ask(i % 2 === 0 ? gate : other));
    expect(answers.map(({ granted }) => granted)).toEqual([true, true, false, false]);
    expect(answers[2]).toMatchObject({
      reason: /is half-open, and its probes are under way$/,
      cause: "open",
    });
    for (const answer of answers) if (answer.granted) answer.release();
    await clock.advanceSettled(250 + LATENCY_MS);
    expect([(await ask(gate)).granted, (await ask(other)).granted, gate.state, other.state]).toEqual([
      true,
      true,
      "closed",
      "closed",
    ]);
  });

  it("gives many who ask at once the probes that there are, with a round trip each and not one for each of them", async () => {
    const { clock, redis, gate, opened } = made();
    await opened();
    await clock.advanceSettled(1000);
    const before = redis.asked;
    const asking = Promise.all(Array.from({ length: 50 }, () => gate.ask()));
    await clock.advanceSettled(5 * LATENCY_MS);
    expect((await asking).filter(({ granted }) => granted).length).toBe(2);
    expect(redis.asked - before).toBeLessThanOrEqual(4);
  });

  it("opens again for longer when a probe fails, and when probes are lost", async () => {
    const { clock, gate, ask, opened } = made();
    await opened();
    await clock.advanceSettled(1000);
    const probe = await ask(gate);
    if (probe.granted) probe.release("failure");
    await clock.advanceSettled(LATENCY_MS);
    expect(gate.snapshot()).toMatchObject({ state: "open", why: "1 of 2 probes failed" });
    await clock.advanceSettled(2000);
    expect([(await ask(gate)).granted, (await ask(gate)).granted]).toEqual([true, true]);
    await clock.advanceSettled(3000);
    expect((await ask(gate)).granted).toBe(false);
    expect(gate.snapshot()).toMatchObject({
      state: "open",
      why: /^2 probes were not released within 3000 ms$/,
    });
  });

  it("does not count what was granted before it changed", async () => {
    const { clock, redis, gate, ask, opened } = made();
    const early = await ask(gate);
    await opened();
    await clock.advanceSettled(1000);
    const probe = await ask(gate);
    if (early.granted) early.release("failure");
    await clock.advanceSettled(LATENCY_MS);
    expect([gate.state, redis.state.phase]).toMatchObject(["half-open", { failed: 0, out: 1 }]);
    if (probe.granted) probe.release("ignored");
    await clock.advanceSettled(LATENCY_MS);
    expect(redis.state.phase).toMatchObject({ failed: 0, succeeded: 0, out: 0 });
  });

  it("does not report as of the present state what came of calls of a former one", async () => {
    const { clock, redis, gate, other, calls } = made();
    await calls(gate, 1, "success");
    await clock.advanceSettled(300);
    gate.tryAcquire(); // looks
    const early = Array.from({ length: 4 }, () => gate.tryAcquire());
    const closing = other.reset();
    await clock.advanceSettled(0);
    for (const answer of early) if (answer.granted) answer.release("failure");
    await clock.advanceSettled(300); // looks, and reports what it knows of
    await closing;
    redis.state.reset(clock.now());
    gate.tryAcquire();
    const late = gate.tryAcquire();
    if (late.granted) late.release("failure");
    await clock.advanceSettled(600);
    expect([gate.state, redis.state.seen.calls]).toEqual(["closed", 0]);
  });

  it("opens for the longest time when its random numbers are none", () => {
    const { gate, redis } = made({ random: () => Number.NaN, openFor: { baseMs: 1000, capMs: 8000 } });
    gate.tryAcquire();
    expect(redis.told.slice(8, 10)).toEqual(["8000000", "8000000"]);
  });

  it("counts slow calls, and slow probes as failed", async () => {
    const { clock, gate, ask, calls } = made({ slowMs: 100 });
    await calls(gate, 4, "success", 100);
    await clock.advanceSettled(250 + LATENCY_MS);
    expect(gate.snapshot()).toMatchObject({ state: "open", why: "4 of 4 calls were slow" });
    await clock.advanceSettled(1000);
    const probe = await ask(gate);
    await clock.advanceSettled(100);
    if (probe.granted) probe.release();
    await clock.advanceSettled(LATENCY_MS);
    expect(gate.snapshot()).toMatchObject({ state: "open", why: "1 of 2 probes failed" });
  });

  it("lets wait until probes are let through, as many as there are, and the rest until it closes", async () => {
    const { clock, gate, opened } = made({ maxWaiting: 3 });
    await opened();
    const permits: Permit[] = [];
    for (let i = 0; i < 3; i += 1) void gate.acquire().then((permit) => permits.push(permit));
    await expect(gate.acquire()).rejects.toMatchObject({ code: "GATE_REJECTED", cause: "open" });
    await clock.advanceSettled(1020);
    expect(permits.length).toBe(2);
    for (const permit of permits) permit.release();
    await clock.advanceSettled(2 * LATENCY_MS);
    expect([permits.length, gate.state, gate.waiting]).toEqual([3, "closed", 0]);
    permits[2]?.release();
    await clock.advanceSettled(1000);
    expect(clock.pending).toBe(0);
  });

  it("gives back a probe that was fetched for somebody who has gone", async () => {
    const { clock, redis, gate, other, ask, opened } = made();
    await opened();
    const leaving = new AbortController();
    const waiting = gate.acquire(1, { signal: leaving.signal });
    await clock.advanceSettled(995);
    expect(redis.state.phase.kind).toBe("open");
    leaving.abort(new Error("no more"));
    await expect(waiting).rejects.toThrow("no more");
    await clock.advanceSettled(10);
    gate.tryAcquire(); // sees to a probe for the next one, who never comes
    await clock.advanceSettled(LATENCY_MS);
    expect(redis.state.phase).toMatchObject({ kind: "half-open", out: 1 });
    await clock.advanceSettled(1500 + LATENCY_MS);
    expect(redis.state.phase).toMatchObject({ kind: "half-open", out: 0 });
    expect([(await ask(other)).granted, (await ask(other)).granted, clock.pending]).toEqual([true, true, 0]);
  });

  it("gets well for who only tries, too", async () => {
    const { clock, gate, opened } = made();
    await opened();
    for (let granted = 0; granted < 3; ) {
      await clock.advanceSettled(100);
      const answer = gate.tryAcquire();
      if (!answer.granted) continue;
      answer.release();
      granted += 1;
    }
    expect(gate.state).toBe("closed");
  });

  describe("while Redis is away", () => {
    it("judges by itself, from where all were, and goes with all again when it is back", async () => {
      const { clock, redis, link, gate, ask, calls, opened } = made();
      await opened();
      redis.away = true;
      await clock.advanceSettled(300);
      expect(await ask(gate)).toMatchObject({ granted: false, cause: "open" });
      expect([link.presence, gate.state]).toEqual(["away", "open"]);
      await clock.advanceSettled(700);
      await calls(gate, 2, "success"); // its own probes
      expect(gate.state).toBe("closed");
      redis.away = false;
      await clock.advanceSettled(1000);
      const answer = await ask(gate); // all are half-open still, and this is a probe
      expect([answer.granted, gate.state, link.presence]).toEqual([true, "half-open", "near"]);
      expect(gate.snapshot().alone).toBe(3);
    });

    it("opens by itself, and lets wait for its own probes", async () => {
      const { clock, redis, gate, calls } = made();
      redis.away = true;
      await calls(gate, 4, "failure");
      expect(gate.state).toBe("open");
      const waiting = gate.acquire();
      await clock.advanceSettled(1100);
      (await waiting).release();
      await calls(gate, 1, "success");
      expect(gate.state).toBe("closed");
    });

    it("refuses, or grants, when it was told so", async () => {
      const refusing = made({ fallback: "refuse" });
      refusing.redis.away = true;
      expect(await refusing.ask(refusing.gate)).toMatchObject({ granted: false, cause: "overload" });
      const granting = made({ fallback: "grant" });
      granting.redis.away = true;
      await granting.calls(granting.gate, 20, "failure");
      expect(granting.gate.state).toBe("closed");
    });
  });

  it("is opened and reset by hand for all, and says when it reached nobody", async () => {
    const { clock, redis, gate, other, ask } = made();
    const heard: string[] = [];
    gate.onChange(({ from, to, why }) => heard.push(`${from} ${to}: ${why}`));
    const opening = gate.forceOpen(60_000);
    await clock.advanceSettled(LATENCY_MS);
    expect([await opening, (await ask(other)).granted]).toEqual(["done", false]);
    const closing = other.reset();
    await clock.advanceSettled(LATENCY_MS);
    expect([await closing, (await ask(other)).granted]).toEqual(["done", true]);
    await clock.advanceSettled(250);
    expect((await ask(gate)).granted).toBe(true);
    expect(heard).toEqual(["closed open: it was opened by hand", "open closed: it was reset by hand"]);
    redis.away = true;
    const nobody = gate.forceOpen();
    await clock.advanceSettled(LATENCY_MS);
    expect(await nobody).toBe("away");
    expect(() => gate.forceOpen(-1)).toThrow(RangeError);
  });

  it("reports what a listener throws, and counts a permit released twice", async () => {
    const { gate, ask, opened } = made();
    const dropped: unknown[] = [];
    const restore = onDroppedError((error) => dropped.push(error));
    gate.onChange(() => {
      throw new Error("listener");
    });
    const permit = await ask(gate);
    if (permit.granted) permit.release();
    expect(() => permit.granted && permit.release()).toThrow(/again/);
    expect(gate.snapshot().misused).toBe(1);
    gate.tryAcquire();
    await opened();
    restore();
    expect(dropped.map(String)).toEqual(["Error: listener"]);
  });

  it("takes no harm from a clock set back, and tells who asks when it throws", async () => {
    const virtual = new VirtualClock();
    const redis = new NaiveRedis(virtual);
    let offset = 0;
    const clock = {
      now: (): number => {
        if (Number.isNaN(offset)) throw new Error("no time");
        return virtual.now() + offset;
      },
      schedule: virtual.schedule.bind(virtual),
    };
    const link = redisLink(redis, { clock: virtual });
    const gate = redisBreaker({ redis: link, key: "k", ...OPTIONS, clock });
    const looking = gate.ask();
    await virtual.advanceSettled(LATENCY_MS);
    expect((await looking).granted).toBe(true);
    offset = -3_600_000;
    redis.state.forceOpen(virtual.now(), 1000); // by somebody else
    await virtual.advanceSettled(250);
    const asked = gate.ask();
    await virtual.advanceSettled(2 * LATENCY_MS);
    expect((await asked).granted).toBe(false);
    const waiting = gate.acquire();
    offset -= 3_600_000;
    await virtual.advanceSettled(1100);
    (await waiting).release("ignored");
    const second = gate.acquire();
    const third = gate.acquire();
    const fourth = gate.acquire();
    const outcome = expect(fourth).rejects.toThrow("no time");
    await virtual.advanceSettled(10);
    await Promise.all([second, third]);
    offset = Number.NaN;
    await virtual.advanceSettled(1000);
    await outcome;
    await expect(gate.ask()).rejects.toThrow("no time");
    await settled();
    expect(gate.waiting).toBe(0);
  });

  it("refuses options that cannot work, with the value that came and those that can", () => {
    const wrong = (change: object, text: RegExp | string): void => {
      expect(() => made(change)).toThrow(text);
    };
    wrong({ redis: null }, /with the redis null: it must be what nodeRedis or ioRedis returned/);
    wrong({ key: 3 }, "Cannot make a shared circuit breaker with the key 3: it must be a string, not empty");
    wrong({ consecutiveFailures: 3 }, /calls of several processes have no common order/);
    wrong({ window: { calls: 100 } }, /counts calls in a row or the last calls/);
    wrong({ window: { ms: 0 } }, /window of 0 ms/);
    wrong({ fallback: "open" }, /the fallback "open": it must be one of alone, refuse, grant/);
    wrong({ refreshMs: 0 }, /refreshMs of 0 ms/);
    wrong({ failureRate: 2 }, /failureRate of 2/);
  });
});
