import type { Gate } from "@sluice/core";
import { describe, expect, it } from "vitest";
import { tokenBucket } from "../rate/token-bucket.js";
import { isSharedGate, type SharedGate } from "./shared-gate.js";

describe("isSharedGate", () => {
  it("tells a gate that has to be asked from one that knows by itself", () => {
    const local: Gate = tokenBucket({ capacity: 1, ratePerSecond: 1 });
    const shared: SharedGate = {
      tryAcquire: local.tryAcquire,
      acquire: local.acquire,
      ask: async () => ({ granted: false, reason: "the shared gate is empty", retryAfterMs: 1 }),
    };
    expect([isSharedGate(local), isSharedGate(shared)]).toEqual([false, true]);
  });
});
