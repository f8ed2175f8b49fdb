// One decision of a token bucket that many processes share. The arithmetic is that of rate/token-account.ts: a debt in
// millionths of a token, which a rate of r a second pays off by r millionths a microsecond; whole numbers below 2^53
// stay exact, in Lua as here.
//
// Time is that of Redis, so it is one clock for all, however the processes' own clocks stand. When it goes backwards,
// or another server with another clock takes over, the debt stays as it was and time counts on from there: nothing
// comes back twice, and nobody waits until the clock is again where it once stood.

import { numbersOf, type RedisScript, redisScript } from "./redis-script.js";

/** What Redis has decided. */
export interface BucketReply {
  readonly granted: boolean;
  /** Until the cost could be taken if nobody else did; 0 when it was. */
  readonly waitMs: number;
  /** Tokens taken besides, in advance. */
  readonly extra: number;
  /** Millionths of a token that are left. */
  readonly left: number;
}

/** What it is asked: amounts in tokens. */
export interface BucketDemand {
  readonly capacity: number;
  readonly ratePerSecond: number;
  readonly cost: number;
  /** Kept for what is more critical than who asks. */
  readonly kept: number;
  /** Whole tokens wanted in advance, and what has to be left by that. */
  readonly extra: number;
  readonly keptFromExtra: number;
}

/** The arguments in the order of the script. Numbers as JavaScript writes them say all there is in a double. */
export function bucketArguments(demand: BucketDemand): readonly string[] {
  const { capacity, ratePerSecond, cost, kept, extra, keptFromExtra } = demand;
  return [
    capacity * UNIT,
    ratePerSecond,
    cost * UNIT,
    (capacity - kept) * UNIT,
    extra,
    (capacity - keptFromExtra) * UNIT,
  ].map(String);
}

/** Of a token. */
export const UNIT = 1_000_000;

// A bucket is one string, "<microseconds of the last change> <debt then>", and none when nothing is owed: it expires
// when the debt is paid off, a second later for good measure. Lua itself writes numbers with 14 digits, too few.
const TEXT = `
local time = redis.call("TIME")
local now = time[1] * 1000000 + time[2]
local capacity, rate, cost, limit, extra, extraLimit = unpack(ARGV)
capacity, rate, cost, limit = tonumber(capacity), tonumber(rate), tonumber(cost), tonumber(limit)
local debt, back = 0, false
local held = redis.call("GET", KEYS[1])
if held then
  local at, owed = string.match(held, "^(%d+) (%S+)$")
  at, debt = tonumber(at), tonumber(owed)
  if not at or not debt then
    return redis.error_reply("SLUICE " .. KEYS[1] .. " holds something else than a token bucket")
  end
  back = now < at
  if not back then debt = math.max(0, debt - (now - at) * rate) end
end
local granted, wait, got = 0, 0, 0
if debt + cost <= limit then
  granted = 1
  debt = debt + cost
  got = math.max(0, math.min(tonumber(extra), math.floor((tonumber(extraLimit) - debt) / 1000000)))
  debt = debt + got * 1000000
else
  wait = math.ceil((debt + cost - limit) / rate)
  local step = 1
  while debt - wait * rate + cost > limit do
    wait = wait + step
    step = step * 2
  end
end
if granted == 1 or back then
  local life = math.min(1e14, math.ceil(debt / rate / 1000) + 1000)
  redis.call("SET", KEYS[1], string.format("%.0f %.17g", now, debt), "PX", string.format("%.0f", life))
end
return { granted, math.min(wait, 9e15), got, math.max(0, math.floor(capacity - debt)) }
`;

export const BUCKET_SCRIPT: RedisScript<BucketReply> = redisScript(TEXT, (reply) => {
  const [granted, waitUs = 0, extra = 0, left = 0] = numbersOf(reply, 4) ?? [];
  return granted === undefined ? undefined : { granted: granted === 1, waitMs: waitUs / 1000, extra, left };
});
