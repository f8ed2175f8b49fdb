import {
  type Gate,
  onDroppedError,
  type Permit,
  type PermitOutcome,
  type Rejected,
  TimeoutError,
} from "@sluice/core";
import { VirtualClock } from "@sluice/tck";
import { afterEach, describe, expect, it } from "vitest";
import { circuitBreaker } from "../breaker/circuit-breaker.js";
import { GateRejectedError } from "../gate/gate-rejected-error.js";
import { tokenBucket } from "../rate/token-bucket.js";
import { withPermit } from "./with-permit.js";

let restore: (() => void) | undefined;
afterEach(() => restore?.());

/** A gate that grants `places` at once, and writes down what became of each permit. */
class Noted implements Gate {
  readonly outcomes: (PermitOutcome | undefined)[] = [];
  readonly asked: unknown[] = [];
  out = 0;
  private readonly places: number;

  constructor(places = 10) {
    this.places = places;
  }

  tryAcquire(cost?: number, request?: object): Permit | Rejected {
    this.asked.push(cost, request);
    if (this.out === this.places) {
      return { granted: false, reason: "full", retryAfterMs: 7, cause: "concurrency" };
    }
    this.out += 1;
    const release = (outcome?: PermitOutcome): void => {
      this.out -= 1;
      this.outcomes.push(outcome);
    };
    return { granted: true, release };
  }

  acquire(cost?: number, request?: object): Promise<Permit> {
    return Promise.resolve(this.tryAcquire(cost, request) as Permit);
  }
}

const down = new Error("down");
const failing = (): Promise<never> => Promise.reject(down);

describe("withPermit", () => {
  it("answers with what the work does, and gives the permit back with what came of it", async () => {
    const gate = new Noted();
    expect(await withPermit(gate, () => Promise.resolve(5))).toBe(5);
    expect(await withPermit(gate, () => 6)).toBe(6);
    // biome-ignore lint/suspicious/noThenProperty: a promise of another library
    const thenable = { then: (resolve: (n: number) => void) => resolve(7) } as PromiseLike<number>;
    expect(await withPermit(gate, () => thenable)).toBe(7);
    await expect(withPermit(gate, failing)).rejects.toBe(down);
    const throwing = (): never => {
      throw down;
    };
    await expect(withPermit(gate, throwing)).rejects.toBe(down);
    expect([gate.outcomes, gate.out]).toEqual([["success", "success", "success", "failure", "failure"], 0]);
  });

  it("does not begin what is refused, and says why and when to come back", async () => {
    const gate = new Noted(0);
    let began = 0;
    const call = withPermit(gate, () => began++);
    await expect(call).rejects.toBeInstanceOf(GateRejectedError);
    await expect(call).rejects.toMatchObject({ message: "full", retryAfterMs: 7, cause: "concurrency" });
    expect(began).toBe(0);
  });

  it("waits for a permit when it is told to", async () => {
    const clock = new VirtualClock();
    const gate = tokenBucket({ capacity: 1, ratePerSecond: 1, initial: 0, clock });
    await expect(withPermit(gate, () => 1)).rejects.toMatchObject({ code: "GATE_REJECTED" });
    const waiting = withPermit(gate, () => clock.now(), { wait: true });
    await clock.advanceSettled(1000);
    expect(await waiting).toBe(1000);
  });

  it("asks a gate that many processes share for its decision", async () => {
    const gate = new Noted();
    const shared = Object.assign(gate, {
      ask: (cost?: number, request?: object) => Promise.resolve(gate.tryAcquire(cost, request)),
      tryAcquire: gate.tryAcquire.bind(gate),
    });
    expect(await withPermit(shared, () => 1, { cost: 3, key: "a" })).toBe(1);
    expect([gate.asked, gate.outcomes]).toEqual([[3, { criticality: undefined, key: "a" }], ["success"]]);
  });

  it("passes cost, criticality and key to the gate, and the signal to the work", async () => {
    const gate = new Noted();
    const { signal } = new AbortController();
    const seen = await withPermit(gate, (context) => context.signal, {
      cost: 2,
      criticality: "sheddable",
      key: "k",
      signal,
    });
    expect(seen).toBe(signal);
    expect(gate.asked[0]).toBe(2);
    expect(gate.asked[1]).toMatchObject({ criticality: "sheddable", key: "k" });
    const context = { signal, attempt: 3, remainingMs: () => 50 };
    const inherited = await withPermit(
      gate,
      ({ signal, attempt, remainingMs }) => [signal, attempt, remainingMs],
      { context },
    );
    expect(inherited.slice(0, 2)).toEqual([signal, 3]);
    const own = await withPermit(gate, (context) => [
      context.signal.aborted,
      context.attempt,
      context.remainingMs(),
    ]);
    expect(own).toEqual([false, 1, undefined]);
  });

  it("counts as neither what ended because its caller gave up, but for lack of time as a failure", async () => {
    const gate = new Noted();
    for (const reason of [new Error("gave up"), undefined, new TimeoutError("too late", 5)]) {
      const stop = new AbortController();
      const call = withPermit(
        gate,
        ({ signal }) =>
          new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
        { signal: stop.signal, outcomeOf: () => "failure" },
      );
      stop.abort(reason);
      await expect(call).rejects.toBe(stop.signal.reason);
    }
    const timedOut = AbortSignal.timeout(1);
    await expect(
      withPermit(
        gate,
        ({ signal }) =>
          new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
        {
          context: { signal: timedOut },
        },
      ),
    ).rejects.toMatchObject({ name: "TimeoutError" });
    expect(gate.outcomes).toEqual(["ignored", "ignored", "failure", "failure"]);
  });

  it("counts as a success what succeeds although its caller has gone", async () => {
    const gate = new Noted();
    const stop = new AbortController();
    const call = withPermit(gate, () => Promise.resolve(1), { signal: stop.signal });
    stop.abort();
    expect([await call, gate.outcomes]).toEqual([1, ["success"]]);
  });

  it("takes nothing for a caller who has gone, or goes while it waits", async () => {
    const gate = new Noted();
    const stop = new AbortController();
    const began = { count: 0 };
    const call = withPermit(gate, () => began.count++, { signal: stop.signal, wait: true });
    stop.abort(new Error("gave up")); // granted, and not yet heard
    await expect(call).rejects.toThrow("gave up");
    expect([gate.outcomes, gate.out]).toEqual([["ignored"], 0]);
    for (const wait of [true, false]) {
      await expect(withPermit(gate, () => began.count++, { signal: stop.signal, wait })).rejects.toThrow(
        "gave up",
      );
    }
    await expect(
      withPermit(gate, () => began.count++, { context: { signal: stop.signal }, wait: true }),
    ).rejects.toThrow("gave up");
    expect([began.count, gate.outcomes.length]).toEqual([0, 1]);
  });

  it("lets a user say what an answer or an error means", async () => {
    const gate = new Noted();
    const outcomeOf = (end: PromiseSettledResult<number>): PermitOutcome => {
      if (end.status === "rejected") return end.reason === down ? "ignored" : "failure";
      return end.value >= 500 ? "failure" : "success";
    };
    await withPermit(gate, () => 200, { outcomeOf });
    await withPermit(gate, () => 503, { outcomeOf });
    await withPermit<number>(gate, failing, { outcomeOf }).catch(() => {});
    expect(gate.outcomes).toEqual(["success", "failure", "ignored"]);
  });

  it("loses no result by a judgement that fails, and reports that", async () => {
    const dropped: unknown[] = [];
    restore = onDroppedError((error) => dropped.push(error));
    const gate = new Noted();
    const broken = (): PermitOutcome => {
      throw down;
    };
    expect(await withPermit(gate, () => 1, { outcomeOf: broken })).toBe(1);
    await expect(withPermit<number>(gate, failing, { outcomeOf: () => "odd" as "failure" })).rejects.toBe(
      down,
    );
    expect(gate.outcomes).toEqual(["success", "failure"]);
    expect(dropped.map(String)).toEqual([
      "Error: down",
      'TypeError: Cannot take "odd" of outcomeOf: it must be "success", "failure" or "ignored"',
    ]);
  });

  it("says nothing of a service that a gate within has kept the call from", async () => {
    const breaker = circuitBreaker({ consecutiveFailures: 1 });
    const full = new Noted(0);
    await expect(withPermit(breaker, () => withPermit(full, () => 1))).rejects.toThrow("full");
    expect([breaker.state, breaker.snapshot().out]).toEqual(["closed", 0]);
    await expect(withPermit(breaker, failing)).rejects.toBe(down);
    await expect(withPermit(breaker, failing)).rejects.toMatchObject({ cause: "open" });
  });

  it("answers with the error of a gate that throws, or of wrong arguments", async () => {
    const gate = new Noted();
    const wrong = (...args: unknown[]): Promise<unknown> =>
      (withPermit as (...args: unknown[]) => Promise<unknown>)(...args);
    const work = (): number => 1;
    await expect(wrong({}, work)).rejects.toThrow("Cannot call withPermit with <object>: it takes a gate");
    await expect(wrong(gate, 5)).rejects.toThrow("Cannot call withPermit with 5: it takes a function");
    await expect(wrong(gate, work, 5)).rejects.toThrow("Cannot give withPermit the options 5");
    await expect(wrong(gate, work, { signal: 5 })).rejects.toThrow("Cannot give withPermit the signal 5");
    await expect(wrong(gate, work, { outcomeOf: 5 })).rejects.toThrow(TypeError);
    await expect(wrong(gate, work, { context: 5 })).rejects.toThrow("Cannot call on behalf of 5");
    const { signal } = new AbortController();
    await expect(wrong(gate, work, { signal, context: {} })).rejects.toThrow("a signal and a context");
    expect(gate.out).toBe(0);
    await expect(wrong(circuitBreaker(), work, { cost: -1 })).rejects.toThrow(RangeError);
  });
});
