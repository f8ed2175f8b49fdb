import { type Clock, type Criticality, type Permit, type PermitOutcome, systemClock } from "@sluice/core";
import { VirtualClock } from "@sluice/tck";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codel } from "../gate/codel.js";
import { CRITICALITIES } from "../gate/criticality-rank.js";
import { type Bulkhead, type BulkheadOptions, bulkhead } from "./bulkhead.js";

function granted(gate: Bulkhead, cost = 1, criticality: Criticality = "critical"): Permit {
  const answer = gate.tryAcquire(cost, { criticality });
  if (answer.granted) return answer;
  throw new Error(answer.reason);
}

/** A full bulkhead of one place, its permit, and who was served or refused since, and when. */
function full(options: Partial<BulkheadOptions> = {}) {
  const clock = new VirtualClock();
  const gate = bulkhead({ capacity: 1, clock, ...options });
  const held = [granted(gate)];
  const log: string[] = [];
  const wait = (name: string, criticality?: Criticality, signal?: AbortSignal): void => {
    gate.acquire(1, { criticality, signal }).then(
      (permit) => log.push(`${name} at ${clock.now()}`) && held.push(permit),
      (error) => log.push(`${name} refused at ${clock.now()}`) && reasons.push(error.message),
    );
  };
  const reasons: string[] = [];
  /** Releases what is held, again and again, each `ms` later. */
  const serve = async (ms: number, times: number): Promise<void> => {
    for (let i = 0; i < times; i += 1) {
      await clock.advanceSettled(ms);
      held.shift()?.release();
      await clock.advanceSettled(0);
    }
  };
  return { clock, gate, held, log, reasons, wait, serve };
}

describe("bulkhead", () => {
  it("grants places up to its capacity, by cost, and has them back on release", () => {
    const gate = bulkhead({ capacity: 3, maxWaiting: 0 });
    const permits = [granted(gate, 2), granted(gate, 1)];
    expect([gate.inUse, gate.tryAcquire(0.5)]).toEqual([
      3,
      { granted: false, reason: "the bulkhead is full", retryAfterMs: undefined, cause: "concurrency" },
    ]);
    for (const permit of permits) permit.release();
    expect([gate.inUse, gate.tryAcquire(4), granted(gate, 3).granted]).toMatchObject([
      0,
      { cause: "cost" },
      true,
    ]);
  });

  it.each(["success", "failure", "ignored"] as const)(
    "has the place back when the outcome is %s",
    (outcome) => {
      const gate = bulkhead({ capacity: 1 });
      granted(gate).release(outcome satisfies PermitOutcome);
      expect([gate.inUse, granted(gate).granted]).toEqual([0, true]);
    },
  );

  it("keeps no remainder of costs that are no binary fractions", () => {
    const gate = bulkhead({ capacity: 1 });
    for (const permit of [0.1, 0.2, 0.3].map((cost) => granted(gate, cost))) permit.release();
    expect(gate.inUse).toBe(0);
    expect(granted(gate, 1).granted).toBe(true);
  });

  it("loses no room to rounding while one permit is never back", () => {
    const gate = bulkhead({ capacity: 1 });
    granted(gate, 0.5);
    const [a, b] = [granted(gate, 0.1), granted(gate, 0.2)];
    a.release();
    const c = granted(gate, 0.2);
    b.release();
    c.release();
    expect(gate.inUse).toBeCloseTo(0.5, 12);
    expect(granted(gate, 0.5).granted).toBe(true);
    expect(gate.tryAcquire(1e-6).granted).toBe(false);
  });

  it("grants three tenths of three tenths", () => {
    const gate = bulkhead({ capacity: 0.3 });
    for (let i = 0; i < 3; i += 1) granted(gate, 0.1);
    expect(gate.tryAcquire(0.1).granted).toBe(false);
  });

  it("keeps places for what is more critical", () => {
    const gate = bulkhead({ capacity: 10, reserved: { sheddable: 5, sheddablePlus: 2 }, maxWaiting: 0 });
    const take = (criticality: Criticality): number => {
      let permits = 0;
      while (gate.tryAcquire(1, { criticality }).granted) permits += 1;
      return permits;
    };
    expect([take("sheddable"), take("sheddablePlus"), take("critical")]).toEqual([5, 3, 2]);
  });

  it.each([
    ["fifo", ["a", "b", "c"]],
    ["lifo", ["c", "b", "a"]],
    [codel(), ["a", "b", "c"]],
  ] as const)(
    "serves by %s within a criticality, and the more critical before",
    async (discipline, order) => {
      const { wait, serve, log, gate } = full({ discipline });
      wait("batch", "sheddable");
      for (const name of ["a", "b", "c"]) wait(name);
      wait("user", "criticalPlus");
      await serve(1, 5);
      expect(log.map((line) => line.split(" ")[0])).toEqual(["user", ...order, "batch"]);
      expect([gate.waiting, gate.inUse]).toEqual([0, 1]);
    },
  );

  it.each([
    [
      "fifo",
      "new",
      ["new"],
      "critical",
      /^Cannot wait for the bulkhead: 2 wait already, and 2 may; ask again later$/,
    ],
    [
      "fifo",
      "the newest batch",
      ["batch 2"],
      "criticalPlus",
      /any longer: 2 wait, and one has come who goes first/,
    ],
    ["lifo", "the oldest", ["batch 1"], "critical", /any longer/],
    ["lifo", "new", ["new"], "sheddable", /wait already/],
  ] as const)(
    "%s: when the line is full it refuses %s",
    async (discipline, _, refused, criticality, reason) => {
      const { wait, log, reasons, clock, gate } = full({ discipline, maxWaiting: 2 });
      const batch = discipline === "lifo" || criticality === "critical" ? "critical" : "sheddable";
      wait("batch 1", batch);
      wait("batch 2", batch);
      wait("new", criticality);
      await clock.advanceSettled(0);
      expect(log).toEqual(refused.map((name) => `${name} refused at 0`));
      expect(reasons[0]).toMatch(reason);
      expect(gate.waiting).toBe(2);
    },
  );

  it("lets nobody wait for longer than it says, also when no permit comes back", async () => {
    const { wait, log, reasons, clock, gate } = full({ maxWaitMs: 50, discipline: "lifo" });
    wait("a");
    await clock.advanceSettled(30);
    wait("b", "criticalPlus");
    await clock.advanceSettled(100);
    expect(log).toEqual(["a refused at 50", "b refused at 80"]);
    expect(reasons[0]).toBe("Cannot wait for the bulkhead any longer: 50 ms have passed; ask again later");
    expect([gate.waiting, gate.inUse, clock.pending]).toEqual([0, 1, 0]);
  });

  it("leaves no timer when whoever waited is served or gives up", async () => {
    const { wait, log, clock, serve } = full({ maxWaitMs: 50 });
    const stop = new AbortController();
    wait("a");
    wait("b", "critical", stop.signal);
    await serve(10, 1);
    expect([log, clock.pending]).toEqual([["a at 10"], 1]);
    stop.abort();
    await clock.advanceSettled(0);
    expect([log, clock.pending]).toEqual([["a at 10", "b refused at 10"], 0]);
  });

  it("bounds the waiting also when the clock is set back", async () => {
    const inner = new VirtualClock();
    let offset = 0;
    const clock: Clock = {
      now: () => inner.now() + offset,
      schedule: (ms, task) => inner.schedule(ms, task),
    };
    const { wait, log } = full({ maxWaitMs: 50, clock });
    offset = 1e9;
    wait("a");
    offset = 0;
    await inner.advanceSettled(110);
    expect(log).toHaveLength(1);
    expect(inner.pending).toBe(0);
  });

  it("lets a whole line wait once more, not each after the other, when the clock is set back", async () => {
    const inner = new VirtualClock();
    let offset = 1e9;
    const clock: Clock = {
      now: () => inner.now() + offset,
      schedule: (ms, task) => inner.schedule(ms, task),
    };
    const { wait, log } = full({ maxWaitMs: 50, clock });
    for (let i = 0; i < 20; i += 1) wait(`${i}`);
    offset = 0;
    await inner.advanceSettled(110);
    expect([log.length, inner.pending]).toEqual([20, 0]);
  });

  it("does not ring for ever at a time that rounding keeps from being late", () => {
    for (let i = 0; i < 1000; i += 1) {
      let now = i / 10;
      let alarm: { readonly at: number; readonly task: () => void } | undefined;
      const clock: Clock = {
        now: () => now,
        schedule: (ms, task) => {
          const mine = { at: now + ms, task };
          alarm = mine;
          return () => {
            if (alarm === mine) alarm = undefined;
          };
        },
      };
      const { wait, gate } = full({ maxWaitMs: 50, clock });
      wait("a");
      for (let rings = 0; alarm !== undefined && rings < 3; rings += 1) {
        const { at, task } = alarm;
        alarm = undefined;
        now = at;
        task();
      }
      expect([i, gate.waiting, alarm]).toEqual([i, 0, undefined]);
    }
  });

  it("asks no clock when nobody's waiting is timed", () => {
    const deaf: Clock = {
      now: () => {
        throw new Error("asked");
      },
      schedule: systemClock.schedule,
    };
    const gate = bulkhead({ capacity: 1, clock: deaf });
    const permit = granted(gate);
    void gate.acquire();
    permit.release();
    expect(gate.inUse).toBe(1);
    expect(() => bulkhead({ capacity: 1, clock: deaf, maxWaitMs: 1 }).tryAcquire()).toThrow("asked");
  });

  it("grants nothing that a signal has ended: before, while and after the waiting", async () => {
    const { wait, log, serve, gate, held } = full();
    const [before, during, after] = [new AbortController(), new AbortController(), new AbortController()];
    before.abort();
    wait("before", "critical", before.signal);
    wait("during", "critical", during.signal);
    wait("after", "critical", after.signal);
    during.abort();
    await serve(1, 1);
    after.abort();
    await serve(1, 0);
    expect(log).toEqual(["before refused at 0", "during refused at 0", "after at 1"]);
    expect(gate.inUse).toBe(1);
    held[0]?.release();
    expect([gate.inUse, gate.waiting]).toEqual([0, 0]);
  });

  it("does not count one twice whose signal cannot be left, and fires after he was served", async () => {
    const { wait, serve, gate, log } = full();
    const stop = new AbortController();
    stop.signal.removeEventListener = () => {};
    wait("a", "critical", stop.signal);
    await serve(1, 1);
    stop.abort();
    wait("b");
    expect([log, gate.inUse, gate.waiting]).toEqual([["a at 1"], 1, 1]);
  });

  it("serves a long line one after the other when each releases at once, without growing the stack", async () => {
    const gate = bulkhead({ capacity: 1, maxWaiting: 20_000 });
    const first = granted(gate);
    let served = 0;
    const line = Array.from({ length: 20_000 }, async () => {
      const permit = await gate.acquire();
      served += 1;
      permit.release();
    });
    first.release();
    await Promise.all(line);
    expect([served, gate.inUse, gate.waiting]).toEqual([20_000, 0, 0]);
  });

  it.each([
    [{ capacity: 0 }, RangeError, "Cannot make a bulkhead with a capacity of 0: it must be a number > 0"],
    [{ capacity: "5" }, RangeError, 'with a capacity of "5"'],
    [{}, RangeError, "with a capacity of undefined"],
    [undefined, TypeError, "Cannot give bulkhead no options: it takes { capacity }"],
    [{ capacity: 1, maxWaiting: -1 }, RangeError, "with maxWaiting -1"],
    [
      { capacity: 1, maxWaitMs: 0 },
      RangeError,
      "Cannot give a bulkhead a maxWaitMs of 0 ms: it must be a number >= 1",
    ],
    [
      { capacity: 1, discipline: "random" },
      TypeError,
      'discipline "random": it must be "fifo", "lifo" or codel',
    ],
    [{ capacity: 1, discipline: null }, TypeError, "discipline null"],
    [{ capacity: 1, reserved: { urgent: 1 } }, TypeError, 'a bulkhead that reserves from "urgent"'],
    [{ capacity: 1, reserved: { sheddable: 2 } }, RangeError, "reserved from sheddable of 2"],
    [{ capacity: 1, clock: {} }, TypeError, "the clock"],
    [5, TypeError, "Cannot give bulkhead the options 5"],
  ])("refuses %j by name", (options, type, message) => {
    expect(() => bulkhead(options as never)).toThrow(type);
    expect(() => bulkhead(options as never)).toThrow(message);
  });
});

describe("codel", () => {
  const target = codel({ targetMs: 20, intervalMs: 100 });

  it("lets a burst wait that is over before its interval", async () => {
    const { wait, serve, log } = full({ discipline: target });
    for (let i = 0; i < 9; i += 1) wait(`${i}`);
    await serve(12, 9);
    expect(log).toHaveLength(9);
    expect(log.join()).not.toContain("refused");
  });

  it("refuses who has waited for the target when the line stands, but serves the last one", async () => {
    const { wait, serve, log, reasons, gate } = full({ discipline: target });
    for (let i = 0; i < 30; i += 1) wait(`${i}`);
    await serve(20, 5); // all who are served have waited for the target from 20 ms on
    expect([log.length, log.join().includes("refused")]).toEqual([5, false]);
    await serve(20, 1);
    expect(log.slice(5)).toEqual([...range(5, 29).map((i) => `${i} refused at 120`), "29 at 120"]);
    expect(reasons[0]).toBe("Cannot wait for the bulkhead any longer: 120 ms have passed; ask again later");
    expect(gate.waiting).toBe(0);
  });

  it("goes on refusing while the line stands, though nobody who is served has waited for long", async () => {
    const { wait, serve, log, clock } = full({ discipline: target, maxWaiting: 9999 });
    for (let i = 0; i < 400; i += 1) {
      for (let k = 0; k < 5; k += 1) wait(`${clock.now()}`); // five come where one can be served
      await serve(2, 1);
    }
    const waits = log.map((line) => line.split(" ")).filter(([, word]) => word === "at");
    const late = waits.filter(([came, , at]) => Number(at) - Number(came) > 22 && Number(at) > 250);
    expect([waits.length, late.length]).toEqual([400, 0]);
  });

  it("is patient again when nobody waited for a moment", async () => {
    const { wait, serve, log } = full({ discipline: target });
    for (let i = 0; i < 30; i += 1) wait(`${i}`);
    await serve(20, 7);
    log.length = 0;
    for (let i = 0; i < 9; i += 1) wait(`${i}`);
    await serve(12, 9);
    expect(log.join()).not.toContain("refused");
    expect(log).toHaveLength(9);
  });

  it("begins its interval anew when one was served in time", () => {
    const patience = target.patience?.();
    for (const [waited, now] of [
      [20, 0],
      [5, 50],
      [20, 60],
    ] as const)
      patience?.served(waited, now);
    expect([patience?.limitMs(120), patience?.limitMs(160)]).toEqual([Number.POSITIVE_INFINITY, 20]);
  });

  it("refuses times that are none", () => {
    expect(() => codel({ targetMs: 0 })).toThrow(
      "Cannot give codel a targetMs of 0 ms: it must be a number >= 1",
    );
    expect(() => codel({ intervalMs: Number.NaN })).toThrow("an intervalMs of NaN");
    expect(() => codel(5 as never)).toThrow(TypeError);
  });
});

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

describe.each(["fifo", "lifo"] as const)("bulkhead, %s, against a naive model", (discipline) => {
  interface Asker {
    readonly cost: number;
    readonly rank: number;
    readonly stop: AbortController;
    state: "waiting" | "held" | "over" | "refused";
    permit: Permit | undefined;
    seen: string;
  }
  const CAPACITY = 5;
  const MAX_WAITING = 3;
  const who = fc.record({ cost: fc.integer({ min: 1, max: 3 }), rank: fc.nat(3), pick: fc.nat(30) });
  const step = fc.record({ what: fc.constantFrom("try", "wait", "wait", "release", "abort"), who });

  it("does as it does, with all credit back in the end", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const gate = bulkhead({ capacity: CAPACITY, maxWaiting: MAX_WAITING, discipline });
        const all: Asker[] = [];
        const inState = (state: string): Asker[] => all.filter((one) => one.state === state);
        const used = (): number => inState("held").reduce((sum, { cost }) => sum + cost, 0);
        /** Who waits, the next one first. */
        const line = (): Asker[] => {
          const waiting = inState("waiting");
          if (discipline === "lifo") waiting.reverse();
          return waiting.sort((a, b) => b.rank - a.rank); // stable
        };
        const serve = (): void => {
          for (const next of line()) {
            if (used() + next.cost > CAPACITY) return;
            next.state = "held";
          }
        };
        for (const { what, who } of steps) {
          const mayHave = !line().some(({ rank }) => rank >= who.rank) && used() + who.cost <= CAPACITY;
          const criticality = CRITICALITIES[who.rank];
          if (what === "try") {
            const answer = gate.tryAcquire(who.cost, { criticality });
            expect(answer.granted).toBe(mayHave);
            if (answer.granted) {
              all.push({ ...who, stop: new AbortController(), state: "held", permit: answer, seen: "held" });
            }
          } else if (what === "wait") {
            const stop = new AbortController();
            const one: Asker = { ...who, stop, state: "waiting", permit: undefined, seen: "waiting" };
            if (mayHave) one.state = "held";
            else if (line().length >= MAX_WAITING) {
              const last = line().at(-1) as Asker;
              const goesFirst = who.rank > last.rank || (discipline === "lifo" && who.rank === last.rank);
              (goesFirst ? last : one).state = "refused";
            }
            all.push(one);
            gate.acquire(who.cost, { criticality, signal: stop.signal }).then(
              (permit) => {
                one.permit = permit;
                one.seen = "held";
              },
              (error) => {
                one.seen = error.code === "GATE_REJECTED" ? "refused" : "over";
              },
            );
          } else {
            const some = inState(what === "release" ? "held" : "waiting");
            const one = some[who.pick % Math.max(1, some.length)];
            if (one === undefined) continue;
            one.state = "over";
            if (what === "abort") one.stop.abort();
            else one.permit?.release();
            one.seen = "over";
          }
          serve();
          expect([gate.inUse, gate.waiting]).toEqual([used(), inState("waiting").length]);
          for (let i = 0; i < 5; i += 1) await undefined;
          expect(all.map(({ seen }) => seen)).toEqual(all.map(({ state }) => state));
        }
        while (inState("held").length > 0) {
          for (const one of inState("held")) {
            one.permit?.release();
            one.state = "over";
          }
          serve();
          for (let i = 0; i < 5; i += 1) await undefined;
        }
        expect([gate.inUse, gate.waiting]).toEqual([0, 0]);
      }),
      { numRuns: 300 },
    );
  });
});
