// A circuit breaker that many processes share: its state and its counts lie in Redis.
//
//   closed ────► granted at once; what came of the calls is reported a batch at a time, each `refreshMs`
//   open ──────► refused at once, until its time is over
//   half-open ─► a probe is asked for in Redis, so that all processes together have no more than there are
//
// What a process knows of the state is at most `refreshMs` old when `ask` or `acquire` goes by it; `tryAcquire` goes by
// what is known, and sees to it that more is known the next time. While Redis is away each process judges for itself.

import type { GateRequest, Permit, PermitOutcome, Rejected } from "@sluice/core";
import {
  Alarm,
  backoffMs,
  checkMilliseconds,
  checkOptions,
  describe,
  reportUncaught,
} from "@sluice/core/kit";
import {
  type BreakerSettings,
  checkBreaker,
  type CircuitBreakerOptions,
} from "../breaker/breaker-settings.js";
import { type BreakerChange, ChangeListeners } from "../breaker/change-listeners.js";
import { type CircuitBreaker, circuitBreaker } from "../breaker/circuit-breaker.js";
import { GrantedPermit } from "../gate/granted-permit.js";
import { type GateSnapshot, PolicyGate } from "../gate/policy-gate.js";
import type { SharedGate } from "../gate/shared-gate.js";
import {
  BREAKER_SCRIPT,
  breakerArguments,
  type BreakerLaw,
  type BreakerReply,
  type BreakerWish,
} from "./breaker-script.js";
import { RedisLink } from "./redis-link.js";
import { redisKey } from "./shared-fallback.js";

/** What a shared breaker is told. All who share it are to be told the same. */
export interface RedisBreakerOptions
  extends Omit<CircuitBreakerOptions, "consecutiveFailures" | "window" | "name"> {
  /** From `nodeRedis` or `ioRedis`. */
  readonly redis: RedisLink;
  /** Which breaker: all gates with this key share one. In Redis it is `sluice:{key}:breaker`. */
  readonly key: string;
  /** Which calls the rates are of: those of all processes in the last so many ms. Default 10,000 ms in 10 buckets. */
  readonly window?: { readonly ms: number; readonly buckets?: number } | undefined;
  /** What came of calls is reported so often, and what others have changed is known so soon, in ms. Default 250. */
  readonly refreshMs?: number | undefined;
  /**
   * While Redis does not answer: `"alone"`, a breaker of its own with the same options, which begins where the shared
   * one was; `"refuse"`; or `"grant"`. Default `"alone"`.
   */
  readonly fallback?: "alone" | "refuse" | "grant" | undefined;
}

/** What a shared breaker tells who looks at it. */
export interface RedisBreakerSnapshot extends GateSnapshot {
  readonly state: BreakerReply["kind"];
  /** What made it change last. */
  readonly why: string;
  /** How many changes this process has seen. */
  readonly changes: number;
  /** Of all processes, as Redis said last. */
  readonly calls: number;
  readonly failed: number;
  readonly slow: number;
  /** Replies of Redis, and decisions that were made without it because it did not answer. */
  readonly shared: number;
  readonly alone: number;
}

/** A gate by health, shared by many processes. */
export interface RedisBreaker extends SharedGate {
  /** As far as this process knows. */
  readonly state: BreakerReply["kind"];
  /** Those of this process who wait in `acquire`. */
  readonly waiting: number;
  /** Opens it for all, for so many milliseconds; default: until `reset()`. `"away"`: Redis has not answered. */
  forceOpen(forMs?: number): Promise<"done" | "away">;
  /** Closes it for all, and forgets everything that was seen. */
  reset(): Promise<"done" | "away">;
  /** Calls `listener` soon after each change that this process sees; returns what ends that. */
  onChange(listener: (change: BreakerChange) => void): () => void;
  snapshot(): RedisBreakerSnapshot;
}

/**
 * A circuit breaker for all processes together that name the same key: the calls of all are counted, and half-open
 * lets through `probes` of them all. While it is closed a permit takes no round trip.
 *
 * *Buffers:* counts, and those who wait, at most `maxWaiting`; one command to Redis at a time. *Errors:* a `TypeError`
 * or `RangeError` for options that cannot work; that Redis fails or does not answer is no error: `fallback` decides.
 * *Cancel:* a signal ends the waiting.
 *
 * @example
 * ```ts
 * import { nodeRedis, redisBreaker } from "@sluice/gates/redis";
 * // In place of a client of node-redis: one that has lost its Redis, so that the process judges for itself.
 * const client = { evalSha: () => Promise.reject(new Error("ECONNREFUSED")), eval: async () => [] };
 * const gate = redisBreaker({ redis: nodeRedis(client), key: "payments", failureRate: 0.5, minimumCalls: 2 });
 * for (let call = 1; call <= 2; call += 1) {
 *   const answer = await gate.ask();
 *   if (answer.granted) answer.release("failure");
 * }
 * const refused = await gate.ask();
 * if (!refused.granted) console.log(refused.reason);
 * // prints the shared circuit breaker "payments" is open: 2 of 2 calls failed
 * ```
 */
export function redisBreaker(options: RedisBreakerOptions): RedisBreaker {
  checkOptions(PLACE, options);
  const { redis, key, window = { ms: 10_000 }, refreshMs = 250, fallback = "alone" } = options;
  if (!(redis instanceof RedisLink)) {
    throw new TypeError(
      `Cannot make a ${PLACE} with the redis ${describe(redis)}: it must be what nodeRedis or ioRedis returned`,
    );
  }
  const redisName = redisKey(PLACE, key, "breaker");
  if ((options as CircuitBreakerOptions).consecutiveFailures !== undefined || !("ms" in Object(window))) {
    throw new TypeError(
      `Cannot make a ${PLACE} that counts calls in a row or the last calls: calls of several processes have no common order; give it a failureRate and a window { ms, buckets }`,
    );
  }
  if (!FALLBACKS.includes(fallback)) {
    throw new TypeError(
      `Cannot make a ${PLACE} with the fallback ${describe(fallback)}: it must be one of ${FALLBACKS.join(", ")}`,
    );
  }
  checkMilliseconds(`a ${PLACE} a refreshMs of`, refreshMs, 1);
  const name = `the ${PLACE} ${JSON.stringify(key)}`;
  const own: CircuitBreakerOptions = { ...options, window, name };
  const settings = checkBreaker(own);
  const { failureRate, slowRate, minimumCalls, probes, needed, probeTimeoutMs, healthyMs } = settings;
  const { ms: windowMs, buckets = 10 } = window;
  const law = {
    ...{ failureRate, slowRate, minimumCalls, windowMs, buckets },
    ...{ probes, needed, probeTimeoutMs, healthyMs },
  };
  return new SharedBreaker(
    { ...settings, redis, redisName, law, refreshMs, fallback },
    fallback === "alone" ? circuitBreaker(own) : undefined,
  );
}

interface SharedBreakerSettings extends BreakerSettings {
  readonly redis: RedisLink;
  readonly redisName: string;
  readonly law: BreakerLaw;
  readonly refreshMs: number;
  readonly fallback: "alone" | "refuse" | "grant";
}

class SharedPermit extends GrantedPermit {
  /** The generation of Redis, which is a time and no small integer; `NaN`: granted without Redis. */
  readonly era: number;
  readonly startedAt: number;
  /** Of the own breaker. */
  readonly own: Permit | undefined;

  constructor(owner: SharedBreaker, cost: number, era: number, startedAt: number, own?: Permit) {
    super(owner, cost);
    this.era = era;
    this.startedAt = startedAt;
    this.own = own;
  }
}

class SharedBreaker extends PolicyGate<SharedBreakerSettings, SharedPermit> implements RedisBreaker {
  /** What Redis said last, and when: the state as far as it is known here. */
  private view: BreakerReply = UNKNOWN;
  private viewAt = Number.NEGATIVE_INFINITY;
  /** What came of calls of this generation, and is not reported yet. */
  private readonly toTell: Counts = { calls: 0, failed: 0, slow: 0, succeeded: 0, lapsed: 0, ignored: 0 };
  /** A probe that was fetched, and nobody has had yet: one at most. */
  private hasProbe = false;
  /** What is being said to Redis: one thing at a time. */
  private exchanging: Promise<void> | undefined = undefined;
  private readonly alarm: Alarm;
  private readonly own: CircuitBreaker | undefined;
  private isAlone = false;
  private ownRefusal: Rejected | undefined = undefined;
  private readonly listeners = new ChangeListeners();
  private changes = 0;
  private shared = 0;
  private alone = 0;

  constructor(settings: SharedBreakerSettings, own: CircuitBreaker | undefined) {
    super(settings);
    this.own = own;
    this.alarm = new Alarm(settings.clock, () => this.onAlarm(), reportUncaught);
  }

  get state(): BreakerReply["kind"] {
    return this.isAlone && this.own !== undefined ? this.own.state : this.view.kind;
  }

  override snapshot(): RedisBreakerSnapshot {
    return super.snapshot() as RedisBreakerSnapshot;
  }

  onChange(listener: (change: BreakerChange) => void): () => void {
    return this.listeners.add(listener);
  }

  forceOpen(forMs: number = Number.POSITIVE_INFINITY): Promise<"done" | "away"> {
    if (forMs !== Number.POSITIVE_INFINITY) checkMilliseconds("forceOpen", forMs, 0);
    return this.force("open", forMs);
  }

  reset(): Promise<"done" | "away"> {
    return this.force("reset", 0);
  }

  async ask(cost = 1, request?: GateRequest): Promise<Permit | Rejected> {
    // Each turn waits for one reply of Redis: for news of the state, and for probes, of which others may have more luck.
    for (let turns = 0; ; turns += 1) {
      const now = this.now();
      if (this.isStale(now)) await this.exchange(this.wantsProbe(now) ? "probe" : "look");
      const answer = this.decide(cost, request);
      if (answer.granted) return answer;
      if (this.exchanging === undefined || this.view.kind === "closed" || turns > this.settings.probes) {
        this.refused += 1;
        return answer;
      }
      await this.exchanging;
    }
  }

  protected override take(now: number, cost: number): SharedPermit | undefined {
    const { redis, slowMs } = this.settings;
    const wantsProbe = this.wantsProbe(now);
    if (wantsProbe || this.isStale(now)) void this.exchange(wantsProbe ? "probe" : "look");
    if (redis.presence === "away") return this.takeAlone(cost);
    const { kind, generation } = this.view;
    if (kind !== "closed" && !this.hasProbe) return undefined;
    if (this.hasProbe) this.alarm.clear();
    this.hasProbe = false;
    return new SharedPermit(this, cost, generation, slowMs < Number.POSITIVE_INFINITY ? now : Number.NaN);
  }

  protected override refusal(now: number): Rejected {
    const { name, view } = this;
    if (this.settings.redis.presence === "away") return this.aloneRefusal();
    const ms = view.kind === "open" ? this.waitMs(now) : Number.POSITIVE_INFINITY;
    const why = view.kind === "open" ? `open: ${view.why}` : "half-open, and its probes are under way";
    const retryAfterMs = ms < Number.POSITIVE_INFINITY ? ms : undefined;
    return { granted: false, reason: `${name} is ${why}`, retryAfterMs, cause: "open" };
  }

  /** Calls are counted, not their cost. */
  protected override most(): number {
    return Number.POSITIVE_INFINITY;
  }

  protected override wakeMs(now: number): number {
    if (this.exchanging !== undefined) return Number.POSITIVE_INFINITY; // its reply wakes the line
    const { redis, refreshMs } = this.settings;
    if (redis.presence === "away") {
      return Math.max(
        SOON_MS,
        Math.min(redis.probeInMs, this.ownRefusal?.retryAfterMs ?? Number.POSITIVE_INFINITY),
      );
    }
    return this.view.kind === "open" ? Math.min(refreshMs, this.waitMs(now)) : refreshMs;
  }

  protected override settled(permit: SharedPermit, outcome: PermitOutcome): void {
    permit.own?.release(outcome);
    const { view } = this;
    if (permit.era !== view.generation) return;
    const { slowMs, clock } = this.settings;
    const isSlow = slowMs < Number.POSITIVE_INFINITY && clock.now() - permit.startedAt >= slowMs;
    const isBad = outcome === "failure" || isSlow;
    const { toTell } = this;
    if (view.kind === "half-open") {
      toTell[outcome === "ignored" ? "ignored" : isBad ? "lapsed" : "succeeded"] += 1;
      void this.exchange("look");
    } else if (outcome !== "ignored") {
      toTell.calls += 1;
      if (outcome === "failure") toTell.failed += 1;
      if (isSlow) toTell.slow += 1;
      // Enough to open it for all: that is not put off.
      if (isBad && this.isTooBad()) void this.exchange("look");
      else if (!this.alarm.isSet) this.alarm.set(this.settings.refreshMs);
    }
  }

  protected override details(): object {
    const { state, changes, shared, alone, view } = this;
    const { why, calls, failed, slow } = view;
    return { state, why, changes, calls, failed, slow, shared, alone };
  }

  /** By what this process has seen alone since its last report. */
  private isTooBad(): boolean {
    const { calls, failed, slow } = this.toTell;
    const { minimumCalls, failureRate, slowRate } = this.settings;
    return calls >= minimumCalls && (failed / calls >= failureRate || slow / calls >= slowRate);
  }

  /** What is known is too old to go by, and Redis can be asked. */
  private isStale(now: number): boolean {
    const { redis, refreshMs } = this.settings;
    if (redis.isSilent) return false;
    const age = now - this.viewAt;
    return redis.presence === "away" || age < 0 || age >= refreshMs;
  }

  private wantsProbe(now: number): boolean {
    const { kind, free } = this.view;
    if (kind === "closed" || this.hasProbe || this.settings.redis.isSilent) return false;
    return kind === "open" ? this.waitMs(now) === 0 : free > 0 || this.isStale(now);
  }

  private waitMs(now: number): number {
    // A clock that was set back says nothing of how long it has been open; Redis knows.
    const since = now - this.viewAt;
    return since < 0 ? 0 : Math.max(0, this.view.waitMs - since);
  }

  /** Time to report; or a probe was fetched that nobody here has use for, and others may. */
  private onAlarm(): void {
    if (this.hasProbe) this.toTell.ignored += 1;
    this.hasProbe = false;
    this.exchangeOr(reportUncaught);
  }

  /** Where nobody asks, a clock that throws is told to `clockThrew`. */
  private exchangeOr(clockThrew: (error: unknown) => void): void {
    try {
      void this.exchange("look");
    } catch (thrown) {
      clockThrew(thrown);
    }
  }

  /** Tells Redis what came of calls, and hears where the breaker stands; `undefined`: Redis is not asked. */
  private exchange(wish: BreakerWish, forcedMs = 0): Promise<void> | undefined {
    if (this.exchanging !== undefined) return this.exchanging;
    const { redis, redisName, law, openFor, random } = this.settings;
    const { generation, openings, openMs } = this.view;
    const sent = redis.run(
      BREAKER_SCRIPT,
      redisName,
      breakerArguments(
        {
          ...{ wish, generation, forcedMs, ...this.toTell },
          freshMs: sound(backoffMs(openFor, 1, 0, random()), openFor.capMs),
          grownMs: sound(backoffMs(openFor, openings + 1, openMs, random()), openFor.capMs),
        },
        law,
      ),
    );
    this.alarm.clear();
    this.forget(); // if nobody hears it, it is lost: counted a second time it would be worse
    if (sent === undefined) return undefined;
    this.exchanging = sent.then((reply) => {
      this.exchanging = undefined;
      try {
        if (reply !== undefined) this.learn(reply, wish);
      } catch {
        // The clock has failed: `serve` asks it as well, and those who wait hear of it.
      }
      this.serve();
      this.goOn();
    });
    return this.exchanging;
  }

  /** What has come while something was said, or was fetched for somebody who has gone. */
  private goOn(): void {
    const { calls, succeeded, lapsed, ignored } = this.toTell;
    const { refreshMs, probeTimeoutMs } = this.settings;
    if (succeeded + lapsed + ignored > 0) this.exchangeOr(reportUncaught);
    else if (this.hasProbe) this.alarm.set(probeTimeoutMs / 2);
    else if (calls > 0 && !this.alarm.isSet) this.alarm.set(refreshMs);
  }

  private forget(): void {
    Object.assign(this.toTell, NOTHING);
  }

  private learn(reply: BreakerReply, wish: BreakerWish): void {
    const { view } = this;
    this.shared += 1;
    this.isAlone = false;
    if (reply.generation !== view.generation) {
      this.forget(); // it was of the former one
      this.hasProbe = false;
      this.changes += 1;
    }
    this.view = reply;
    if (reply.hasProbe && wish === "probe") this.hasProbe = true;
    if (reply.kind !== view.kind) this.tell(view.kind);
    this.viewAt = this.now();
  }

  private tell(from: BreakerReply["kind"]): void {
    const { kind: to, why, openMs } = this.view;
    this.listeners.tell({
      ...{ from, to, why, generation: this.changes },
      openMs: to === "open" ? openMs : undefined,
    });
  }

  private async force(wish: "open" | "reset", forMs: number): Promise<"done" | "away"> {
    while (this.exchanging !== undefined) await this.exchanging;
    const before = this.shared;
    const sent = this.exchange(wish, forMs);
    if (sent !== undefined) await sent;
    if (this.shared > before) return "done";
    if (!this.isAlone) this.beginAlone();
    if (wish === "open") this.own?.forceOpen(forMs);
    else this.own?.reset();
    this.serve();
    return "away";
  }

  private takeAlone(cost: number): SharedPermit | undefined {
    if (!this.isAlone) this.beginAlone();
    this.alone += 1;
    if (this.own === undefined) {
      return this.settings.fallback === "grant" ? new SharedPermit(this, cost, Number.NaN, 0) : undefined;
    }
    const answer = this.own.tryAcquire(cost);
    this.ownRefusal = answer.granted ? undefined : answer;
    return answer.granted ? new SharedPermit(this, cost, Number.NaN, 0, answer) : undefined;
  }

  /** The own breaker begins where the shared one was. */
  private beginAlone(): void {
    this.isAlone = true;
    if (this.view.kind === "closed") this.own?.reset();
    else this.own?.forceOpen(this.view.kind === "open" ? this.waitMs(this.now()) : 0);
  }

  private aloneRefusal(): Rejected {
    if (this.ownRefusal !== undefined) return this.ownRefusal;
    const reason = `${this.name} gets no answer from Redis, and grants nothing meanwhile`;
    return { granted: false, reason, retryAfterMs: this.settings.redis.probeInMs, cause: "overload" };
  }
}

/** A random of the user's may be no number, and it would be open for ever. */
function sound(ms: number, most: number): number {
  return ms >= 0 ? ms : most;
}

type Counts = Record<"calls" | "failed" | "slow" | "succeeded" | "lapsed" | "ignored", number>;

const NOTHING: Readonly<Counts> = { calls: 0, failed: 0, slow: 0, succeeded: 0, lapsed: 0, ignored: 0 };

const UNKNOWN: BreakerReply = {
  ...{ kind: "closed", generation: 0, waitMs: 0, hasProbe: false, free: 0, openings: 0, openMs: 0 },
  ...{ calls: 0, failed: 0, slow: 0, why: "nothing has happened yet" },
};

const FALLBACKS: readonly string[] = ["alone", "refuse", "grant"];

/** Whoever waits looks again so soon where nobody can say when it makes sense. */
const SOON_MS = 10;

const PLACE = "shared circuit breaker";
