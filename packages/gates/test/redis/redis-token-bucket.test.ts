// The shared bucket against a real Redis, by both clients, from several processes, and through its absence.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { type RedisLink, redisTokenBucket, type RedisTokenBucketOptions } from "@sluice/gates/redis";
import { until } from "@sluice/tck";
import { bundleScript } from "@sluice/testbed";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { links } from "./links.js";
import { nodeRedisClient, REDIS, type RedisServer, startRedis } from "./redis-server.js";

describe.skipIf(REDIS === "")("redisTokenBucket and a real Redis", () => {
  let server: RedisServer;
  let script: string;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "sluice-competing-"));
    script = join(folder, "competing-process.mjs");
    await bundleScript(new URL("competing-process.ts", import.meta.url), script);
    server = await startRedis("durable");
  });
  afterAll(async () => {
    await server?.end();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    const client = await nodeRedisClient(server.port);
    await client.flushAll();
    client.destroy();
  });

  const gateOf = (redis: RedisLink, options: Partial<RedisTokenBucketOptions> = {}) =>
    redisTokenBucket({
      ...{ redis, key: "orders", capacity: 5, ratePerSecond: 0.01, fallback: "refuse" },
      ...options,
    });

  describe.each(Object.entries(links))("by %s", (_, linkTo) => {
    // Seconds: what is asked here is not how fast a busy machine answers.
    const patient = { timeoutMs: 5000 };

    it("grants what there is to all together, also when Redis has forgotten the script", async () => {
      const gates = [gateOf(await linkTo(server.port, patient)), gateOf(await linkTo(server.port, patient))];
      const grants: boolean[] = [];
      const client = await nodeRedisClient(server.port);
      onTestFinished(() => client.destroy());
      for (let i = 0; i < 6; i += 1) {
        grants.push((await (gates[i % 2] as (typeof gates)[0]).ask()).granted);
        await client.scriptFlush();
      }
      expect(grants).toEqual([true, true, true, true, true, false]);
      expect(await client.keys("*")).toEqual(["sluice:{orders}:bucket"]);
      expect(await client.ttl("sluice:{orders}:bucket")).toBeGreaterThan(490);
    });

    it("goes by its fallback while Redis is dead, and by Redis again when it is back, which has forgotten nothing", async () => {
      const link = await linkTo(server.port, { timeoutMs: 1000, probeMs: 20 });
      const gate = gateOf(link, { fallback: { share: 0.4 } });
      for (let i = 0; i < 3; i += 1) expect((await gate.ask()).granted).toBe(true);
      await server.kill();
      const grants: boolean[] = [];
      for (let i = 0; i < 4; i += 1) grants.push((await gate.ask()).granted);
      expect(grants).toEqual([true, true, false, false]);
      expect(link.presence).toBe("away");
      await server.start();
      // More than is there: a probe that takes nothing.
      await until(
        () => link.presence === "near",
        "Redis to be back",
        async () => void (await gate.ask(5)),
      );
      grants.length = 0;
      for (let i = 0; i < 3; i += 1) grants.push((await gate.ask()).granted);
      expect(grants).toEqual([true, true, false]);
      expect(link.snapshot()).toMatchObject({ switches: 2, inFlight: 0 });
    });

    it("answers in time while Redis stands still, and keeps few commands in flight", async () => {
      const link = await linkTo(server.port, { timeoutMs: 50, probeMs: 20, maxInFlight: 10 });
      const gate = gateOf(link, { fallback: "grant" });
      server.freeze();
      onTestFinished(() => server.thaw());
      const answers = await Promise.all(Array.from({ length: 100 }, () => gate.ask()));
      expect(answers.every((answer) => answer.granted)).toBe(true);
      for (let i = 0; i < 20; i += 1) {
        await gate.ask();
        await pause(5);
      }
      expect(link.snapshot()).toMatchObject({ presence: "away", inFlight: 10, late: 10 });
      server.thaw();
      await until(
        () => link.presence === "near",
        "Redis to be back",
        async () => void (await gate.ask()),
      );
      expect(link.snapshot().inFlight).toBe(0);
    });
  });

  it("takes an answer that has come while the process was held up for an answer", async () => {
    const link = await links.nodeRedis(server.port, { timeoutMs: 30 });
    const gate = gateOf(link);
    await gate.ask(); // the script is known
    const answer = gate.ask();
    await new Promise((resolve) => setImmediate(resolve)); // it has been sent
    const end = performance.now() + 100;
    while (performance.now() < end);
    expect((await answer).granted).toBe(true);
    expect(link.snapshot()).toMatchObject({ presence: "near", late: 0 });
  });

  const [capacity, ratePerSecond] = [50, 200];

  /** Processes whose clocks are wrong in different ways; `midway` is done while they take what they can. */
  async function compete(lease: number, midway: () => Promise<void>) {
    const started = performance.now();
    const processes = [
      [0, 1],
      [3_600_000, 1],
      [-1e9, 2],
      [5, 0.5],
    ].map((wrong) => competing(script, [server.port, ...wrong, capacity, ratePerSecond, lease]));
    await Promise.all(processes.map(({ next }) => next()));
    for (const { child } of processes) child.stdin?.write("go\n");
    await midway();
    for (const { child } of processes) child.stdin?.write("stop\n");
    const reports = await Promise.all(processes.map(async ({ next }) => JSON.parse(await next())));
    const total = reports.reduce((sum: number, { granted }) => sum + granted, 0);
    const most = capacity + ((performance.now() - started) / 1000) * ratePerSecond;
    return { reports, total, most };
  }

  it.each([0, 20])(
    "lets four processes with wrong clocks take no more than rate and capacity together, with a lease of %i, and no less",
    async (lease) => {
      const { total, most, reports } = await compete(lease, () => pause(1500));
      expect(total).toBeLessThanOrEqual(most);
      // What came while they ran, but for what lay in leases at the end.
      expect(total).toBeGreaterThan(capacity + 0.8 * ratePerSecond - 4 * lease);
      expect(reports.map(({ presence }) => presence)).toEqual(["near", "near", "near", "near"]);
    },
  );

  it("lets them take no more than that when Redis dies in between, and goes on when it is back", async () => {
    const { total, most, reports } = await compete(0, async () => {
      await pause(500);
      await server.kill();
      await pause(200);
      await server.start();
      await pause(1500);
    });
    expect(total).toBeLessThanOrEqual(most);
    expect(total).toBeGreaterThan(capacity + 0.6 * ratePerSecond);
    for (const { switches, presence } of reports) {
      expect([presence, switches >= 2, switches % 2]).toEqual(["near", true, 0]);
    }
  });
});

/** Its lines, one after the other. */
function competing(script: string, args: readonly number[]) {
  const child: ChildProcess = spawn(process.execPath, [script, ...args.map(String)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const lines: string[] = [];
  child.stdout?.setEncoding("utf8").on("data", (text: string) => lines.push(...text.trim().split("\n")));
  let read = 0;
  const next = async (): Promise<string> => {
    while (lines.length <= read) {
      if (child.exitCode !== null) throw new Error(`The process ended with ${child.exitCode}`);
      await pause(5);
    }
    read += 1;
    return lines[read - 1] as string;
  };
  return { child, next };
}
