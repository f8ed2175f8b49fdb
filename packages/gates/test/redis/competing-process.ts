// A process of its own that takes from a shared bucket whatever it can get, by a clock that is wrong: it stands at
// another time, runs too fast or too slow, and jumps back now and then. Started with the port of Redis and its clock;
// told "go", and "stop", when it says what it got.

import { systemClock } from "@sluice/core";
import { nodeRedis, redisTokenBucket } from "@sluice/gates/redis";
import { nodeRedisClient } from "./redis-server.js";

const [port, offset, speed, capacity, ratePerSecond, lease] = process.argv.slice(2).map(Number) as number[];
let jump = 0;
const clock = {
  now: (): number => (offset as number) + systemClock.now() * (speed as number) - jump,
  schedule: (ms: number, task: () => void): (() => void) =>
    systemClock.schedule(ms / (speed as number), task),
};
const client = await nodeRedisClient(port as number);
const redis = nodeRedis(client, { timeoutMs: 5000, probeMs: 100, clock });
const gate = redisTokenBucket({
  ...{ redis, key: "contested", lease: lease as number, fallback: "refuse", clock },
  ...{ capacity: capacity as number, ratePerSecond: ratePerSecond as number },
});

let granted = 0;
let stopped = false;

async function takeAll(): Promise<void> {
  while (!stopped) {
    const answer = await gate.ask();
    if (answer.granted) {
      granted += 1;
      answer.release();
    } else {
      await new Promise((resolve) => setTimeout(resolve, Math.min(answer.retryAfterMs ?? 1, 20)));
    }
  }
}

process.stdin.setEncoding("utf8").on("data", (told: string) => {
  if (told.startsWith("go")) {
    setInterval(() => {
      jump += 500;
    }, 300).unref();
    for (let i = 0; i < 4; i += 1) void takeAll();
    void waitInLine();
    return;
  }
  stopped = true;
  process.stdout.write(`${JSON.stringify({ granted, ...redis.snapshot() })}\n`, () => process.exit());
});
process.stdout.write("ready\n");

async function waitInLine(): Promise<void> {
  while (!stopped) {
    await gate.acquire();
    granted += 1;
  }
}
