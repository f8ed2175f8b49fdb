// What every gate owes to whoever asks it, whatever its policy: a row for each.

import {
  adaptiveLimit,
  adaptiveThrottle,
  all,
  bulkhead,
  circuitBreaker,
  codel,
  keyed,
  loadShedder,
  memoryBudget,
  retryBudget,
  tokenBucket,
  withFallback,
} from "@sluice/gates";
import type { Gate } from "@sluice/core";
import { type GateSubject, gateCases } from "@sluice/gates/kit";
import { redisBreaker, redisLink, redisTokenBucket } from "@sluice/gates/redis";
import { VirtualClock } from "@sluice/tck";
import { describe, it } from "vitest";

/** A Redis that does not answer: what shared gates do by themselves owes the same as any gate does. */
const away = redisLink(
  { evalSha: () => Promise.reject(new Error("away")), eval: () => Promise.reject(new Error("away")) },
  { clock: new VirtualClock() },
);
const toFindOut = redisTokenBucket({
  redis: away,
  key: "any",
  capacity: 1,
  ratePerSecond: 1,
  fallback: "refuse",
});
await toFindOut.ask();

const gates: Readonly<Record<string, GateSubject>> = {
  tokenBucket: {
    grants: 3,
    cause: "rate",
    impossible: 4,
    open: (clock) => ({
      gate: tokenBucket({ capacity: 3, ratePerSecond: 1, maxWaiting: 2, clock }),
      restore: () => clock.advance(1000),
    }),
  },
  loadShedder: {
    grants: 3,
    cause: "overload",
    open: (clock) => {
      // A load of what was granted since it was last brought down.
      let since = 0;
      const granted = (): number => gate.snapshot().granted - since;
      const signals = [{ name: "the load", read: () => granted() / 3 }];
      const gate = loadShedder({ signals, levels: { criticalPlus: 1 }, sampleMs: 10, maxWaiting: 2, clock });
      const restore = (): void => {
        since += granted();
        clock.advance(10);
      };
      return { gate, restore };
    },
  },
  memoryBudget: {
    grants: 3,
    cause: "memory",
    impossible: 4,
    open: (clock) => ({
      gate: memoryBudget({ bytes: 3, thresholds: { refuse: 1 }, hysteresis: 0, maxWaiting: 2, clock }),
    }),
  },
  "retryBudget, by time": {
    grants: 2,
    cause: "budget",
    impossible: 2.5,
    open: (clock) => ({
      gate: retryBudget({ capacity: 2, minPerSecond: 2, maxWaiting: 2, clock }),
      restore: () => clock.advance(500),
    }),
  },
  "retryBudget, by first attempts": {
    grants: 2,
    cause: "budget",
    impossible: 3,
    open: (clock) => {
      const gate = retryBudget({ capacity: 2, minPerSecond: 0, ratio: 0.5, maxWaiting: 2, clock });
      return { gate, restore: () => gate.deposit(2) };
    },
  },
  ...Object.fromEntries(
    (["fifo", "lifo", codel({ targetMs: 1000 })] as const).map((discipline): [string, GateSubject] => [
      `bulkhead, ${typeof discipline === "string" ? discipline : discipline.name}`,
      {
        grants: 3,
        cause: "concurrency",
        impossible: 3.5,
        open: (clock) => ({ gate: bulkhead({ capacity: 3, maxWaiting: 2, discipline, clock }) }),
      },
    ]),
  ),
  "bulkhead, maxWaitMs": {
    grants: 3,
    cause: "concurrency",
    impossible: 4,
    open: (clock) => ({ gate: bulkhead({ capacity: 3, maxWaiting: 2, maxWaitMs: 3_600_000, clock }) }),
  },
  adaptiveLimit: {
    grants: 3,
    cause: "concurrency",
    impossible: 11,
    open: (clock) => ({ gate: adaptiveLimit({ initial: 3, max: 10, maxWaiting: 2, clock }) }),
  },
  "circuitBreaker, half-open": {
    grants: 2,
    cause: "open",
    open: (clock) => {
      const gate = circuitBreaker({ probes: 2, maxWaiting: 2, clock });
      gate.forceOpen(0);
      return { gate, restore: (held) => held.shift()?.release("ignored") };
    },
  },
  adaptiveThrottle: {
    grants: 2, // then two of three are refused
    cause: "overload",
    open: (clock) => ({
      gate: adaptiveThrottle({ random: () => 0.5, windowMs: 2000, maxWaiting: 2, clock }),
      restore: () => clock.advance(2200), // all is forgotten
    }),
  },
  "redisTokenBucket, alone": {
    grants: 3,
    cause: "rate",
    impossible: 7,
    open: (clock) => {
      const [capacity, ratePerSecond] = [6, 2];
      const shared = { redis: away, key: "orders", fallback: { share: 0.5 } };
      const gate = redisTokenBucket({ ...shared, capacity, ratePerSecond, maxWaiting: 2, clock });
      return { gate, restore: () => clock.advance(1000) };
    },
  },
  "redisBreaker, alone and half-open": {
    grants: 2,
    cause: "open",
    open: (clock) => {
      const gate = redisBreaker({ redis: away, key: "orders", probes: 2, maxWaiting: 2, clock });
      void gate.forceOpen(0);
      return { gate, restore: (held) => held.shift()?.release("ignored") };
    },
  },
  all: {
    grants: 3,
    cause: "rate",
    impossible: 4,
    open: (clock) => {
      const bucket = tokenBucket({ capacity: 3, ratePerSecond: 1, maxWaiting: 2, clock });
      const gate = all(bulkhead({ capacity: 5, maxWaiting: 2, clock }), all(bucket));
      return {
        gate,
        restore: (held) => {
          held.shift()?.release();
          clock.advance(1000);
        },
      };
    },
  },
  "all, where what was released is short": {
    grants: 3,
    cause: "concurrency",
    impossible: 4,
    open: (clock) => {
      const bucket = tokenBucket({ capacity: 1000, ratePerSecond: 1000, maxWaiting: 2, clock });
      return { gate: all(bucket, bulkhead({ capacity: 3, maxWaiting: 2, clock })) };
    },
  },
  keyed: {
    grants: 3,
    cause: "concurrency",
    impossible: 4,
    open: (clock) => ({ gate: keyed(() => bulkhead({ capacity: 3, maxWaiting: 2, clock }), { maxKeys: 1 }) }),
  },
  withFallback: {
    grants: 3,
    cause: "concurrency",
    impossible: 4,
    open: (clock) => {
      const broken: Gate = {
        tryAcquire: () => {
          throw new Error("connection lost");
        },
        acquire: () => Promise.reject(new Error("connection lost")),
      };
      return { gate: withFallback(broken, bulkhead({ capacity: 3, maxWaiting: 2, clock })) };
    },
  },
  "withFallback, for a refusal": {
    grants: 3,
    cause: "rate",
    open: (clock) => {
      const first = tokenBucket({ capacity: 1, ratePerSecond: 1, maxWaiting: 2, clock });
      const other = tokenBucket({ capacity: 2, ratePerSecond: 1, maxWaiting: 0, clock });
      return { gate: withFallback(first, other, { on: "refusal" }), restore: () => clock.advance(1000) };
    },
  },
};

describe.each(Object.entries(gates))("%s", (_name, subject) => {
  it.each(gateCases)("$name", async (gateCase) => {
    await gateCase.run(subject);
  });
});
