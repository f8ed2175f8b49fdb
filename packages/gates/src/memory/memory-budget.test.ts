import { type Criticality, onBackpressureBuffer, range } from "@sluice/core";
import { captureReported, settled, VirtualClock } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { type MemoryBudget, type MemoryBudgetOptions, memoryBudget } from "./memory-budget.js";

function made(options: Partial<MemoryBudgetOptions> = {}) {
  const clock = new VirtualClock();
  const ended: string[] = [];
  const memory = memoryBudget({
    bytes: 100,
    clock,
    onEnd: ({ name, criticality, bytes }) => ended.push(`${name} ${criticality} ${bytes}`),
    ...options,
  });
  return { memory, clock, ended };
}

/** Holds `bytes`, and gives them back when it is told to, in whole or down to `least`. */
function holder(memory: MemoryBudget, name: string, bytes: number, criticality?: Criticality, least = bytes) {
  let held = bytes;
  const log: string[] = [];
  expect(memory.tryCharge(bytes)).toBe(true);
  const give = (amount: number): void => {
    held -= amount;
    memory.release(amount);
  };
  const leave = memory.register({
    name,
    criticality,
    held: () => held,
    shrink: () => {
      log.push("shrink");
      give(held - least);
    },
    end: (error) => {
      log.push(error.message);
      leave();
      give(held);
    },
    room: () => log.push("room"),
  });
  return log;
}

describe("memoryBudget", () => {
  it("refuses what is new first, and lets it in again when use has fallen below the hysteresis", () => {
    const { memory } = made();
    memory.tryCharge(80);
    expect(memory.tryCharge(1, "begin")).toBe(false);
    expect(memory.tryCharge(1, "ahead")).toBe(true);
    memory.release(6);
    expect(memory.tryCharge(1, "begin")).toBe(false);
    memory.release(1);
    expect(memory.tryCharge(1, "begin")).toBe(true);
    expect(memory.snapshot()).toMatchObject({ bytes: 100, used: 75, peak: 81, isRefusing: false, ended: 0 });
  });

  it("lets new things in again when it is empty, however early it refuses", () => {
    for (const refuse of [0.1, 0.05, 0.01]) {
      const { memory } = made({ thresholds: { refuse } });
      memory.tryCharge(50);
      memory.release(50);
      expect(memory.tryCharge(1, "begin")).toBe(true);
    }
  });

  it("then asks all to shrink, once, in a turn of its own, and again only when it was below in between", () => {
    const { memory, clock } = made();
    const log = holder(memory, "stream", 40, undefined, 30);
    memory.tryCharge(50);
    expect(memory.tryCharge(1, "ahead")).toBe(false);
    expect(log).toEqual([]);
    clock.advance(0);
    expect([log, memory.used]).toEqual([["shrink"], 80]);
    memory.tryCharge(11);
    memory.release(11);
    memory.tryCharge(11);
    clock.advance(1000);
    expect([log.length, memory.snapshot().shrinks, clock.pending]).toEqual([2, 2, 0]);
  });

  it("at last ends the largest of the least critical, until a need that was refused has room", () => {
    const { memory, clock, ended } = made();
    const small = holder(memory, "small", 10, "sheddable");
    const large = holder(memory, "large", 20, "sheddable");
    const critical = holder(memory, "critical", 50, "critical");
    memory.tryCharge(15);
    expect(memory.tryCharge(10)).toBe(false);
    clock.advance(99); // what was asked to shrink has time to
    expect(ended).toEqual([]);
    clock.advance(1);
    expect(ended).toEqual(["large sheddable 20"]);
    expect(large.at(-1)).toMatch(/^Cannot keep large: the memory budget of 100 bytes is used up/);
    expect(memory.tryCharge(10)).toBe(true);
    expect([...small, ...critical].filter((entry) => entry.startsWith("Cannot"))).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it("ends no more than sixteen in a turn, and the rest in those after", () => {
    const { memory, clock, ended } = made({ thresholds: { refuse: 0.9 } });
    for (let i = 0; i < 40; i += 1) holder(memory, `stream ${i}`, 2, "sheddable");
    expect(memory.tryCharge(70)).toBe(false);
    const seen: number[] = [];
    const other = (): void => void seen.push(ended.length); // what else the process has to do
    clock.schedule(100, () => clock.schedule(0, other));
    clock.advance(100); // all are asked to shrink first
    expect([...seen, ended.length]).toEqual([16, 25]);
    expect(memory.tryCharge(70)).toBe(true);
  });

  it("tells who was refused that there is room again", () => {
    const { memory, clock } = made();
    let rooms = 0;
    memory.register({ name: "waiting", held: () => 95, room: () => rooms++ });
    memory.tryCharge(95);
    expect(memory.tryCharge(40)).toBe(false);
    clock.advance(1000);
    expect(rooms).toBe(0);
    memory.release(40);
    clock.advance(0);
    memory.release(1);
    clock.advance(1000);
    expect([rooms, clock.pending]).toEqual([1, 0]);
  });

  it("does not end another one while those that were told to end still hold what will do", () => {
    const { memory, clock, ended } = made();
    for (const name of ["a", "b"]) {
      memory.tryCharge(48);
      memory.register({ name, held: () => 48, end: () => {} });
    }
    for (let i = 0; i < 5; i++) {
      expect(memory.tryCharge(10)).toBe(false);
      clock.advance(1000);
    }
    expect(ended).toEqual(["a critical 48"]);
  });

  it("ends nobody for a need for which no end makes room", () => {
    const { memory, clock, ended } = made();
    holder(memory, "small", 10, "sheddable");
    memory.tryCharge(80);
    expect(memory.tryCharge(50)).toBe(false);
    clock.advance(1000);
    expect(ended).toEqual([]);
  });

  it("spares who holds nothing, who cannot be ended and who has gone", () => {
    const { memory, clock, ended } = made();
    memory.tryCharge(95);
    memory.register({ name: "nothing", held: () => 0, end: () => {} });
    memory.register({ name: "buffer", held: () => 60 });
    memory.register({ name: "gone", held: () => 35, end: () => {} })();
    expect(memory.tryCharge(10)).toBe(false);
    clock.advance(1000);
    expect([ended, memory.snapshot().holders, clock.pending]).toEqual([[], 2, 0]);
  });

  it("reports what holders and listeners throw, and serves the others", async () => {
    const { memory, clock } = made({
      onEnd: () => {
        throw new Error("onEnd");
      },
    });
    const bad = (part: string) => (): never => {
      throw new Error(part);
    };
    memory.tryCharge(50);
    memory.register({ name: "bad", held: bad("held"), shrink: bad("shrink"), end: bad("end") });
    const log = holder(memory, "good", 50);
    const reported = await captureReported(async () => {
      memory.tryCharge(1);
      clock.advance(1000);
      await settled();
    });
    expect(log.at(-1)).toMatch(/^Cannot keep good/);
    expect(reported.map(String)).toEqual(
      expect.arrayContaining(["Error: held", "Error: shrink", "Error: onEnd"]),
    );
  });

  it("is a gate whose permits hold bytes, and whose line moves when some come back", async () => {
    const { memory } = made();
    const permit = await memory.acquire(80);
    expect(memory.used).toBe(80);
    expect(memory.tryAcquire(1)).toMatchObject({ granted: false, cause: "memory", retryAfterMs: undefined });
    expect(memory.tryAcquire(81)).toMatchObject({ granted: false, cause: "cost" });
    const waiting = memory.acquire(30);
    expect(memory.waiting).toBe(1);
    permit.release();
    (await waiting).release("failure");
    expect(memory.used).toBe(0);
    expect(() => permit.release()).toThrow(expect.objectContaining({ code: "PERMIT_RELEASED" }));
    expect(memory.used).toBe(0);
  });

  it("bounds several weighed buffers together, and has everything back at their end", async () => {
    const memory = memoryBudget({ bytes: 1000 });
    const options = { capacity: { items: 1000, weight: 1e6 }, weigh: () => 100, memory };
    const hubs = [1, 2, 3].map(() =>
      range(0, 50).pipe(onBackpressureBuffer({ ...options, overflow: "dropNewest" })),
    );
    const readers = hubs.map((hub) => hub.values({ prefetch: 1 }));
    for (const reader of readers) await reader.next();
    expect(memory.snapshot().peak).toBe(1000);
    for (const reader of readers) await reader.return?.();
    expect(memory.used).toBe(0);
  });

  it("counts and refuses what was given back too often, and amounts that are none", () => {
    const { memory } = made();
    memory.tryCharge(5);
    for (const bytes of [6, -1, Number.NaN, "5" as never]) {
      expect(() => memory.release(bytes)).toThrow(RangeError);
    }
    for (const bytes of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => memory.tryCharge(bytes)).toThrow(RangeError);
    }
    expect(memory.snapshot()).toMatchObject({ used: 5, misused: 4 });
  });

  it("refuses options and holders that cannot work, by name", () => {
    const wrong = (change: object, text: RegExp): void => {
      expect(() => memoryBudget({ bytes: 100, ...change })).toThrow(text);
    };
    wrong({ bytes: 0 }, /memory budget of 0: it must be a number > 0/);
    wrong({ thresholds: { refuse: 0 } }, /refuse threshold of 0/);
    wrong(
      { thresholds: { refuse: 0.9, shrink: 0.8 } },
      /shrink threshold of 0.8: it must be a number >= 0.9/,
    );
    wrong({ thresholds: { end: 1.1 } }, /end threshold of 1.1/);
    wrong({ hysteresis: -1 }, /hysteresis of -1/);
    wrong({ hysteresis: 0.8 }, /hysteresis of 0.8: it must be below the refuse threshold of 0.8/);
    wrong({ thresholds: { refuse: 0.03 }, hysteresis: 0.05 }, /below the refuse threshold of 0.03/);
    wrong({ maxWaiting: -1 }, /maxWaiting -1/);
    wrong({ onEnd: 5 }, /it takes a function/);
    wrong({ clock: {} }, /clock <object>/);
    const { memory } = made();
    expect(() => memory.register({} as never)).toThrow(/Cannot register <object>/);
    expect(() => memory.register({ name: "x", held: () => 0, criticality: "urgent" as never })).toThrow(
      /rank/,
    );
  });
});
