import { type Clock, type Permit, type Rejected, systemClock } from "@sluice/core";
import { VirtualClock } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { GrantedPermit, strayReleaseCount } from "./granted-permit.js";
import { PolicyGate } from "./policy-gate.js";

/** The simplest policy: so many at once. What it calls besides is what a test wants. */
class Slots extends PolicyGate {
  used = 0;
  onTake: () => void = () => {};
  onSettled: () => void = () => {};

  constructor(slots: number, { clock = systemClock, maxWaiting = 9 }: Partial<Parts> = {}) {
    super({ name: "the slots", maxWaiting, clock });
    this.slots = slots;
  }

  private readonly slots: number;

  protected override take(_now: number, cost: number): GrantedPermit | undefined {
    this.onTake();
    if (this.used + cost > this.slots) return undefined;
    this.used += cost;
    return new GrantedPermit(this, cost);
  }

  protected override refusal(_now: number, _cost: number, ahead: number): Rejected {
    return { granted: false, reason: `full, ${ahead} ahead`, retryAfterMs: undefined, cause: "concurrency" };
  }

  protected override most(): number {
    return this.slots;
  }

  protected override wakeMs(): number {
    return Number.POSITIVE_INFINITY;
  }

  protected override settled({ cost }: GrantedPermit): void {
    this.used -= cost;
    this.onSettled();
  }
}

interface Parts {
  readonly clock: Clock;
  readonly maxWaiting: number;
}

function granted(answer: Permit | Rejected): GrantedPermit {
  if (answer.granted) return answer as GrantedPermit;
  throw new Error(answer.reason);
}

describe("GrantedPermit", () => {
  it("comes back once: a second release or undo is an error, counted, and changes nothing", () => {
    const gate = new Slots(2);
    const permit = granted(gate.tryAcquire(2));
    permit.release("failure");
    const again = { code: "PERMIT_RELEASED" };
    for (const twice of [() => permit.release(), () => permit.release("ignored"), () => permit.undo()]) {
      expect(twice).toThrow(expect.objectContaining(again));
    }
    expect([gate.used, permit.outcome]).toEqual([0, "failure"]);
    expect(gate.snapshot()).toEqual({ granted: 1, refused: 0, waiting: 0, misused: 3 });
  });

  it("refuses an outcome that is none, and can be released afterwards", () => {
    const gate = new Slots(1);
    const permit = granted(gate.tryAcquire());
    expect(() => permit.release("done" as "success")).toThrow(
      'Cannot release a permit with the outcome "done": it must be "success", "failure" or "ignored"',
    );
    expect([gate.used, gate.snapshot().misused]).toEqual([1, 1]);
    permit.release();
    expect(gate.used).toBe(0);
  });

  it("is not released by a stranger, nor by what inherits from it", () => {
    const gate = new Slots(1);
    const permit = granted(gate.tryAcquire());
    const before = strayReleaseCount();
    for (const stranger of [undefined, {}, { ...permit }, Object.create(permit)]) {
      expect(() => permit.release.call(stranger)).toThrow(TypeError);
    }
    expect([strayReleaseCount() - before, gate.used, permit.outcome]).toEqual([4, 1, undefined]);
    permit.release();
  });

  it("gives back by undo what was taken, as if it had not been asked for, also to who waits", async () => {
    const gate = new Slots(1);
    const permit = granted(gate.tryAcquire());
    const waiting = gate.acquire();
    permit.undo();
    (await waiting).release();
    expect(gate.snapshot()).toMatchObject({ granted: 1, waiting: 0 });
    expect(gate.used).toBe(0);
  });
});

describe("PolicyGate", () => {
  it("counts what it granted and refused, and looks like something to inspect", async () => {
    const gate = new Slots(1, { maxWaiting: 0 });
    gate.tryAcquire();
    gate.tryAcquire();
    await expect(gate.acquire()).rejects.toMatchObject({ code: "GATE_REJECTED", cause: "concurrency" });
    await expect(gate.acquire(2)).rejects.toMatchObject({ code: "GATE_REJECTED", cause: "cost" });
    expect(gate).toMatchObject({ kind: "gate", name: "the slots" });
    expect(gate.snapshot()).toEqual({ granted: 1, refused: 3, waiting: 0, misused: 0 });
  });

  it("serves by release who waits, and is idle only when nobody does", async () => {
    const gate = new Slots(1);
    const first = granted(gate.tryAcquire());
    const second = gate.acquire();
    expect([gate.isIdle, gate.waiting, gate.tryAcquire()]).toMatchObject([
      false,
      1,
      { reason: "full, 1 ahead" },
    ]);
    first.release();
    expect([gate.isIdle, gate.waiting]).toEqual([true, 0]);
    (await second).release();
  });

  it("takes a release, a request and a waiter from within what its policy calls", async () => {
    const gate = new Slots(2);
    const permits = [granted(gate.tryAcquire()), granted(gate.tryAcquire())];
    const later: Promise<Permit>[] = [];
    const line = [gate.acquire(), gate.acquire(), gate.acquire()];
    gate.onSettled = () => {
      later.push(gate.acquire());
      permits.pop()?.release();
      expect(gate.tryAcquire().granted).toBe(false);
    };
    permits.pop()?.release();
    gate.onSettled = () => {};
    const all: Permit[] = await Promise.all(line.slice(0, 2));
    for (const next of [line[2], ...later]) {
      all.shift()?.release();
      all.push(await (next as Promise<Permit>));
    }
    for (const permit of all) permit.release();
    expect([gate.used, gate.waiting]).toEqual([0, 0]);
  });

  it("serves a long line from within a take, without growing the stack", async () => {
    const gate = new Slots(1, { maxWaiting: 20_000 });
    const first = granted(gate.tryAcquire());
    let served = 0;
    const line = Array.from({ length: 20_000 }, async () => {
      const permit = await gate.acquire();
      served += 1;
      permit.release();
    });
    first.release();
    await Promise.all(line);
    expect([served, gate.used]).toEqual([20_000, 0]);
  });

  it("rejects who waits when what serves them throws, and leaves the releaser in peace", async () => {
    const gate = new Slots(1);
    const permit = granted(gate.tryAcquire());
    const waiting = [gate.acquire(), gate.acquire()];
    gate.onTake = () => {
      throw new Error("no battery");
    };
    permit.release();
    for (const one of waiting) await expect(one).rejects.toThrow("no battery");
    expect([gate.waiting, gate.used]).toEqual([0, 0]);
    expect(() => gate.tryAcquire()).toThrow("no battery");
  });

  it("serves on although the policy throws on a release, and tells the releaser", async () => {
    const gate = new Slots(1);
    const permit = granted(gate.tryAcquire());
    const waiting = gate.acquire();
    gate.onSettled = () => {
      throw new Error("listener");
    };
    expect(() => permit.release()).toThrow("listener");
    gate.onSettled = () => {};
    (await waiting).release();
    expect(gate.used).toBe(0);
  });

  it("does not wait on a signal that has fired, also while it was asked", async () => {
    const gate = new Slots(1);
    gate.tryAcquire();
    const stop = new AbortController();
    gate.onTake = () => stop.abort(new Error("gave up"));
    await expect(gate.acquire(1, { signal: stop.signal })).rejects.toThrow("gave up");
    await expect(gate.acquire(1, { signal: stop.signal })).rejects.toThrow("gave up");
    expect(gate.waiting).toBe(0);
    await expect(gate.acquire(1, { signal: 7 as never })).rejects.toThrow(
      /signal 7: it must be an AbortSignal/,
    );
  });

  it("gives the permit to nobody who left while it was taken for him", async () => {
    const gate = new Slots(2);
    const permit = granted(gate.tryAcquire(2));
    const stop = new AbortController();
    const large = gate.acquire(2, { signal: stop.signal });
    const small = gate.acquire(1);
    gate.onTake = () => stop.abort(new Error("gave up"));
    permit.release();
    await expect(large).rejects.toThrow("gave up");
    expect((await small) as GrantedPermit).toMatchObject({ cost: 1 });
    expect([gate.used, gate.snapshot()]).toMatchObject([1, { granted: 2, waiting: 0 }]);
  });

  it("leaves neither timer nor listener when all have given up", async () => {
    const clock = new VirtualClock();
    const gate = new Slots(1, { clock });
    gate.tryAcquire();
    const stop = new AbortController();
    const waiting = [1, 2, 3].map(() => gate.acquire(1, { signal: stop.signal }));
    stop.abort(new Error("gave up"));
    for (const one of waiting) await expect(one).rejects.toThrow("gave up");
    expect([gate.waiting, clock.pending]).toEqual([0, 0]);
  });
});
