import { settled, VirtualClock } from "@sluice/tck";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TestGate } from "../../test/test-gate.js";
import type { Gate, Permit } from "../spec/gate.js";
import { onDroppedError } from "./dropped.js";
import { GateDemand } from "./gate-demand.js";

function demandOn(gate: Gate, ahead = 4) {
  const clock = new VirtualClock();
  const asked: number[] = [];
  const errors: unknown[] = [];
  const settings = { gate, cost: 1, request: undefined, ahead, clock };
  const demand = new GateDemand(settings, (error) => errors.push(error));
  let cancels = 0;
  demand.upstream = { request: (n) => asked.push(n), cancel: () => cancels++ };
  /** An item comes and goes. */
  const item = (used = true): void => {
    demand.take().release();
    demand.passed(used);
  };
  return { clock, asked, errors, demand, item, cancels: () => cancels };
}

describe("GateDemand", () => {
  it("asks in one go for what is granted at once, and waits in line for the next", async () => {
    const gate = new TestGate(3);
    const { asked, demand } = demandOn(gate);
    demand.request(9);
    expect([asked, gate.waiting.length]).toEqual([[3], 1]);
    gate.give(1);
    await settled();
    expect([asked, gate.waiting.length]).toEqual([[3, 1], 0]); // `ahead` is reached: it does not even wait
  });

  it("asks for as many as come while it waits, each permit once", async () => {
    const gate = new TestGate(0);
    const { asked, demand } = demandOn(gate, 100);
    demand.request(9);
    gate.give(5);
    await settled();
    expect(asked).toEqual([5]);
    expect([gate.held, gate.waits]).toEqual([5, 2]);
  });

  it("has no more than `ahead` permits without an item, and asks again when three quarters have come", () => {
    const gate = new TestGate(1000);
    const { asked, demand, item } = demandOn(gate, 8);
    demand.request(Number.POSITIVE_INFINITY);
    for (let i = 0; i < 5; i++) item();
    expect(asked).toEqual([8]);
    item();
    expect(asked).toEqual([8, 6]);
  });

  it("asks for another item, with another permit, for one that was dropped below", () => {
    const gate = new TestGate(1000);
    const { asked, demand, item } = demandOn(gate, 1);
    demand.request(1);
    item(false);
    expect(asked).toEqual([1, 1]);
    item();
    expect([asked, gate.told]).toEqual([[1, 1], "success 2"]);
  });

  it("asks again when the gate said so, or after waits that double when it did not", async () => {
    const gate = new TestGate(0);
    gate.refusal = { retryAfterMs: 250 };
    const { asked, clock, demand, errors } = demandOn(gate);
    demand.request(2);
    await clock.advanceSettled(249);
    expect(gate.waits).toBe(1);
    await clock.advanceSettled(1);
    expect(gate.waits).toBe(2);
    gate.refusal = { retryAfterMs: undefined };
    await clock.advanceSettled(250);
    const from = gate.waits;
    await clock.advanceSettled(2 + 4 + 8 + 16);
    expect(gate.waits - from).toBe(4);
    gate.refusal = undefined;
    await clock.advanceSettled(60_000);
    gate.give(2);
    await settled();
    expect([asked, errors, clock.pending]).toEqual([[2], [], 0]);
  });

  it("rests for as short as at first again once the gate has granted one, also without waiting", async () => {
    const gate = new TestGate(0);
    gate.refusal = { retryAfterMs: undefined };
    const { asked, clock, demand, item } = demandOn(gate, 1);
    demand.request(Number.POSITIVE_INFINITY);
    for (let i = 1; i <= 9; i++) {
      await settled();
      gate.give(1); // it rests, so nobody waits for this
      await clock.advanceSettled(2);
      expect(asked.length).toBe(i);
      item();
    }
    demand.cancel();
  });

  it("does not spin or fall silent on a gate that names no time that can be waited for", async () => {
    for (const retryAfterMs of [0, -5, Number.NaN, Number.POSITIVE_INFINITY, "soon"]) {
      const gate = new TestGate(0);
      gate.refusal = { retryAfterMs };
      const { clock, demand } = demandOn(gate);
      demand.request(1);
      await clock.advanceSettled(50);
      expect(gate.waits).toBeLessThanOrEqual(51);
      const before = gate.waits;
      await clock.advanceSettled(60_000);
      expect(gate.waits).toBeGreaterThan(before);
      demand.cancel();
      expect(clock.pending).toBe(0);
    }
  });

  it("fails with what a gate throws or rejects with, and with a cost that is never granted", async () => {
    const broken = new Error("broken");
    const fails: Partial<Gate>[] = [
      {
        tryAcquire: () => {
          throw broken;
        },
      },
      {
        acquire: () => {
          throw broken;
        },
      },
      { acquire: () => Promise.reject(broken) },
      { acquire: () => Promise.reject(undefined) },
    ];
    for (const wrong of fails) {
      const { asked, demand, errors } = demandOn(Object.assign(new TestGate(0), wrong));
      demand.request(1);
      await settled();
      expect([errors.length, asked]).toEqual([1, []]);
    }
    const gate = new TestGate(0);
    gate.refusal = { cause: "cost" };
    const { demand, errors } = demandOn(gate);
    demand.request(1);
    await settled();
    expect(errors).toMatchObject([{ code: "GATE_REJECTED" }]);
  });

  it("fails when the clock throws", async () => {
    const gate = new TestGate(0);
    gate.refusal = { retryAfterMs: 1 };
    const { clock, demand, errors } = demandOn(gate);
    clock.schedule = () => {
      throw new Error("no timers left");
    };
    demand.request(1);
    await settled();
    expect(errors).toMatchObject([{ message: "no timers left" }]);
  });

  it("gives every permit back on a cancel, in line, at rest or while the gate decides", async () => {
    const gate = new TestGate(3);
    const held = demandOn(gate);
    held.demand.request(9);
    held.demand.cancel();
    expect([gate.held, gate.waiting.length, gate.told, held.cancels()]).toEqual([0, 0, "ignored 3", 1]);

    const deciding = new TestGate(0);
    const { asked, demand } = demandOn(deciding);
    demand.request(1);
    deciding.give(1); // the permit is on its way to who waited
    demand.cancel();
    await settled();
    expect([deciding.held, deciding.told, asked]).toEqual([0, "ignored 1", []]);

    const within = new TestGate(9);
    const own = demandOn({ ...within, tryAcquire: () => grantAndCancel(), acquire: () => within.acquire() });
    const grantAndCancel = () => {
      own.demand.cancel();
      return within.tryAcquire();
    };
    own.demand.request(5);
    expect([within.held, within.told, own.asked]).toEqual([0, "ignored 1", []]);
  });

  it("reports what a permit throws when it is given back, and goes on", () => {
    const dropped: unknown[] = [];
    const restore = onDroppedError((error) => dropped.push(error));
    const permit: Permit = {
      granted: true,
      release: () => {
        throw new Error("no release");
      },
    };
    const { demand } = demandOn({ tryAcquire: () => permit, acquire: async () => permit });
    demand.request(2);
    demand.cancel();
    restore();
    expect(dropped).toHaveLength(2);
  });

  it("does not grow the stack when upstream answers on it", () => {
    const gate = new TestGate(100_000);
    const { demand } = demandOn(gate, 1);
    let items = 0;
    demand.upstream = {
      request: () => {
        items++;
        demand.take().release();
        demand.passed(true);
      },
      cancel: () => {},
    };
    demand.request(Number.POSITIVE_INFINITY);
    expect([items, gate.held]).toEqual([100_000, 0]);
  });

  it("has always asked for exactly as many items as it had permits, and never for more than was requested", async () => {
    const act = fc.oneof(
      fc.record({ kind: fc.constant("request" as const), n: fc.integer({ min: 1, max: 9 }) }),
      fc.record({ kind: fc.constant("give" as const), n: fc.integer({ min: 1, max: 9 }) }),
      fc.record({ kind: fc.constant("item" as const), n: fc.constant(1) }),
      fc.record({ kind: fc.constant("dropped" as const), n: fc.constant(1) }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(act, { maxLength: 30 }),
        fc.integer({ min: 1, max: 5 }),
        async (acts, ahead) => {
          const gate = new TestGate(0);
          const { asked, demand, item } = demandOn(gate, ahead);
          const total = (): number => asked.reduce((sum, n) => sum + n, 0);
          let [requested, given, came] = [0, 0, 0];
          for (const { kind, n } of acts) {
            if (kind === "request") {
              requested += n;
              demand.request(n);
            } else if (kind === "give") {
              given += n;
              gate.give(n);
            } else if (came < total()) {
              came++;
              if (kind === "dropped") requested++;
              item(kind === "item");
            }
            await settledLightly();
            expect(gate.held).toBe(total() - came);
            expect(total()).toBeLessThanOrEqual(Math.min(requested, given));
            expect(gate.held).toBeLessThanOrEqual(ahead);
            // Never stuck: with permits, demand and room for three quarters it has asked.
            if (gate.held === 0) expect(total()).toBe(Math.min(requested, given));
          }
          demand.cancel();
          await settledLightly();
          expect([gate.held, gate.waiting.length]).toEqual([0, 0]);
        },
      ),
      { numRuns: 300 },
    );
  });
});

/** Enough turns of the microtask queue for a permit to arrive. */
async function settledLightly(): Promise<void> {
  for (let turn = 0; turn < 12; turn++) await Promise.resolve();
}
