import type { Gate, GateRequest } from "@sluice/core";
import { VirtualClock } from "@sluice/tck";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bulkhead } from "../concurrency/bulkhead.js";
import { tokenBucket } from "../rate/token-bucket.js";
import { keyed } from "./keyed.js";
import { withFallback } from "./with-fallback.js";

const one = (): Gate => bulkhead({ capacity: 1, maxWaiting: 1 });
const key = (name: string): GateRequest => ({ key: name });

describe("keyed", () => {
  it("keeps a gate for each key, and one for all that have none", () => {
    const made: string[] = [];
    const gate = keyed(
      (name) => {
        made.push(name);
        return one();
      },
      { maxKeys: 9 },
    );
    for (const request of [key("a"), key("b"), undefined, {}]) gate.tryAcquire(1, request);
    expect([gate.size, made]).toEqual([3, ["a", "b", ""]]);
    expect(gate.tryAcquire(1, key("a")).granted).toBe(false);
    expect((gate as unknown as { snapshot(): object }).snapshot()).toEqual({
      ...{ granted: 3, refused: 2, waiting: 0 },
      ...{ keys: 3, maxKeys: 9, evicted: 0, noRoom: 0 },
    });
  });

  it("finds the key as it is told", () => {
    const byGrade = keyed(one, { maxKeys: 9, keyOf: (request) => request?.criticality ?? "none" });
    expect(byGrade.tryAcquire(1, { criticality: "sheddable" }).granted).toBe(true);
    expect([byGrade.has("sheddable"), byGrade.has("none")]).toEqual([true, false]);
  });

  it("forgets who has not asked for longest, as a list in the order of use would", () => {
    const names = fc.constantFrom("a", "b", "c", "d", "e", "f");
    fc.assert(
      fc.property(fc.array(names, { maxLength: 60 }), fc.integer({ min: 1, max: 5 }), (asks, maxKeys) => {
        const gate = keyed(() => tokenBucket({ capacity: 1, ratePerSecond: 1 }), { maxKeys });
        let used: string[] = [];
        for (const name of asks) {
          gate.tryAcquire(1, key(name));
          used = [...used.filter((other) => other !== name), name].slice(-maxKeys);
          for (const each of ["a", "b", "c", "d", "e", "f"]) expect(gate.has(each)).toBe(used.includes(each));
        }
      }),
      { numRuns: 200 },
    );
  });

  it("never forgets a gate with permits out or somebody waiting, and refuses when all are busy", async () => {
    const gate = keyed(one, { maxKeys: 2 });
    const a = gate.tryAcquire(1, key("a"));
    const b = await gate.acquire(1, key("b"));
    const waiting = gate.acquire(1, key("b"));
    const refusal = { granted: false, cause: "overload", retryAfterMs: undefined };
    expect(gate.tryAcquire(1, key("c"))).toMatchObject(refusal);
    await expect(gate.acquire(1, key("c"))).rejects.toMatchObject({ code: "GATE_REJECTED" });
    expect(await gate.ask(1, key("c"))).toMatchObject(refusal);
    if (a.granted) a.release();
    expect(gate.tryAcquire(1, key("c")).granted).toBe(true);
    expect(["a", "b", "c"].map((name) => gate.has(name))).toEqual([false, true, true]);
    b.release();
    (await waiting).release();
    expect((gate as unknown as { snapshot(): object }).snapshot()).toMatchObject({ evicted: 1, noRoom: 3 });
  });

  it("looks at few gates for a new key, though very many are busy", () => {
    let looks = 0;
    const busy = (): Gate & { readonly isIdle: boolean } => ({
      tryAcquire: () => ({ granted: true, release: () => {} }),
      acquire: () => Promise.reject(new Error("not asked")),
      get isIdle() {
        looks += 1;
        return false;
      },
    });
    const gate = keyed(busy, { maxKeys: 1000 });
    for (let i = 0; i < 1000; i += 1) gate.tryAcquire(1, key(`client ${i}`));
    expect(gate.tryAcquire(1, key("new")).granted).toBe(false);
    expect([looks <= 20, gate.size]).toEqual([true, 1000]);
  });

  it("keeps nothing of a gate that could not be made, and of a key that is none", async () => {
    let fails = true;
    const gate = keyed(
      () => {
        if (fails) throw new Error("no settings for this tenant");
        return one();
      },
      { maxKeys: 1 },
    );
    expect(() => gate.tryAcquire(1, key("a"))).toThrow("no settings for this tenant");
    await expect(gate.acquire(1, key("a"))).rejects.toThrow("no settings for this tenant");
    fails = false;
    expect([gate.size, gate.tryAcquire(1, key("a")).granted]).toEqual([0, true]);
    expect(() => gate.tryAcquire(1, key(7 as never))).toThrow(
      "Cannot find the gate of the key 7: it must be a string",
    );
    expect(() => keyed(() => 7 as never, { maxKeys: 1 }).tryAcquire()).toThrow(/Cannot keep a key with 7/);
  });

  it("takes a request for the same key from within make", () => {
    let depth = 0;
    const gate = keyed(
      () => {
        depth += 1;
        if (depth === 1) gate.tryAcquire(1, key("a"));
        return one();
      },
      { maxKeys: 2 },
    );
    expect([gate.tryAcquire(1, key("a")).granted, gate.size]).toEqual([false, 1]);
  });

  it("tells the quota of a key, and does not make one by being asked", () => {
    const clock = new VirtualClock();
    const gate = keyed(() => tokenBucket({ capacity: 2, ratePerSecond: 1, clock }), { maxKeys: 9 });
    gate.tryAcquire(1, key("a"));
    expect([gate.quota("a"), gate.quota("b")]).toMatchObject([{ remaining: 1 }, undefined]);
    expect(gate.size).toBe(1);
    const plain = keyed(one, { maxKeys: 1 });
    plain.tryAcquire();
    expect(plain.quota()).toBeUndefined();
  });

  it("does not forget a gate whose waiter is between two lines", async () => {
    const down: Gate = {
      tryAcquire: () => ({ granted: false, reason: "down", retryAfterMs: undefined }),
      acquire: () => Promise.reject(new Error("down")),
    };
    const gate = keyed(() => withFallback(down, bulkhead({ capacity: 1 })), { maxKeys: 1 });
    const waits = gate.acquire(1, { key: "ann" });
    expect(gate.tryAcquire(1, { key: "bob" })).toMatchObject({ granted: false, cause: "overload" });
    expect(gate.has("ann")).toBe(true);
    (await waits).release();
    gate.tryAcquire(1, { key: "bob" });
    expect(gate.has("ann")).toBe(false);
  });

  it("refuses options that cannot work", () => {
    expect(() => keyed(one, { maxKeys: 0 })).toThrow("Cannot keep 0 keys: maxKeys must be an integer >= 1");
    expect(() => keyed(one, undefined as never)).toThrow(
      "Cannot give keyed no options: it takes { maxKeys }",
    );
    expect(() => keyed(7 as never, { maxKeys: 1 })).toThrow("Cannot make a gate for each key with 7");
    expect(() => keyed(one, { maxKeys: 1, keyOf: 7 as never })).toThrow(
      "Cannot find the key of a request with 7",
    );
    expect(() => keyed(one, 7 as never)).toThrow(TypeError);
  });
});
