// A token bucket that many processes share: its tokens lie in Redis, and a decision is one script there.
//
//   ask ─────────► held here, or known to be empty? ──no──► Redis: granted, or so long to wait
//   tryAcquire ──► held here ("lease"): granted; else refused
//   acquire ─────► the line; for its first one Redis is asked, again when the time has come that it said
//   Redis does not answer ──► the fallback decides, and one who asks tries again once in a while
//
// What is fetched in advance is taken in Redis at once, so that no two processes ever hold the same token.

import {
  type Clock,
  type Criticality,
  type GateRequest,
  type Permit,
  type Rejected,
  systemClock,
} from "@sluice/core";
import { checkClock, checkOptions, describe } from "@sluice/core/kit";
import { checkAmount, checkMaxWaiting, checkReserved, MOST_TOKENS } from "../gate/check-gate.js";
import { CRITICALITIES, rankOf } from "../gate/criticality-rank.js";
import { GrantedPermit } from "../gate/granted-permit.js";
import { type GateSettings, type GateSnapshot, PolicyGate } from "../gate/policy-gate.js";
import type { Quota, QuotaGate } from "../gate/quota.js";
import type { SharedGate } from "../gate/shared-gate.js";
import { type TokenBucket, tokenBucket } from "../rate/token-bucket.js";
import { BUCKET_SCRIPT, type BucketReply, bucketArguments, UNIT } from "./bucket-script.js";
import { RedisLink } from "./redis-link.js";
import { checkFallback, redisKey, type SharedFallback } from "./shared-fallback.js";

/** What a shared token bucket is told. All who share it are to be told the same. */
export interface RedisTokenBucketOptions {
  /** From `nodeRedis` or `ioRedis`. */
  readonly redis: RedisLink;
  /** Which bucket: all gates with this key share one. In Redis it is `sluice:{key}:bucket`. */
  readonly key: string;
  /** Tokens that it holds at most: what may be taken at once after a quiet time. A number > 0. */
  readonly capacity: number;
  /** Tokens that come back each second. A number > 0. */
  readonly ratePerSecond: number;
  /** What this process does while Redis does not answer. */
  readonly fallback: SharedFallback;
  /** Tokens that this process takes in advance, a whole number; what `tryAcquire` can spend. Default 0. */
  readonly lease?: number;
  /** As for `tokenBucket`: tokens that are kept from requests of a criticality. */
  readonly reserved?: Readonly<Partial<Record<Criticality, number>>>;
  /** Those who may wait in `acquire` at once, of this process. Default 1,000. */
  readonly maxWaiting?: number;
  /** For waiting and for the fallback; what is granted through Redis goes by the time of Redis. Default: `systemClock`. */
  readonly clock?: Clock;
}

/** What a shared token bucket tells who looks at it. */
export interface RedisTokenBucketSnapshot extends GateSnapshot {
  /** Tokens taken in advance and not spent. */
  readonly held: number;
  /** Decisions that Redis was asked for, and those that were made without it because it did not answer. */
  readonly shared: number;
  readonly alone: number;
}

/** A gate by rate, shared by many processes. */
export interface RedisTokenBucket extends SharedGate, QuotaGate {
  /** Those of this process who wait in `acquire`. */
  readonly waiting: number;
  /** As Redis said last, and time has brought since. */
  quota(): Quota;
  snapshot(): RedisTokenBucketSnapshot;
}

/**
 * Grants `ratePerSecond` permits a second and `capacity` at once to all processes together that name the same key:
 * through Redis in any time span no more than capacity + rate * span, and the leases that are held when it begins.
 * Time is that of Redis, so the clocks of the processes do not matter.
 *
 * *Buffers:* those who wait, at most `maxWaiting`; tokens taken in advance, at most `lease` or the cost of who waits
 * first. *Errors:* a `TypeError` or `RangeError` for options and costs that cannot work; that Redis fails or does not
 * answer is no error: `fallback` decides. *Cancel:* a signal ends the waiting, and nothing is held.
 *
 * @example
 * ```ts
 * import { nodeRedis, redisTokenBucket } from "@sluice/gates/redis";
 * // In place of a client of node-redis: one that has lost its Redis.
 * const client = { evalSha: () => Promise.reject(new Error("ECONNREFUSED")), eval: async () => [] };
 * const gate = redisTokenBucket({
 *   redis: nodeRedis(client),
 *   key: "orders",
 *   capacity: 20,
 *   ratePerSecond: 100,
 *   fallback: { share: 1 / 4 }, // four processes
 * });
 * let granted = 0;
 * while ((await gate.ask()).granted) granted += 1;
 * console.log(granted, gate.snapshot().shared); // prints 5 0
 * ```
 */
export function redisTokenBucket(options: RedisTokenBucketOptions): RedisTokenBucket {
  checkOptions(PLACE, options);
  const {
    redis,
    key,
    capacity,
    ratePerSecond,
    fallback,
    lease = 0,
    reserved = {},
    maxWaiting = 1000,
  } = options;
  if (!(redis instanceof RedisLink)) {
    throw new TypeError(
      `Cannot make a ${PLACE} with the redis ${describe(redis)}: it must be what nodeRedis or ioRedis returned`,
    );
  }
  const redisName = redisKey(PLACE, key, "bucket");
  const clock = checkClock(PLACE, options.clock ?? systemClock);
  checkAmount(`${PLACE} with a capacity`, capacity, { least: 0, most: MOST_TOKENS, above: true });
  checkAmount(`${PLACE} with a ratePerSecond`, ratePerSecond, { least: 0, most: MOST_TOKENS, above: true });
  const kept = checkReserved(PLACE, reserved, capacity);
  if (!Number.isSafeInteger(lease) || lease < 0 || lease > capacity) {
    throw new RangeError(
      `Cannot make a ${PLACE} with a lease of ${describe(lease)}: it must be an integer >= 0 and <= ${capacity}`,
    );
  }
  checkFallback(PLACE, fallback);
  checkMaxWaiting(PLACE, maxWaiting);
  const name = `the ${PLACE} ${JSON.stringify(key)}`;
  return new SharedBucket(
    { name, maxWaiting, clock, redis, redisName, capacity, ratePerSecond, kept, lease, fallback },
    typeof fallback === "string" ? undefined : ownShare(fallback.share, capacity, ratePerSecond, kept, clock),
  );
}

interface SharedBucketSettings extends GateSettings {
  readonly redis: RedisLink;
  readonly redisName: string;
  readonly capacity: number;
  readonly ratePerSecond: number;
  /** Tokens kept from each criticality, the least critical first; from none more than from the one before. */
  readonly kept: readonly number[];
  readonly lease: number;
  readonly fallback: SharedFallback;
}

class SharedBucket extends PolicyGate<SharedBucketSettings> implements RedisTokenBucket {
  /** Taken in Redis, and not granted here yet. */
  private held = 0;
  /** Somebody fetches more than he needs: nobody else does meanwhile. */
  private fetching = false;
  private empty: Shortage | undefined = undefined;
  /** What Redis said last: tokens left, and when. */
  private left: number;
  private leftAt = Number.NEGATIVE_INFINITY;
  private readonly own: TokenBucket | undefined;
  /** Why the own share refused last. */
  private ownRefusal: Rejected | undefined = undefined;
  private shared = 0;
  private alone = 0;

  constructor(settings: SharedBucketSettings, own: TokenBucket | undefined) {
    super(settings);
    this.left = settings.capacity;
    this.own = own;
  }

  override snapshot(): RedisTokenBucketSnapshot {
    return super.snapshot() as RedisTokenBucketSnapshot;
  }

  override tryAcquire(cost = 1, request?: GateRequest): Permit | Rejected {
    const answer = super.tryAcquire(cost, request);
    // For who comes next: a refusal by want of a lease says nothing of what there is in Redis.
    if (answer instanceof NotHere && this.settings.lease > 0) this.fetch(cost, rankOf(request));
    return answer;
  }

  async ask(cost = 1, request?: GateRequest): Promise<Permit | Rejected> {
    let answer = this.decide(cost, request);
    if (answer instanceof NotHere) answer = await this.askRedis(cost, rankOf(request));
    if (!answer.granted) this.refused += 1;
    return answer;
  }

  quota(): Quota {
    const { capacity, ratePerSecond, kept } = this.settings;
    const brought = Math.max(0, this.now() - this.leftAt) * (ratePerSecond / 1000);
    const there = Math.min(capacity, this.left + brought) + this.held;
    const forOthers = kept[CRITICAL] as number;
    return {
      limit: capacity - forOthers,
      windowMs: (capacity / ratePerSecond) * 1000,
      remaining: Math.max(0, Math.min(capacity, there) - forOthers),
      resetMs: (Math.max(0, capacity - there) / ratePerSecond) * 1000,
    };
  }

  /** One decision by Redis, which whoever asks waits for; by the fallback if there is no answer. */
  private async askRedis(cost: number, rank: number): Promise<Permit | Rejected> {
    const extra = this.fetching ? 0 : Math.max(0, this.settings.lease - this.held);
    if (extra > 0) this.fetching = true;
    let reply: BucketReply | undefined;
    try {
      reply = await this.send(cost, rank, extra);
    } finally {
      if (extra > 0) this.fetching = false;
    }
    if (reply === undefined) {
      const permit = this.takeAlone(cost, rank);
      if (permit === undefined) return this.refusal(this.now(), cost, 0, rank);
      this.granted += 1;
      return permit;
    }
    this.learn(reply, cost, rank);
    if (!reply.granted) return this.spent(reply.waitMs);
    this.granted += 1;
    this.held += reply.extra;
    if (reply.extra > 0) this.serve();
    return new GrantedPermit(this, cost);
  }

  /** Fetches what `cost` lacks, and the lease, for whoever comes next; one at a time. */
  private fetch(cost: number, rank: number): void {
    if (this.fetching || this.isEmptyFor(this.now(), cost, rank)) return;
    const lacking = Math.max(1, cost - this.held);
    const sent = this.send(lacking, rank, Math.max(0, this.settings.lease - this.held - lacking));
    if (sent === undefined) return;
    this.fetching = true;
    void sent.then((reply) => {
      this.fetching = false;
      if (reply?.granted) this.held += lacking + reply.extra;
      try {
        if (reply !== undefined) this.learn(reply, lacking, rank);
      } catch {
        // The clock has failed: `serve` asks it as well, and those who wait hear of it.
      }
      this.serve();
    });
  }

  private send(cost: number, rank: number, extra: number): Promise<BucketReply | undefined> | undefined {
    const { redis, redisName, capacity, ratePerSecond, kept } = this.settings;
    return redis.run(
      BUCKET_SCRIPT,
      redisName,
      // A lease may be spent by anybody: it is not taken of what is kept for some.
      bucketArguments({
        ...{ capacity, ratePerSecond, cost, extra },
        kept: kept[rank] as number,
        keptFromExtra: kept[0] as number,
      }),
    );
  }

  private learn({ granted, waitMs, left }: BucketReply, cost: number, rank: number): void {
    this.shared += 1;
    this.left = left / UNIT;
    this.leftAt = this.now();
    this.empty = granted ? undefined : { cost, rank, at: this.leftAt, waitMs };
  }

  protected override take(_now: number, cost: number, rank: number): GrantedPermit | undefined {
    if (this.held >= cost) {
      this.held -= cost;
      if (this.held * 2 < this.settings.lease) this.fetch(1, rank);
      return new GrantedPermit(this, cost);
    }
    return this.settings.redis.isSilent ? this.takeAlone(cost, rank) : undefined;
  }

  private takeAlone(cost: number, rank: number): GrantedPermit | undefined {
    this.alone += 1;
    if (this.own !== undefined) {
      const answer = this.own.tryAcquire(cost, { criticality: CRITICALITIES[rank] });
      this.ownRefusal = answer.granted ? undefined : answer;
      return answer.granted ? new GrantedPermit(this, cost) : undefined;
    }
    // It has cost nothing, so that nothing comes back of it when it is undone.
    return this.settings.fallback === "grant" ? new GrantedPermit(this, 0) : undefined;
  }

  protected override refusal(now: number, cost: number, ahead: number, rank: number): Rejected {
    const { redis } = this.settings;
    if (redis.presence === "away" && (redis.isSilent || ahead > 0)) return this.aloneRefusal();
    if (ahead > 0 || this.isEmptyFor(now, cost, rank)) return this.spent(this.waitFor(now, cost));
    return new NotHere(this.name);
  }

  private spent(waitMs: number | undefined): Rejected {
    return { granted: false, reason: `${this.name} is empty`, retryAfterMs: waitMs, cause: "rate" };
  }

  private aloneRefusal(): Rejected {
    const { redis } = this.settings;
    const why = `${this.name} gets no answer from Redis`;
    if (this.own === undefined) {
      const reason = `${why}, and grants nothing meanwhile`;
      return { granted: false, reason, retryAfterMs: redis.probeInMs, cause: "overload" };
    }
    const retryAfterMs = this.ownRefusal?.retryAfterMs ?? redis.probeInMs;
    return {
      granted: false,
      reason: `${why}, and the share of this process is spent`,
      retryAfterMs,
      cause: "rate",
    };
  }

  protected override most(rank: number): number {
    return this.settings.capacity - (this.settings.kept[rank] as number);
  }

  /** Whoever waits first is what Redis is asked for. */
  protected override wakeMs(now: number, cost: number, rank: number): number {
    this.fetch(cost, rank);
    if (this.fetching) return Number.POSITIVE_INFINITY; // its reply wakes the line
    const { redis } = this.settings;
    if (redis.presence === "away") {
      return Math.max(
        SOON_MS,
        Math.min(redis.probeInMs, this.ownRefusal?.retryAfterMs ?? Number.POSITIVE_INFINITY),
      );
    }
    // Not sent though Redis is near: too many commands are in flight, and soon there are fewer.
    return this.isEmptyFor(now, cost, rank) ? Math.min(this.waitFor(now, cost), MOST_QUIET_MS) : SOON_MS;
  }

  /** Unused: it is still taken in Redis, and the next one here has it. */
  protected override undone(permit: GrantedPermit): void {
    this.held += permit.cost;
  }

  protected override details(): object {
    const { held, shared, alone } = this;
    return { held, shared, alone };
  }

  /** Redis has said that there is not so much, for nobody of less criticality, and the time it said is not over. */
  private isEmptyFor(now: number, cost: number, rank: number): boolean {
    const { empty } = this;
    if (empty === undefined || cost < empty.cost || rank > empty.rank) return false;
    const since = now - empty.at;
    // Before it was said: the clock was set back.
    return since >= 0 && since < Math.min(empty.waitMs, MOST_QUIET_MS);
  }

  /** By what Redis said of a shortage; of none 0. */
  private waitFor(now: number, cost: number): number {
    const { empty } = this;
    if (empty === undefined) return 0;
    const more = ((cost - empty.cost) / this.settings.ratePerSecond) * 1000;
    return Math.max(0, empty.waitMs + more - Math.max(0, now - empty.at));
  }
}

/** Redis was asked for this, and has said how long it takes. */
interface Shortage {
  readonly cost: number;
  readonly rank: number;
  readonly at: number;
  readonly waitMs: number;
}

/** Nothing is held here, and only Redis knows. */
class NotHere implements Rejected {
  readonly granted = false;
  readonly reason: string;
  readonly retryAfterMs = undefined;
  readonly cause = "rate";

  constructor(name: string) {
    this.reason = `${name} holds nothing in this process: ask() asks Redis, tryAcquire() only spends what a lease brought`;
  }
}

function ownShare(
  share: number,
  capacity: number,
  ratePerSecond: number,
  kept: readonly number[],
  clock: Clock,
): TokenBucket {
  const reserved = Object.fromEntries(
    CRITICALITIES.map((name, rank) => [name, (kept[rank] as number) * share]),
  );
  return tokenBucket({ capacity: capacity * share, ratePerSecond: ratePerSecond * share, reserved, clock });
}

/** So long it is believed at most that a bucket is empty: somebody may have emptied Redis, or raised the rate. */
const MOST_QUIET_MS = 1000;

/** Whoever waits looks again so soon where nobody can say when it makes sense. */
const SOON_MS = 10;

const CRITICAL = CRITICALITIES.indexOf("critical");

const PLACE = "shared token bucket";
