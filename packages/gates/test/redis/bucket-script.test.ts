// The arithmetic of the shared bucket, run by a real Redis, against the law of a bucket in integers without bounds. Only
// its time is the test's: the first line asks for arguments in place of TIME.

import fc from "fast-check";
import type { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BUCKET_SCRIPT, bucketArguments } from "../../src/redis/bucket-script.js";
import { nodeRedisClient, REDIS, type RedisServer, startRedis } from "./redis-server.js";

const text = BUCKET_SCRIPT.text.replace('redis.call("TIME")', "{ ARGV[7], ARGV[8] }");

/** What there is, counted as tokens that come rather than as a debt that goes. Amounts in millionths. */
class Law {
  readonly capacity: bigint;
  readonly rate: bigint;
  last = 0n;
  private level: bigint;

  constructor(capacity: bigint, rate: bigint) {
    this.capacity = capacity;
    this.rate = rate;
    this.level = capacity;
  }

  at(us: bigint): bigint {
    const brought = us > this.last ? (us - this.last) * this.rate : 0n;
    return this.level + brought > this.capacity ? this.capacity : this.level + brought;
  }

  /** Something is taken, or the clock was set back behind the last time: from here on time counts anew. */
  move(us: bigint, taken: bigint): void {
    this.level = this.at(us) - taken;
    this.last = us;
  }
}

describe.skipIf(REDIS === "")("the script of a shared bucket", () => {
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

  const step = fc.record({
    us: fc.oneof(fc.nat(3), fc.nat(20_000), fc.nat(5_000_000), fc.integer({ min: -3_000_000, max: -1 })),
    cost: fc.integer({ min: 1, max: 30 }),
    kept: fc.nat(5),
    extra: fc.nat(4),
  });
  const scenario = fc.record({
    capacity: fc.integer({ min: 1, max: 40 }),
    rate: fc.oneof(fc.constantFrom(1, 3, 7, 1000), fc.integer({ min: 1, max: 2_000_000 })),
    steps: fc.array(step, { minLength: 1, maxLength: 30 }),
  });

  it("grants exactly what the law of a bucket allows, says to the microsecond when, and takes no harm from a clock set back", async () => {
    let key = 0;
    await fc.assert(
      fc.asyncProperty(scenario, async ({ capacity, rate, steps }) => {
        key += 1;
        const law = new Law(BigInt(capacity) * UNIT, BigInt(rate));
        let us = 1_800_000_000_000_000n;
        for (const { us: pause, cost, kept, extra } of steps) {
          us += BigInt(pause);
          const args = bucketArguments({
            capacity,
            ratePerSecond: rate,
            cost,
            kept,
            extra,
            keptFromExtra: 5,
          });
          const time = [String(us / UNIT), String(us % UNIT)];
          const reply = BUCKET_SCRIPT.read(
            await client.eval(text, { keys: [`bucket ${key}`], arguments: [...args, ...time] }),
          );
          const there = law.at(us);
          const wanted = BigInt(cost + kept) * UNIT;
          const granted = there >= wanted;
          const spare = (there - BigInt(cost + 5) * UNIT) / UNIT;
          const got = granted && spare > 0n ? (spare < BigInt(extra) ? Number(spare) : extra) : 0;
          const waitUs = granted ? 0n : (wanted - there + BigInt(rate) - 1n) / BigInt(rate);
          if (granted || us < law.last) law.move(us, granted ? BigInt(cost + got) * UNIT : 0n);
          expect(reply).toEqual({
            granted,
            waitMs: Number(waitUs) / 1000,
            extra: got,
            left: Number(law.at(us)),
          });
          // It is kept until it is full again, and not for ever.
          const life = await client.pTTL(`bucket ${key}`);
          const fullMs = Number((law.capacity - law.at(us)) / law.rate) / 1000;
          if (granted) expect(Math.abs(life - 1000 - fullMs)).toBeLessThan(200);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("says that a key is taken by somebody else, and leaves it as it is", async () => {
    await client.set("taken", "by somebody");
    const args = [
      ...bucketArguments({ capacity: 1, ratePerSecond: 1, cost: 1, kept: 0, extra: 0, keptFromExtra: 0 }),
    ];
    const answer = client.eval(BUCKET_SCRIPT.text, { keys: ["taken"], arguments: args });
    await expect(answer).rejects.toThrow("SLUICE taken holds something else than a token bucket");
    expect(await client.get("taken")).toBe("by somebody");
  });
});

const UNIT = 1_000_000n;
