// The shared breaker against a real Redis, by both clients at once, and through its absence.

import { setTimeout as pause } from "node:timers/promises";
import {
  type RedisBreaker,
  redisBreaker,
  type RedisBreakerOptions,
  type RedisLink,
} from "@sluice/gates/redis";
import { until } from "@sluice/tck";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { links } from "./links.js";
import { REDIS, type RedisServer, startRedis } from "./redis-server.js";

describe.skipIf(REDIS === "")("redisBreaker and a real Redis", () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis("durable");
  });
  afterAll(() => server?.end());

  const REFRESH_MS = 50;
  const gateOf = (redis: RedisLink, key: string, options: Partial<RedisBreakerOptions> = {}): RedisBreaker =>
    redisBreaker({
      ...{ redis, key, minimumCalls: 10, probes: 2, refreshMs: REFRESH_MS },
      openFor: { baseMs: 200, jitter: "none" },
      ...options,
    });
  const calls = async (
    gate: RedisBreaker,
    count: number,
    outcome: "success" | "failure",
  ): Promise<number> => {
    let granted = 0;
    for (let i = 0; i < count; i += 1) {
      const answer = await gate.ask();
      if (!answer.granted) continue;
      granted += 1;
      answer.release(outcome);
    }
    return granted;
  };
  const seen = (gate: RedisBreaker, state: string): Promise<void> =>
    until(
      () => gate.state === state,
      `${state} to be seen`,
      async () => {
        const answer = await gate.ask();
        if (answer.granted) answer.release("ignored");
      },
    );

  it("opens for processes whose calls went well, lets through the probes that there are, and closes for all", async () => {
    const patient = { timeoutMs: 5000 };
    const [one, two] = [
      gateOf(await links.nodeRedis(server.port, patient), "a"),
      gateOf(await links.ioRedis(server.port, patient), "a"),
    ];
    expect([await calls(one, 4, "success"), await calls(two, 12, "failure")]).toEqual([4, 12]);
    await seen(one, "open");
    expect(await one.ask()).toMatchObject({ granted: false, cause: "open" });
    await pause(210);
    const probes = await Promise.all([one, two, one, two, one, two].map((gate) => gate.ask()));
    expect(probes.filter(({ granted }) => granted).length).toBe(2);
    for (const probe of probes) if (probe.granted) probe.release();
    await seen(one, "closed");
    await seen(two, "closed");
    expect(await one.forceOpen()).toBe("done");
    await seen(two, "open");
    expect(await two.ask()).toMatchObject({ retryAfterMs: undefined });
    expect(await two.reset()).toBe("done");
    await seen(one, "closed");
  });

  it("goes on by itself while Redis is dead, and finds the state of all as it was when that is back", async () => {
    const link = await links.nodeRedis(server.port, { timeoutMs: 1000, probeMs: 20 });
    const gate = gateOf(link, "b");
    expect(await gate.forceOpen()).toBe("done");
    await server.kill();
    await until(
      () => link.presence === "away",
      "Redis to be away",
      async () => void (await gate.ask()),
    );
    expect([(await gate.ask()).granted, gate.state]).toEqual([false, "open"]);
    expect(await gate.reset()).toBe("away");
    expect([(await gate.ask()).granted, gate.state]).toEqual([true, "closed"]); // of this process alone
    await server.start();
    await seen(gate, "open");
    expect(link.presence).toBe("near");
  });
});
