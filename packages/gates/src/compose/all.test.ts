import type { Gate, Permit, Rejected } from "@sluice/core";
import { VirtualClock } from "@sluice/tck";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Bulkhead, bulkhead } from "../concurrency/bulkhead.js";
import type { SharedGate } from "../gate/shared-gate.js";
import { tokenBucket } from "../rate/token-bucket.js";
import { all } from "./all.js";
import { keyed } from "./keyed.js";
import { withFallback } from "./with-fallback.js";

const told = (gate: Gate): object => (gate as unknown as { snapshot(): object }).snapshot();

function refusing(refusal: Partial<Rejected>): Gate {
  const answer: Rejected = { granted: false, reason: "no", retryAfterMs: undefined, ...refusal };
  return { tryAcquire: () => answer, acquire: () => Promise.reject(new Error("not asked")) };
}

describe("all", () => {
  it("takes from all or from none, and gives tokens back as if they had not been taken", () => {
    const clock = new VirtualClock();
    const bucket = tokenBucket({ capacity: 5, ratePerSecond: 1, clock });
    const slots = bulkhead({ capacity: 2, maxWaiting: 0, clock });
    const gate = all(bucket, slots);
    const first = gate.tryAcquire(2);
    expect([first.granted, bucket.available]).toEqual([true, 3]);
    expect(gate.tryAcquire()).toMatchObject({ granted: false, cause: "concurrency" });
    expect(bucket.available).toBe(3);
    expect(told(bucket)).toMatchObject({ granted: 1 });
    if (first.granted) first.release("failure");
    expect(gate.tryAcquire().granted).toBe(true);
    expect(told(gate)).toMatchObject({ granted: 2, refused: 1 });
  });

  it("tells the longest time to wait, and what is for good before all", () => {
    const clock = new VirtualClock();
    const second = tokenBucket({ capacity: 1, ratePerSecond: 1, clock });
    const hour = tokenBucket({ capacity: 2, ratePerSecond: 1 / 3600, clock });
    const gate = all(second, hour);
    gate.tryAcquire();
    expect(gate.tryAcquire()).toMatchObject({ retryAfterMs: 1000 });
    hour.tryAcquire();
    expect(gate.tryAcquire()).toMatchObject({ retryAfterMs: 3_600_000 });
    expect(gate.tryAcquire(1.5)).toMatchObject({ cause: "cost", retryAfterMs: undefined });
    expect(all(refusing({ retryAfterMs: 5, reason: "late" }), refusing({})).tryAcquire()).toMatchObject({
      reason: "late",
      retryAfterMs: 5,
    });
  });

  it("holds nothing of one gate while it waits at another", async () => {
    const clock = new VirtualClock();
    const bucket = tokenBucket({ capacity: 3, ratePerSecond: 1, clock });
    const slots = bulkhead({ capacity: 1, maxWaiting: 9, clock });
    const gate = all(bucket, slots);
    const busy = slots.tryAcquire();
    const waiting = gate.acquire();
    expect([bucket.available, slots.waiting]).toEqual([3, 1]);
    if (busy.granted) busy.release();
    (await waiting).release();
    expect([bucket.available, told(slots)]).toMatchObject([2, { waiting: 0 }]);
  });

  it("goes from line to line until all grant", async () => {
    const clock = new VirtualClock();
    const quick = tokenBucket({ capacity: 1, ratePerSecond: 2, initial: 0, clock });
    const slow = tokenBucket({ capacity: 1, ratePerSecond: 1, initial: 0, clock });
    const slots = bulkhead({ capacity: 1, maxWaiting: 9, clock });
    const busy = slots.tryAcquire();
    let granted: Permit | undefined;
    void all(slots, quick, slow)
      .acquire()
      .then((permit) => {
        granted = permit;
      });
    await clock.advanceSettled(5000);
    expect(granted).toBeUndefined();
    if (busy.granted) busy.release();
    await clock.advanceSettled(0);
    expect(granted).toBeDefined();
    expect([quick.available, slow.available, clock.pending]).toEqual([0, 0, 0]);
  });

  it("cannot wait for itself: three in any order over the same gates get through, also by key", async () => {
    const [a, b] = [bulkhead({ capacity: 1, maxWaiting: 9 }), bulkhead({ capacity: 1, maxWaiting: 9 })];
    let served = 0;
    const work = async (gate: Gate): Promise<void> => {
      for (let i = 0; i < 50; i += 1) {
        const permit = await gate.acquire();
        await Promise.resolve();
        permit.release();
        served += 1;
      }
    };
    const byKey = keyed(() => b, { maxKeys: 1 });
    await Promise.all([work(all(a, b)), work(all(b, a)), work(all(withFallback(a, b), byKey))]);
    expect([served, a.tryAcquire().granted, b.tryAcquire().granted]).toEqual([150, true, true]);
  });

  it("releases each part with the outcome, also when one of them throws, and counts a second release", () => {
    const outcomes: unknown[] = [];
    const part = (fails: boolean): Gate => ({
      tryAcquire: () => ({
        granted: true,
        release: (outcome) => {
          outcomes.push(outcome);
          if (fails) throw new Error("broken part");
        },
      }),
      acquire: () => Promise.reject(new Error("not asked")),
    });
    const gate = all(part(true), part(false));
    const permit = gate.tryAcquire() as Permit;
    expect(() => permit.release("failure")).toThrow("broken part");
    expect(() => permit.release()).toThrow(expect.objectContaining({ code: "PERMIT_RELEASED" }));
    expect(outcomes).toEqual(["failure", "failure"]);
    expect(told(gate)).toMatchObject({ misused: 1 });
  });

  it("gives back what it took when a part throws, and throws that", async () => {
    const bucket = tokenBucket({ capacity: 1, ratePerSecond: 0.001 });
    const broken: Gate = {
      tryAcquire: () => {
        throw new Error("broken part");
      },
      acquire: () => Promise.reject(new Error("broken part")),
    };
    const gate = all(bucket, broken);
    expect(() => gate.tryAcquire()).toThrow("broken part");
    await expect(gate.acquire()).rejects.toThrow("broken part");
    expect(bucket.available).toBe(1);
  });

  it("can hold the same gate twice, and others made of it", async () => {
    const bucket = tokenBucket({ capacity: 4, ratePerSecond: 1000 });
    (await all(bucket, all(bucket, bucket)).acquire()).release();
    expect(told(bucket)).toMatchObject({ granted: 3 });
    await expect(all(bucket).acquire(5)).rejects.toMatchObject({ code: "GATE_REJECTED", cause: "cost" });
  });

  it("lets the process live while the same gate, there twice, has room for one", async () => {
    const gate = bulkhead({ capacity: 2 });
    const permit = await gate.acquire();
    const { tryAcquire } = gate;
    let asked = 0;
    gate.tryAcquire = (...request) => {
      asked += 1;
      if (asked > 10_000) throw new Error("nobody else has a turn");
      return tryAcquire.apply(gate, request);
    };
    const both = all(gate, gate).acquire();
    setTimeout(() => permit.release(), 5);
    (await both).release();
    expect(gate.inUse).toBe(0);
  });

  it("takes the permit that a gate around others gives, and not one of theirs", async () => {
    const [a, b, c] = [0, 1, 2].map(() => bulkhead({ capacity: 1 })) as [Bulkhead, Bulkhead, Bulkhead];
    let out = 0;
    const around = (...parts: Permit[]): Permit => {
      out += 1;
      const release: Permit["release"] = (outcome) => {
        out -= 1;
        for (const part of parts) part.release(outcome);
      };
      return { granted: true, release };
    };
    const one: Gate = {
      tryAcquire: () => refusing({}).tryAcquire(),
      acquire: async (cost, request) => around(await a.acquire(cost, request)),
    };
    const two: Gate = {
      tryAcquire: () => refusing({}).tryAcquire(),
      acquire: async (cost, request) =>
        around(await a.acquire(cost, request), await b.acquire(cost, request)),
    };
    for (const gate of [one, two]) {
      const held = await a.acquire();
      const waits = all(gate, c).acquire();
      held.release();
      const permit = await waits;
      expect([out, a.inUse, c.inUse]).toEqual([1, 1, 1]);
      permit.release();
      expect([out, a.inUse, b.inUse, c.inUse]).toEqual([0, 0, 0, 0]);
    }
  });

  it("gives back what it took when a gate around others fails after all, once", async () => {
    const [a, c] = [bulkhead({ capacity: 1 }), bulkhead({ capacity: 1 })];
    const gate: Gate = {
      tryAcquire: () => refusing({}).tryAcquire(),
      async acquire(cost, request) {
        (await a.acquire(cost, request)).release("ignored");
        throw new Error("no second one");
      },
    };
    await expect(all(gate, c).acquire()).rejects.toThrow("no second one");
    expect([told(a), told(c)]).toMatchObject([{ misused: 0 }, { misused: 0 }]);
    expect([a.inUse, c.inUse]).toEqual([0, 0]);
  });

  it("keeps its claim from those within, of which one is far away", async () => {
    const [a, b, c] = [0, 1, 2].map(() => bulkhead({ capacity: 1 })) as [Bulkhead, Bulkhead, Bulkhead];
    const far: SharedGate = {
      tryAcquire: (cost, request) => b.tryAcquire(cost, request),
      acquire: (cost, request) => b.acquire(cost, request),
      ask: async (cost, request) => b.tryAcquire(cost, request),
    };
    const inner = all(a, far);
    const gate: Gate = {
      tryAcquire: (cost, request) => inner.tryAcquire(cost, request),
      acquire: (cost, request) => inner.acquire(cost, request),
    };
    const held = await a.acquire();
    const waits = all(gate, c).acquire();
    setTimeout(() => held.release(), 5);
    (await waits).release();
    expect([a.inUse, b.inUse, c.inUse]).toEqual([0, 0, 0]);
  });

  it("tells the tightest quota", () => {
    const clock = new VirtualClock();
    const second = tokenBucket({ capacity: 2, ratePerSecond: 2, clock });
    const hour = tokenBucket({ capacity: 3, ratePerSecond: 3 / 3600, clock });
    const gate = all(bulkhead({ capacity: 1, maxWaiting: 0 }), second, hour);
    expect(gate.quota()).toMatchObject({ limit: 2 });
    hour.tryAcquire(2);
    expect(gate.quota()).toMatchObject({ limit: 3, remaining: 1 });
    expect(all(bulkhead({ capacity: 1, maxWaiting: 0 })).quota()).toBeUndefined();
  });

  it("asks a shared gate by ask, and only when the near ones grant", async () => {
    let asked = 0;
    const far: SharedGate = {
      ...refusing({}),
      ask: async () => {
        asked += 1;
        return { granted: true, release: () => {} };
      },
    };
    const near = bulkhead({ capacity: 1, maxWaiting: 0 });
    const gate = all(far, near) as unknown as SharedGate;
    const permit = await gate.ask();
    expect([permit.granted, (await gate.ask()).granted, asked]).toEqual([true, false, 1]);
    if (permit.granted) permit.release();
    const stop = new AbortController();
    const late = gate.acquire(1, { signal: stop.signal });
    stop.abort(new Error("gave up"));
    await expect(late).rejects.toThrow("gave up");
    expect(near.tryAcquire().granted).toBe(true);
    expect("ask" in all(near)).toBe(false);
  });

  it("keeps the law of each part, whatever is asked of it beside them", () => {
    const step = fc.record({ ms: fc.nat(800), cost: fc.integer({ min: 1, max: 3 }), release: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const clock = new VirtualClock();
        const bucket = tokenBucket({ capacity: 4, ratePerSecond: 2, clock });
        const slots = bulkhead({ capacity: 5, maxWaiting: 0, clock });
        const gate = all(slots, bucket);
        // The naive model: milli-tokens and places.
        let [tokens, used] = [4000, 0];
        const held: { permit: Permit; cost: number }[] = [];
        for (const { ms, cost, release } of steps) {
          clock.advance(ms);
          tokens = Math.min(4000, tokens + ms * 2);
          const first = release ? held.shift() : undefined;
          first?.permit.release();
          used -= first?.cost ?? 0;
          const answer = gate.tryAcquire(cost);
          expect(answer.granted).toBe(tokens >= cost * 1000 && used + cost <= 5);
          if (!answer.granted) continue;
          held.push({ permit: answer, cost });
          tokens -= cost * 1000;
          used += cost;
        }
        expect(Math.round(bucket.available * 1000)).toBe(tokens);
      }),
      { numRuns: 100 },
    );
  });

  it("refuses what is no gate", () => {
    expect(() => all()).toThrow("Cannot make a gate of all of no gates: give it one at least");
    expect(() => all(7 as never)).toThrow("Cannot make a gate of all with 7");
  });
});
