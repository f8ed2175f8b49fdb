import type { Gate } from "@sluice/core";
import { describe, expect, it } from "vitest";
import { bulkhead } from "../concurrency/bulkhead.js";
import type { SharedGate } from "../gate/shared-gate.js";
import { tokenBucket } from "../rate/token-bucket.js";
import { withFallback } from "./with-fallback.js";

const lost = new Error("connection lost");
const broken: SharedGate = {
  tryAcquire: () => {
    throw lost;
  },
  acquire: () => Promise.reject(lost),
  ask: () => Promise.reject(lost),
};
const bucket = (capacity: number) => tokenBucket({ capacity, ratePerSecond: 0.001, maxWaiting: 1 });
const told = (gate: Gate): object => (gate as unknown as { snapshot(): object }).snapshot();

describe("withFallback", () => {
  it("asks the other when the first throws or rejects, and counts that", async () => {
    const other = bucket(3);
    const gate = withFallback(broken, other);
    expect(gate.tryAcquire().granted).toBe(true);
    expect((await gate.acquire()).granted).toBe(true);
    expect((await (gate as unknown as SharedGate).ask()).granted).toBe(true);
    expect(gate.tryAcquire()).toMatchObject({ granted: false, cause: "rate" });
    expect(other.available).toBeLessThan(0.1);
    expect(told(gate)).toMatchObject({ granted: 3, refused: 1, failures: 4, lastFailure: lost });
  });

  it("lets a refusal stand by default, and asks the other for it when told so", async () => {
    const strict = withFallback(bucket(1), bucket(9));
    expect([strict.tryAcquire().granted, strict.tryAcquire().granted]).toEqual([true, false]);
    const other = bucket(2);
    const gate = withFallback(bucket(1), other, { on: "refusal" });
    expect([1, 2, 3, 4].map(() => gate.tryAcquire().granted)).toEqual([true, true, true, false]);
    expect(told(gate)).toMatchObject({ failures: 0, refusals: 3 });
  });

  it("lets wait at the first, and at the other when that line is full", async () => {
    const [first, other] = [
      bulkhead({ capacity: 1, maxWaiting: 1 }),
      bulkhead({ capacity: 1, maxWaiting: 1 }),
    ];
    const gate = withFallback(first, other, { on: "refusal" });
    const held = [await gate.acquire(), await gate.acquire()];
    const waiting = [gate.acquire(), gate.acquire()];
    await Promise.resolve();
    await expect(gate.acquire()).rejects.toMatchObject({ code: "GATE_REJECTED" });
    for (const permit of held) permit.release();
    for (const permit of await Promise.all(waiting)) permit.release();
    expect([first.tryAcquire().granted, other.tryAcquire().granted]).toEqual([true, true]);
  });

  it("does not take a signal for a failure, nor a mistake of the caller", async () => {
    const other = bucket(1);
    const gate = withFallback(bulkhead({ capacity: 1, maxWaiting: 1 }), other);
    gate.tryAcquire();
    const stop = new AbortController();
    const waiting = gate.acquire(1, { signal: stop.signal });
    stop.abort(new Error("gave up"));
    await expect(waiting).rejects.toThrow("gave up");
    expect(() => gate.tryAcquire(-1)).toThrow(RangeError);
    await expect(gate.acquire(1, { criticality: "urgent" as "critical" })).rejects.toThrow(TypeError);
    expect(told(other)).toMatchObject({ granted: 0 });
  });

  it("tells the quota of the first that has one", () => {
    expect(withFallback(bulkhead({ capacity: 1, maxWaiting: 0 }), bucket(4)).quota()).toMatchObject({
      limit: 4,
    });
    expect(withFallback(bucket(3), bucket(4)).quota()).toMatchObject({ limit: 3 });
  });

  it("refuses what is no gate, and conditions that are none", () => {
    expect(() => withFallback(7 as never, bucket(1))).toThrow("Cannot make a gate with a fallback with 7");
    expect(() => withFallback(bucket(1), undefined as never)).toThrow(TypeError);
    expect(() => withFallback(bucket(1), bucket(1), { on: "error" as "failure" })).toThrow(
      'Cannot fall back on "error": it must be "failure" or "refusal"',
    );
  });
});
