// The state machine of a breaker that many processes share. It is that of breaker/breaker-state.ts, with its window of
// time, and moves only here: processes report what came of calls, a batch at a time, and ask for probes.
//
//            too many failed or were slow | forced            somebody wants a probe, and the open time is over
//   closed ------------------------------> open --------------------------------------> half-open
//     ^                                     ^                                              |  |
//     |                                     +----(too many probes failed | were lost)------+  |
//     +----(enough probes succeeded | reset from any state)-----------------------------------+
//
// Who reports names the generation that it knows. What belongs to a former one is not counted, and who knows only a
// former one changes nothing: how long to open is said by who reports, from how often it has opened before.

import { numbersOf, type RedisScript, redisScript } from "./redis-script.js";

/** What a process wants besides telling what came of its calls. */
export type BreakerWish = "look" | "probe" | "open" | "reset";

/** What is sent. Counts are of the calls since the last report, of one generation. */
export interface BreakerReport {
  readonly wish: BreakerWish;
  readonly generation: number;
  /** While closed: calls that are over, and those of them that failed or were slow. */
  readonly calls: number;
  readonly failed: number;
  readonly slow: number;
  /** While half-open: probes that are over, by what came of them. */
  readonly succeeded: number;
  readonly lapsed: number;
  readonly ignored: number;
  /** How long to open, if it was well before, and if it has just been open. */
  readonly freshMs: number;
  readonly grownMs: number;
  /** How long to open by hand; `Infinity`: until it is reset. */
  readonly forcedMs: number;
}

/** What the breaker is: the same in all processes. `Infinity` for a rate that is not looked at. */
export interface BreakerLaw {
  readonly failureRate: number;
  readonly slowRate: number;
  readonly minimumCalls: number;
  readonly windowMs: number;
  readonly buckets: number;
  readonly probes: number;
  readonly needed: number;
  readonly probeTimeoutMs: number;
  readonly healthyMs: number;
}

/** Where it stands now. */
export interface BreakerReply {
  readonly kind: "closed" | "open" | "half-open";
  readonly generation: number;
  /** Open: until probes are let through. Half-open: until probes that are under way are lost. `Infinity`: never. */
  readonly waitMs: number;
  /** Whoever wanted a probe has it. */
  readonly hasProbe: boolean;
  /** How many more probes there are. */
  readonly free: number;
  readonly calls: number;
  readonly failed: number;
  readonly slow: number;
  /** How often it has opened without being well in between, and how long the last time. */
  readonly openings: number;
  readonly openMs: number;
  readonly why: string;
}

/** The arguments in the order of the script; times in microseconds, as Redis has them. */
export function breakerArguments(report: BreakerReport, law: BreakerLaw): readonly string[] {
  const { wish, generation, calls, failed, slow, succeeded, lapsed, ignored } = report;
  const us = (ms: number): number => (ms === Number.POSITIVE_INFINITY ? FOR_EVER_US : Math.ceil(ms * 1000));
  const rate = (share: number): number => Math.min(share, 2); // a share never reached
  return [
    ...[wish, generation, calls, failed, slow, succeeded, lapsed, ignored],
    ...[us(report.freshMs), us(report.grownMs), us(report.forcedMs)],
    ...[rate(law.failureRate), rate(law.slowRate), law.minimumCalls, (law.windowMs * 1000) / law.buckets],
    ...[law.buckets, law.probes, law.needed, us(law.probeTimeoutMs), us(law.healthyMs)],
  ].map(String);
}

// A breaker is one hash, and none while nothing has ever happened to it. "k" kind (0 closed, 1 open, 2 half-open),
// "g" generation: the time of its beginning, so that none comes twice even if the hash is lost; "t" last time, "o" what
// is added to the clock since it was set back; "s" closed since, "u" open until, "n" openings, "f" open for; "out",
// "ok", "bad" probes, "p" when the last was granted; "w<bucket>" calls, failed, slow.
const TEXT = `
local names = { "generation", "calls", "failed", "slow", "succeeded", "lapsed", "ignored", "fresh", "grown", "forced",
  "failureRate", "slowRate", "minimumCalls", "bucket", "buckets", "probes", "needed", "probeTimeout", "healthy" }
local wish, a = ARGV[1], {}
for i, name in ipairs(names) do a[name] = tonumber(ARGV[i + 1]) end

local h, old = {}, {}
local held = redis.call("HGETALL", KEYS[1])
for i = 1, #held, 2 do h[held[i]] = held[i + 1] end
local is = {}
for _, name in ipairs({ "k", "g", "t", "o", "s", "u", "n", "f", "out", "ok", "bad", "p" }) do
  is[name] = tonumber(h[name] or 0)
end
local why, dirty = h.why or "nothing has happened yet", next(h) ~= nil

local time = redis.call("TIME")
local now = time[1] * 1000000 + time[2]
if now + is.o < is.t then is.o = is.t - now end
now = now + is.o
is.t = now

local total = { 0, 0, 0 }
local current = math.floor(now / a.bucket)
local counts = {}
for name, value in pairs(h) do
  local number = tonumber(string.match(name, "^w(%d+)$"))
  if number and number <= current - a.buckets then
    old[#old + 1] = name
  elseif number then
    local calls, failed, slow = string.match(value, "^(%d+) (%d+) (%d+)$")
    counts[name] = { tonumber(calls), tonumber(failed), tonumber(slow) }
    for i = 1, 3 do total[i] = total[i] + counts[name][i] end
  end
end

local function enter(kind, reason)
  is.k, is.g, why, dirty = kind, math.max(is.g + 1, now), reason, true
  is.out, is.ok, is.bad = 0, 0, 0
  for name in pairs(counts) do old[#old + 1] = name end
  counts, total = {}, { 0, 0, 0 }
  if kind == 0 then is.s = now end
end
local function open(life, reason)
  enter(1, reason)
  is.f = life
  is.u = now + life
end
local function reopen(reason)
  local life = is.n == 0 and a.fresh or a.grown
  is.n = is.n + 1
  open(life, reason)
end
local function some(count, one, many) return count == 1 and "1 " .. one or string.format("%.0f ", count) .. many end

if a.generation == is.g and is.k == 0 and a.calls > 0 then
  dirty = true
  local name = string.format("w%.0f", current)
  local c = counts[name] or { 0, 0, 0 }
  counts[name] = { c[1] + a.calls, c[2] + a.failed, c[3] + a.slow }
  total = { total[1] + a.calls, total[2] + a.failed, total[3] + a.slow }
  if a.failed + a.slow > 0 and total[1] >= a.minimumCalls then
    local reason
    if total[2] / total[1] >= a.failureRate then
      reason = string.format("%.0f of %.0f calls failed", total[2], total[1])
    elseif total[3] / total[1] >= a.slowRate then
      reason = string.format("%.0f of %.0f calls were slow", total[3], total[1])
    end
    if reason then
      if now - is.s >= a.healthy then is.n = 0 end
      reopen(reason)
    end
  end
elseif a.generation == is.g and is.k == 2 and a.succeeded + a.lapsed + a.ignored > 0 then
  is.out = math.max(0, is.out - a.succeeded - a.lapsed - a.ignored)
  is.ok = is.ok + a.succeeded
  is.bad = is.bad + a.lapsed
  if is.ok >= a.needed then
    enter(0, string.format("%.0f of %.0f probes succeeded", is.ok, a.probes))
  elseif is.bad > a.probes - a.needed then
    reopen(string.format("%.0f of %.0f probes failed", is.bad, a.probes))
  end
end

local probe = 0
if wish == "open" then
  open(a.forced, "it was opened by hand")
elseif wish == "reset" then
  is.n = 0
  enter(0, "it was reset by hand")
elseif wish == "probe" then
  if is.k == 1 and now >= is.u then enter(2, "the open time is over") end
  if is.k == 2 and is.out + is.ok + is.bad < a.probes then
    is.out, is.p, probe = is.out + 1, now, 1
  elseif is.k == 2 and a.generation == is.g and now - is.p >= a.probeTimeout then
    reopen(some(is.out, "probe was", "probes were") .. string.format(" not released within %.0f ms", a.probeTimeout / 1000))
  end
end

if dirty then
  local fields = { "why", why }
  for name, value in pairs(is) do
    fields[#fields + 1] = name
    fields[#fields + 1] = string.format("%.17g", value)
  end
  for name, c in pairs(counts) do
    fields[#fields + 1] = name
    fields[#fields + 1] = string.format("%.0f %.0f %.0f", c[1], c[2], c[3])
  end
  if #old > 0 then redis.call("HDEL", KEYS[1], unpack(old)) end
  redis.call("HSET", KEYS[1], unpack(fields))
  -- Forgotten, and closed by that, an hour after nothing of it matters any more.
  local life = a.bucket * a.buckets + a.healthy + a.probeTimeout + 3600000000
  if is.k == 1 then life = life + is.u - now end
  redis.call("PEXPIRE", KEYS[1], string.format("%.0f", math.min(life, 4e15) / 1000))
end

local wait = 0
if is.k == 1 then wait = math.max(0, is.u - now)
elseif is.k == 2 then wait = math.max(0, is.p + a.probeTimeout - now) end
local free = is.k == 2 and math.max(0, a.probes - is.out - is.ok - is.bad) or 0
return { is.k, is.g, math.ceil(wait), probe, free, total[1], total[2], total[3], is.n, is.f, why }
`;

export const BREAKER_SCRIPT: RedisScript<BreakerReply> = redisScript(TEXT, (reply) => {
  const numbers = Array.isArray(reply) ? numbersOf(reply.slice(0, 10), 10) : undefined;
  if (numbers === undefined) return undefined;
  const [kind = 0, generation = 0, waitUs = 0, probe, free = 0, calls = 0, failed = 0, slow = 0] = numbers;
  const [openings = 0, openUs = 0] = numbers.slice(8);
  const waitMs = waitUs > FOR_EVER_US / 2 ? Number.POSITIVE_INFINITY : waitUs / 1000;
  return {
    ...{ kind: KINDS[kind] ?? "closed", generation, waitMs, hasProbe: probe === 1, free },
    ...{ calls, failed, slow, openings, openMs: openUs / 1000, why: String((reply as unknown[])[10]) },
  };
});

const KINDS = ["closed", "open", "half-open"] as const;

/** Some hundred years: as long as there are doubles to count it. */
const FOR_EVER_US = 4e15;
