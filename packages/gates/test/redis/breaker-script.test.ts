// The state machine of the shared breaker, run by a real Redis, against that of the local one: what one process does is
// to come out the same. Only time is the test's: the first line asks for arguments in place of TIME.

import fc from "fast-check";
import type { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BreakerState } from "../../src/breaker/breaker-state.js";
import { FAILED, SLOW, TimeWindow } from "../../src/breaker/outcome-window.js";
import {
  BREAKER_SCRIPT,
  breakerArguments,
  type BreakerReply,
  type BreakerReport,
} from "../../src/redis/breaker-script.js";
import { nodeRedisClient, REDIS, type RedisServer, startRedis } from "./redis-server.js";

const text = BREAKER_SCRIPT.text.replace('redis.call("TIME")', "{ ARGV[#ARGV - 1], ARGV[#ARGV] }");

const NOTHING: Omit<BreakerReport, "generation"> = {
  ...{ wish: "look", calls: 0, failed: 0, slow: 0, succeeded: 0, lapsed: 0, ignored: 0 },
  ...{ freshMs: 1000, grownMs: 1000, forcedMs: 0 },
};

/** As whoever reports says it. */
const grown = (view: BreakerReply | undefined): number => Math.min(8000, 1000 * 2 ** (view?.openings ?? 0));

const lawOf = fc.record({
  failureRate: fc.constantFrom(0.2, 0.5, 1, Number.POSITIVE_INFINITY),
  slowRate: fc.constantFrom(0.5, Number.POSITIVE_INFINITY),
  minimumCalls: fc.integer({ min: 1, max: 4 }),
  windowMs: fc.constantFrom(1000, 8000),
  buckets: fc.constantFrom(1, 4),
  probes: fc.integer({ min: 1, max: 3 }),
  missing: fc.nat(2),
  probeTimeoutMs: fc.constantFrom(500, 3000),
  healthyMs: fc.constantFrom(0, 2000, 100_000),
});

type Step = "ask" | "success" | "failure" | "slow" | "ignored" | "late" | "reset" | "force";
const kinds: Step[] = ["ask", "ask", "ask", "success", "failure", "failure", "slow", "ignored", "late"];
interface StepOf {
  readonly ms: number;
  readonly kind: Step;
}
const step: fc.Arbitrary<StepOf> = fc.record({
  ms: fc.oneof(fc.constant(0), fc.nat(400), fc.nat(4000), fc.integer({ min: -5000, max: -1 })),
  kind: fc.oneof(fc.constantFrom(...kinds), fc.constantFrom<Step>(...kinds, "reset", "force")),
});

/** Opens, gets well, and opens again: soon after, or when it is well for so long that the first time is forgotten. */
const twice = (
  healthyMs: 0 | 2000 | 100_000,
): [typeof lawOf extends fc.Arbitrary<infer L> ? L : never, StepOf[]] => [
  {
    ...{ failureRate: 0.2, slowRate: 0.5, minimumCalls: 1, windowMs: 1000, buckets: 4 },
    ...{ probes: 1, missing: 0, probeTimeoutMs: 500, healthyMs },
  },
  (["ask", "failure", "ask", "success", "ask", "failure"] as const).map((kind, i) => ({
    ms: i % 2 === 0 ? 2000 : 0,
    kind,
  })),
];

describe.skipIf(REDIS === "")("the script of a shared breaker", () => {
  let server: RedisServer;
  let client: ReturnType<typeof createClient>;
  beforeAll(async () => {
    server = await startRedis("quick");
    client = await nodeRedisClient(server.port);
  });
  afterAll(async () => {
    client?.destroy();
    await server?.end();
  });

  it("goes the same way as a breaker of one process, whatever comes and when, also by a clock set back", async () => {
    let run = 0;
    const seen: Record<string, number> = {};
    await fc.assert(
      fc.asyncProperty(lawOf, fc.array(step, { minLength: 10, maxLength: 60 }), async (drawn, steps) => {
        run += 1;
        const { missing, ...rest } = drawn;
        const law = { ...rest, needed: Math.max(1, drawn.probes - missing) };
        const openFor = { baseMs: 1000, capMs: 8000, jitter: "none" } as const;
        const oracle = new BreakerState(
          { ...law, openFor, consecutiveFailures: Number.POSITIVE_INFINITY, random: () => 0 },
          new TimeWindow(law.windowMs, law.buckets),
        );
        let ms = 1_800_000_000_000;
        let view: BreakerReply | undefined;
        const send = async (report: Partial<BreakerReport>): Promise<BreakerReply> => {
          const args = breakerArguments(
            { ...NOTHING, generation: view?.generation ?? 0, grownMs: grown(view), ...report },
            law,
          );
          const time = [String(Math.floor(ms / 1000)), String((ms % 1000) * 1000)];
          const reply = await client.eval(text, { keys: [`breaker ${run}`], arguments: [...args, ...time] });
          view = BREAKER_SCRIPT.read(reply) as BreakerReply;
          return view;
        };
        /** Permits that are out: the generation of each, as the oracle and as Redis knows it. */
        const out: { oracle: number; redis: number }[] = [];
        for (const { ms: pause, kind } of steps) {
          ms += pause;
          // Redis looks at the clock each time that it is asked, once there is something to remember.
          if ((await client.exists(`breaker ${run}`)) === 1) oracle.steady(ms);
          if (kind === "ask") {
            const granted = oracle.ask(ms);
            const reply = await send({ wish: "probe" });
            expect(reply.kind === "closed" || reply.hasProbe).toBe(granted);
            if (granted) out.push({ oracle: oracle.generation, redis: reply.generation });
          } else if (kind === "reset" || kind === "force") {
            if (kind === "reset") oracle.reset(ms);
            else oracle.forceOpen(ms, 700);
            await send({ wish: kind === "reset" ? "reset" : "open", forcedMs: 700 });
          } else {
            // "late": of the first that is out, which may be of a former generation.
            const permit = kind === "late" ? out.shift() : out.pop();
            if (permit === undefined) {
              await send({});
              continue;
            }
            const phase = oracle.phase.kind;
            const mark = { success: 0, failure: FAILED, late: FAILED, slow: SLOW, ignored: undefined }[kind];
            const isOpen = phase === "closed";
            oracle.settle(permit.oracle, mark, ms);
            const one = (is: boolean): number => (is ? 1 : 0);
            await send({
              generation: permit.redis,
              calls: one(isOpen && mark !== undefined),
              failed: one(isOpen && mark === FAILED),
              slow: one(isOpen && mark === SLOW),
              succeeded: one(!isOpen && mark === 0),
              lapsed: one(!isOpen && mark !== undefined && mark > 0),
              ignored: one(!isOpen && mark === undefined),
            });
          }
          const now = view as unknown as BreakerReply;
          seen[now.kind] = (seen[now.kind] ?? 0) + 1;
          expect([now.kind, now.why]).toEqual([oracle.phase.kind, oracle.why]);
          if (now.kind === "open") expect(now.waitMs).toBe(oracle.waitMs(ms));
        }
      }),
      { numRuns: 100, examples: [twice(0), twice(2000), twice(100_000)] },
    );
    // A test of a state that never comes would prove nothing.
    expect(Math.min(seen["closed"] ?? 0, seen["open"] ?? 0, seen["half-open"] ?? 0)).toBeGreaterThan(50);
  });
});
