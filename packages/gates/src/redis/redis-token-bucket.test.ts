// The side of a shared bucket that stands in a process, in virtual time: Redis is a naive bucket here, with a latency,
// which can be away. What the script does in a real one stands in test/redis.

import type { Permit, Rejected } from "@sluice/core";
import { settled, VirtualClock } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { type RedisCommands, type RedisLinkOptions, redisLink } from "./redis-link.js";
import { redisTokenBucket, type RedisTokenBucketOptions } from "./redis-token-bucket.js";

class NaiveRedis implements RedisCommands {
  away = false;
  asked = 0;
  private level = Number.NaN;
  private at = 0;
  private readonly clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.clock = clock;
  }

  evalSha(_sha: string, _key: string, args: readonly string[]): Promise<unknown> {
    this.asked += 1;
    return new Promise((resolve, reject) => {
      this.clock.schedule(LATENCY_MS, () => {
        if (this.away) reject(new Error("ECONNREFUSED"));
        else resolve(this.decide(args.map(Number)));
      });
    });
  }

  eval(): Promise<unknown> {
    throw new Error("it remembers all scripts");
  }

  private decide([
    capacity = 0,
    rate = 0,
    cost = 0,
    limit = 0,
    extra = 0,
    extraLimit = 0,
  ]: number[]): unknown {
    const now = this.clock.now();
    if (Number.isNaN(this.level)) this.level = capacity;
    this.level = Math.min(capacity, this.level + (now - this.at) * rate * 1000);
    this.at = now;
    const left = this.level - cost;
    if (left < capacity - limit) return [0, Math.ceil((capacity - limit - left) / rate), 0, this.level];
    const got = Math.max(0, Math.min(extra, Math.floor((left - (capacity - extraLimit)) / 1e6)));
    this.level = left - got * 1e6;
    return [1, 0, got, this.level];
  }
}

const LATENCY_MS = 2;

function made(options: Partial<RedisTokenBucketOptions> = {}, linkOptions: RedisLinkOptions = {}) {
  const clock = new VirtualClock();
  const redis = new NaiveRedis(clock);
  const link = redisLink(redis, { clock, ...linkOptions });
  const gate = redisTokenBucket({
    ...{ redis: link, key: "orders", capacity: 4, ratePerSecond: 2, fallback: { share: 0.5 }, clock },
    ...options,
  });
  /** One decision, and the time that it takes. */
  const ask = async (...args: Parameters<typeof gate.ask>): Promise<Permit | Rejected> => {
    const answer = gate.ask(...args);
    await clock.advanceSettled(LATENCY_MS);
    return await answer;
  };
  const askMany = async (times: number): Promise<boolean[]> => {
    const answers = [];
    for (let i = 0; i < times; i += 1) answers.push((await ask()).granted);
    return answers;
  };
  const log: string[] = [];
  const wait = (name: string, ...args: Parameters<typeof gate.acquire>): void => {
    gate.acquire(...args).then(
      () => log.push(`${name} at ${clock.now()}`),
      (error) => log.push(`${name}: ${error.code ?? error.message}`),
    );
  };
  return { clock, redis, link, gate, ask, askMany, log, wait };
}

const [yes, no] = [true, false];

describe("redisTokenBucket", () => {
  it("asks Redis once for each decision, and not at all while it knows that there is nothing", async () => {
    const { clock, redis, gate, ask, askMany } = made();
    expect(await askMany(4)).toEqual([yes, yes, yes, yes]);
    const refused = await ask();
    expect(refused).toEqual({
      ...{ granted: false, reason: 'the shared token bucket "orders" is empty', cause: "rate" },
      retryAfterMs: expect.closeTo(492, 0),
    });
    expect(redis.asked).toBe(5);
    expect(await ask()).toMatchObject({ granted: false, retryAfterMs: expect.closeTo(492, 0) });
    expect(gate.tryAcquire(2)).toMatchObject({ retryAfterMs: expect.closeTo(990, 0) });
    expect(redis.asked).toBe(5);
    await clock.advanceSettled(490);
    expect((await ask()).granted).toBe(true);
    expect(gate.snapshot()).toEqual({
      ...{ granted: 5, refused: 3, waiting: 0, misused: 0, held: 0, shared: 6, alone: 0 },
    });
  });

  it("refuses for good what it can never grant, keeps what is reserved, and asks nobody about a wrong cost", async () => {
    const { gate, ask, redis } = made({ reserved: { sheddable: 3 } });
    expect(await ask(5)).toMatchObject({ granted: false, cause: "cost", retryAfterMs: undefined });
    expect(await ask(2, { criticality: "sheddable" })).toMatchObject({ granted: false, cause: "cost" });
    await expect(gate.ask(0)).rejects.toThrow(RangeError);
    await expect(gate.ask(1, { criticality: "urgent" as never })).rejects.toThrow(TypeError);
    expect(redis.asked).toBe(0);
    expect((await ask(1, { criticality: "sheddable" })).granted).toBe(true);
    expect((await ask(1, { criticality: "sheddable" })).granted).toBe(false);
    expect((await ask(3)).granted).toBe(true);
  });

  it("spends a lease without asking, and fetches another one when half of it is gone", async () => {
    const { clock, redis, gate, ask } = made({ capacity: 100, ratePerSecond: 1, lease: 10 });
    expect(gate.tryAcquire()).toMatchObject({ granted: false, reason: /holds nothing in this process/ });
    await clock.advanceSettled(LATENCY_MS);
    expect(gate.snapshot()).toMatchObject({ held: 10 });
    for (let i = 0; i < 5; i += 1) expect(gate.tryAcquire().granted).toBe(true);
    expect(redis.asked).toBe(1);
    expect((await ask()).granted).toBe(true); // the sixth: asks nobody, and fetches
    expect([redis.asked, gate.snapshot().held]).toEqual([2, 10]);
    expect(gate.tryAcquire(11).granted).toBe(false);
    await clock.advanceSettled(LATENCY_MS);
    expect(gate.tryAcquire(11).granted).toBe(true);
  });

  it("lets wait in a bounded line, asks for the first of them alone, and when the time has come", async () => {
    const { clock, redis, log, wait, askMany } = made({ maxWaiting: 2 });
    await askMany(4);
    const asked = redis.asked;
    wait("a");
    wait("b");
    wait("c");
    await clock.advanceSettled(2000);
    expect(log).toEqual(["c: GATE_REJECTED", "a at 504", "b at 1004"]); // due at 502, and asked for just then
    expect(redis.asked - asked).toBeLessThanOrEqual(4);
    expect(clock.pending).toBe(0);
  });

  it("lets the more critical overtake, and who gives up leave, whatever is on its way for them", async () => {
    const { clock, gate, log, wait, askMany } = made();
    const leaving = new AbortController();
    await askMany(4);
    wait("lost", 1, { signal: leaving.signal });
    wait("less", 1, { criticality: "sheddable" });
    wait("more", 1, { criticality: "criticalPlus" });
    await clock.advanceSettled(493); // asked for the first of them, and not answered yet
    leaving.abort(new Error("no more"));
    await clock.advanceSettled(2000);
    expect(log).toEqual(["lost: no more", "more at 504", "less at 1004"]);
    expect([gate.waiting, clock.pending]).toEqual([0, 0]);
    await expect(gate.acquire(1, { signal: leaving.signal })).rejects.toThrow("no more");
    await expect(gate.acquire(5)).rejects.toMatchObject({ code: "GATE_REJECTED", cause: "cost" });
  });

  it("keeps what was fetched for somebody who has gone, for the next one", async () => {
    const { clock, gate, wait, redis } = made();
    const leaving = new AbortController();
    wait("gone", 3, { signal: leaving.signal });
    leaving.abort();
    await clock.advanceSettled(LATENCY_MS);
    expect(gate.snapshot()).toMatchObject({ held: 3, waiting: 0 });
    expect([gate.tryAcquire(3).granted, redis.asked]).toEqual([true, 1]);
  });

  it("gives back what was never used, to the next one here", async () => {
    const { gate, ask } = made();
    const permit = await ask(4);
    (permit as Permit & { undo(): void }).undo();
    expect(gate.snapshot()).toMatchObject({ held: 4, granted: 0 });
    expect((await ask(4)).granted).toBe(true);
  });

  it("counts a permit released twice, and gives nothing back for it", async () => {
    const { gate, ask } = made();
    const permit = await ask();
    if (!permit.granted) throw new Error(permit.reason);
    permit.release("failure");
    expect(() => permit.release()).toThrow(/PERMIT_RELEASED|again/);
    expect(gate.snapshot()).toMatchObject({ misused: 1, held: 0 });
  });

  it("tells its quota as Redis said last, and time has brought since", async () => {
    const { clock, gate, ask } = made();
    expect(gate.quota()).toEqual({ limit: 4, windowMs: 2000, remaining: 4, resetMs: 0 });
    await ask(3);
    expect(gate.quota()).toEqual({ limit: 4, windowMs: 2000, remaining: 1, resetMs: 1500 });
    clock.advance(500);
    expect(gate.quota()).toMatchObject({ remaining: 2, resetMs: 1000 });
  });

  describe("while Redis is away", () => {
    it("grants its share by itself, tries again once a second, and comes back", async () => {
      const { clock, redis, link, gate, ask, askMany } = made();
      redis.away = true;
      expect(await askMany(3)).toEqual([yes, yes, no]); // half of 4
      expect(await ask()).toMatchObject({
        reason:
          'the shared token bucket "orders" gets no answer from Redis, and the share of this process is spent',
        cause: "rate",
        retryAfterMs: 996, // at half of 2 a second
      });
      expect([redis.asked, gate.tryAcquire().granted, gate.snapshot().alone]).toEqual([1, no, 5]);
      await clock.advanceSettled(996);
      expect((await ask()).granted).toBe(true); // tried, and went by its share then
      expect([redis.asked, link.presence]).toEqual([2, "away"]);
      redis.away = false;
      await clock.advanceSettled(1000);
      expect(await askMany(4)).toEqual([yes, yes, yes, yes]); // those of Redis were not touched
      expect([redis.asked, link.presence, link.snapshot().switches]).toEqual([6, "near", 2]);
    });

    it("refuses, or grants, when it was told so", async () => {
      const refusing = made({ fallback: "refuse" });
      refusing.redis.away = true;
      expect(await refusing.ask()).toMatchObject({ cause: "overload", retryAfterMs: 1000 });
      const granting = made({ fallback: "grant" });
      granting.redis.away = true;
      expect(await granting.askMany(10)).toEqual(Array(10).fill(yes));
      const permit = await granting.ask();
      (permit as Permit & { undo(): void }).undo();
      expect(granting.gate.snapshot()).toMatchObject({ held: 0, alone: 11 });
    });

    it("serves those who wait from its share, and from Redis again when that is back", async () => {
      const { clock, redis, log, wait, gate } = made();
      redis.away = true;
      for (const name of "abcdefg") wait(name);
      await clock.advanceSettled(2500);
      // Two at once, then one a second; but not before the probe that is under way has failed.
      expect(log).toEqual(["a at 2", "b at 2", "c at 1004", "d at 2002"]);
      redis.away = false;
      await clock.advanceSettled(2000);
      expect(log.length).toBe(7);
      expect([gate.waiting, clock.pending]).toEqual([0, 0]);
    });

    it("decides by itself when too much is in flight, and those who wait go on", async () => {
      const { clock, log, wait, gate, redis } = made({}, { maxInFlight: 1 });
      const first = gate.ask();
      const second = gate.ask();
      wait("third");
      await clock.advanceSettled(LATENCY_MS + 10 + LATENCY_MS);
      expect([(await first).granted, (await second).granted, log.length, redis.asked]).toEqual([
        yes,
        yes,
        1,
        2,
      ]);
      expect(gate.snapshot()).toMatchObject({ shared: 2, alone: 1 });
    });
  });

  it("takes no harm from a clock set back; when it fails, who waits and who asks hears of it", async () => {
    const clock = new VirtualClock();
    const redis = new NaiveRedis(clock);
    let broken = false;
    let back = 0;
    const gate = redisTokenBucket({
      ...{ redis: redisLink(redis, { clock }), key: "k", capacity: 1, ratePerSecond: 1, fallback: "refuse" },
      clock: {
        now: () => {
          if (broken) throw new Error("no time");
          return clock.now() - back;
        },
        schedule: clock.schedule.bind(clock),
      },
    });
    const granted = async (): Promise<boolean> => {
      const answer = gate.ask();
      await clock.advanceSettled(LATENCY_MS);
      return (await answer).granted;
    };
    expect([await granted(), await granted()]).toEqual([yes, no]);
    back = 3_600_000;
    await clock.advanceSettled(1000);
    expect(await granted()).toBe(true); // and is not believed to be empty for an hour
    const waiting = gate.acquire();
    await settled();
    broken = true;
    const outcome = expect(waiting).rejects.toThrow("no time");
    await clock.advanceSettled(1000);
    await outcome;
    await expect(gate.ask()).rejects.toThrow("no time");
    expect([gate.waiting, clock.pending]).toEqual([0, 0]);
  });

  it("refuses options that cannot work, with the value that came and those that can", () => {
    const wrong = (change: object, text: RegExp | string): void => {
      expect(() => made(change)).toThrow(text);
    };
    wrong(
      { redis: {} },
      "Cannot make a shared token bucket with the redis <object>: it must be what nodeRedis or ioRedis returned",
    );
    wrong({ key: "" }, 'Cannot make a shared token bucket with the key "": it must be a string, not empty');
    wrong({ capacity: 0 }, /capacity of 0: it must be a number > 0/);
    wrong({ ratePerSecond: Number.NaN }, /ratePerSecond of NaN/);
    wrong({ lease: 1.5 }, /lease of 1.5: it must be an integer >= 0 and <= 4/);
    wrong({ lease: 5 }, /lease of 5/);
    wrong({ reserved: { urgent: 1 } }, /shared token bucket that reserves from "urgent"/);
    wrong({ maxWaiting: -1 }, /maxWaiting -1/);
    wrong({ clock: {} }, /clock <object>/);
    for (const [fallback, said] of [
      [undefined, "undefined"],
      ["open", '"open"'],
      [{}, "<object>"],
      [{ share: 0 }, "{ share: 0 }"],
      [{ share: 2 }, "{ share: 2 }"],
      [null, "null"],
    ]) {
      wrong({ fallback }, `fallback ${said}: it must be { share } > 0 and <= 1, "refuse" or "grant"`);
    }
  });
});
