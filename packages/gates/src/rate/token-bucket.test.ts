import { VirtualClock } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { tokenBucket } from "./token-bucket.js";

describe("tokenBucket", () => {
  it("grants exactly its rate over a long time, whatever the steps of the clock", () => {
    const clock = new VirtualClock();
    const gate = tokenBucket({ capacity: 10, ratePerSecond: 3, clock });
    let granted = 0;
    for (let ms = 0; ms < 100_000; ms += 7) {
      while (gate.tryAcquire().granted) granted += 1;
      clock.advance(7);
    }
    expect(granted).toBe(10 + 299); // the last step is at 99,995 ms
  });

  it("begins with what it is told", () => {
    const clock = new VirtualClock();
    const gate = tokenBucket({ capacity: 10, ratePerSecond: 1, initial: 0, clock });
    expect(gate.tryAcquire()).toMatchObject({ granted: false, retryAfterMs: 1000 });
    clock.advance(2500);
    expect(gate.available).toBe(2.5);
  });

  it("keeps a share for what is more critical", () => {
    const clock = new VirtualClock();
    const reserved = { sheddable: 5, sheddablePlus: 2 };
    const gate = tokenBucket({ capacity: 10, ratePerSecond: 1, reserved, clock });
    const take = (criticality: "sheddable" | "sheddablePlus" | "critical"): number => {
      let granted = 0;
      while (gate.tryAcquire(1, { criticality }).granted) granted += 1;
      return granted;
    };
    expect([take("sheddable"), take("sheddablePlus"), take("critical")]).toEqual([5, 3, 2]);
    expect(gate.tryAcquire(1, { criticality: "sheddable" })).toMatchObject({ retryAfterMs: 6000 });
    expect(gate.tryAcquire(6, { criticality: "sheddable" })).toEqual({
      granted: false,
      reason: "the token bucket never grants a cost of 6 to sheddable work: 5 is the most",
      retryAfterMs: undefined,
      cause: "cost",
    });
  });

  it("says how many wait", async () => {
    const clock = new VirtualClock();
    const gate = tokenBucket({ capacity: 1, ratePerSecond: 1, initial: 0, clock });
    void gate.acquire();
    expect(gate.waiting).toBe(1);
    await clock.advanceSettled(1000);
    expect(gate.waiting).toBe(0);
  });

  it("tells its quota: what critical work may ask for, and when all of it is back", () => {
    const clock = new VirtualClock();
    const gate = tokenBucket({
      capacity: 10,
      ratePerSecond: 4,
      reserved: { sheddable: 4, sheddablePlus: 4, critical: 2 },
      clock,
    });
    expect(gate.quota()).toEqual({ limit: 8, windowMs: 2500, remaining: 8, resetMs: 0 });
    gate.tryAcquire(5);
    clock.advance(250);
    expect(gate.quota()).toEqual({ limit: 8, windowMs: 2500, remaining: 4, resetMs: 1000 });
    gate.tryAcquire(6, { criticality: "criticalPlus" });
    expect(gate.quota()).toMatchObject({ remaining: 0, resetMs: 2500 });
  });

  it("waits by the system's clock when it is given none", async () => {
    const gate = tokenBucket({ capacity: 1, ratePerSecond: 1000 });
    for (let i = 0; i < 3; i += 1) expect(await gate.acquire()).toMatchObject({ granted: true });
  });

  it("refuses options that cannot work, with the value that came and those that can", () => {
    const wrong = (change: object, text: RegExp | string): void => {
      expect(() => tokenBucket({ capacity: 1, ratePerSecond: 1, ...change })).toThrow(text);
    };
    wrong(
      { capacity: 0 },
      "Cannot make a token bucket with a capacity of 0: it must be a number > 0 and <= 1000000000",
    );
    wrong({ capacity: 1e10 }, /capacity of 10000000000/);
    wrong({ ratePerSecond: -1 }, /ratePerSecond of -1/);
    wrong({ ratePerSecond: Number.NaN }, /ratePerSecond of NaN/);
    wrong({ initial: 2 }, /initial level of 2: it must be a number >= 0 and <= 1$/);
    wrong({ maxWaiting: 1.5 }, /maxWaiting 1.5: it must be an integer >= 0; 0 lets nobody wait/);
    wrong({ reserved: { urgent: 1 } }, /reserves from "urgent": known are sheddable, /);
    wrong({ reserved: { sheddable: 0, critical: 1 } }, /share reserved from critical of 1: .* <= 0$/);
    wrong({ clock: {} }, /clock <object>/);
    expect(() => tokenBucket(undefined as never)).toThrow(TypeError);
  });
});
