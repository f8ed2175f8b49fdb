import { VirtualClock } from "@sluice/tck";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GateRejectedError } from "../gate/gate-rejected-error.js";
import { retryBudget } from "../rate/retry-budget.js";
import { type Call, Scope } from "./call-context.js";
import { deadline } from "./deadline.js";
import { retry, type RetryPolicy } from "./retry.js";
import { RetryError } from "./retry-error.js";

/** Fails with these, one after the other, and then succeeds; says when each attempt came and how it ended. */
async function play(errors: readonly unknown[], policy: RetryPolicy, deadlineMs?: number) {
  const clock = new VirtualClock();
  const at: number[] = [];
  const call = retry(
    ({ attempt }) => {
      at.push(clock.now());
      if (attempt <= errors.length) throw errors[attempt - 1];
      return "done";
    },
    { clock, backoff: { baseMs: 100, jitter: "none" }, ...policy },
  );
  let result: unknown;
  const context = deadlineMs === undefined ? undefined : deadline(deadlineMs, { clock });
  call(context).then(
    (value) => {
      result = value;
    },
    (error) => {
      result = error;
    },
  );
  await clock.advanceSettled(1_000_000);
  context?.close();
  expect(clock.pending).toBe(0);
  return { at, result };
}

const busy = (fields: object = {}): Error => Object.assign(new Error("busy"), fields);
const errors = (count: number): Error[] => Array.from({ length: count }, () => busy());

describe("retry", () => {
  it("waits twice as long each time, and hands on the result", async () => {
    expect(await play(errors(3), {})).toEqual({ at: [0, 100, 300, 700], result: "done" });
  });

  it("spreads the waits as its jitter says", async () => {
    const random = (): number => 0.5;
    for (const [jitter, at] of [
      ["full", [0, 50, 150, 350]],
      ["equal", [0, 75, 225, 525]],
      ["decorrelated", [0, 200, 550, 1125]],
    ] as const) {
      expect(await play(errors(3), { backoff: { baseMs: 100, jitter }, random })).toMatchObject({ at });
    }
  });

  it("waits as long as the error asks for, and its back-off besides", async () => {
    const gate = new GateRejectedError({ reason: "the breaker is open", retryAfterMs: 5000 });
    const { at, result } = await play([busy({ retryAfterMs: 1000 }), gate], {});
    expect({ at, result }).toEqual({ at: [0, 1100, 6300], result: "done" });
  });

  it("hands on an error after which no attempt helps, as it is", async () => {
    const hopeless = [
      busy({ doNotRetry: true }),
      busy({ retryable: false }),
      busy({ code: "GATE_REJECTED", cause: "cost" }),
      busy({ code: "GATE_REJECTED", cause: "budget" }),
    ];
    for (const error of hopeless) expect(await play([error], {})).toEqual({ at: [0], result: error });
    const client = busy({ status: 404 });
    const retryIf = (error: unknown): boolean => (error as { status?: number }).status !== 404;
    expect(await play([busy(), client], { retryIf })).toEqual({ at: [0, 100], result: client });
  });

  it("takes hints that make no sense for none", async () => {
    for (const error of [
      null,
      undefined,
      "text",
      busy({ retryAfterMs: Number.NaN }),
      busy({ retryAfterMs: -5 }),
    ]) {
      expect(await play([error], {})).toEqual({ at: [0, 100], result: "done" });
    }
  });

  it("gives up with the reason, the errors, and a word for the layers around it", async () => {
    const table: [RetryPolicy, unknown[], number | undefined, object][] = [
      [{ attempts: 2 }, errors(9), undefined, { end: "attempts", attempts: 2 }],
      [
        { budget: retryBudget({ capacity: 1, minPerSecond: 0, ratio: 0 }) },
        errors(9),
        undefined,
        { end: "budget", attempts: 2 },
      ],
      [{}, errors(9), 250, { end: "deadline", attempts: 2 }],
      [
        { maxRetryAfterMs: 500 },
        [busy(), busy({ retryAfterMs: 501 })],
        undefined,
        { end: "wait", attempts: 2, retryAfterMs: 501 },
      ],
    ];
    for (const [policy, failures, deadlineMs, wanted] of table) {
      const { result } = await play(failures, policy, deadlineMs);
      expect(result).toBeInstanceOf(RetryError);
      expect(result).toMatchObject({
        code: "RETRIES_SPENT",
        doNotRetry: true,
        cause: failures[1],
        ...wanted,
      });
      expect((result as RetryError).errors).toEqual(failures.slice(0, 2));
      expect((result as RetryError).message).toMatch(/^Gave up after 2 attempts \(.+\): busy$/);
    }
  });

  it("does not wait for an attempt that the deadline would cut off before it began", async () => {
    const { at, result } = await play(errors(9), { attempts: 9 }, 100);
    expect(at).toEqual([0]);
    expect(result).toMatchObject({ end: "deadline", attempts: 1 });
    expect((await play(errors(9), { attempts: 9 }, 101)).at).toEqual([0, 100]);
  });

  it("hands on the error as it is when there is one attempt only", async () => {
    const error = busy();
    expect(await play([error], { attempts: 1 })).toEqual({ at: [0], result: error });
  });

  it("keeps the first error and the last seven", async () => {
    const failures = Array.from({ length: 100 }, (_, index) => busy({ index }));
    const { result } = await play(failures, { attempts: 100, backoff: { capMs: 1 } });
    const kept = (result as RetryError).errors.map((error) => (error as { index?: number }).index);
    expect(kept).toEqual([0, 93, 94, 95, 96, 97, 98, 99]);
  });

  it("ends with what a callback throws", async () => {
    const thrown = new Error("callback");
    const boom = (): never => {
      throw thrown;
    };
    const budget = { tryAcquire: boom, acquire: boom };
    for (const policy of [{ retryIf: boom }, { onRetry: boom }, { random: boom }, { budget }]) {
      expect((await play(errors(1), policy)).result).toBe(thrown);
    }
    const clock = { now: () => 0, schedule: boom };
    await expect(retry(() => Promise.reject(busy()), { clock })()).rejects.toBe(thrown);
  });

  it("tells of each retry, and may be cancelled out of that", async () => {
    const clock = new VirtualClock();
    const stop = new AbortController();
    const events: object[] = [];
    const error = busy();
    const call = retry(() => Promise.reject(error), {
      clock,
      backoff: { jitter: "none" },
      onRetry: (event) => {
        events.push(event);
        if (event.attempt === 2) stop.abort("enough");
      },
    });
    const ended = expect(call({ signal: stop.signal })).rejects.toBe("enough");
    await clock.advanceSettled(100_000);
    await ended;
    expect(events).toEqual([
      { error, attempt: 1, waitMs: 100 },
      { error, attempt: 2, waitMs: 200 },
    ]);
    expect(clock.pending).toBe(0);
  });

  it("gives each permit of its budget back, with what came of the attempt", async () => {
    const outcomes: unknown[] = [];
    const permit = { granted: true, release: (outcome: unknown) => void outcomes.push(outcome) } as const;
    const budget = { tryAcquire: () => permit, acquire: () => Promise.resolve(permit) };
    await play(errors(2), { budget });
    expect(outcomes).toEqual(["failure", "success"]);
    const clock = new VirtualClock();
    const stop = new AbortController();
    const ended = retry(() => Promise.reject(busy()), { budget, clock })({ signal: stop.signal }).catch(
      () => {},
    );
    await clock.advanceSettled(0);
    stop.abort();
    await ended;
    expect(outcomes).toEqual(["failure", "success", "ignored"]);
  });

  it("does not grow the stack with attempts that fail at once", async () => {
    const { result } = await play(errors(3000), {
      attempts: 4000,
      budget: false,
      backoff: { baseMs: 0 },
    });
    expect(result).toBe("done");
  });

  it("refuses options that cannot work, by name", () => {
    const wrong = (policy: object, text: RegExp): void => {
      expect(() => retry(() => 1, policy)).toThrow(text);
    };
    for (const attempts of [0, 1.5, Number.NaN, "3"]) wrong({ attempts }, /^Cannot retry with .* attempts: /);
    wrong({ backoff: { baseMs: -1 } }, /baseMs/);
    wrong({ backoff: { jitter: "some" } }, /jitter/);
    wrong({ budget: {} }, /budget <object>: it must be a Gate/);
    wrong({ maxRetryAfterMs: -1 }, /maxRetryAfterMs/);
    wrong({ criticality: "urgent" }, /urgent/);
    wrong({ retryIf: 1 }, /takes a function/);
    wrong({ clock: {} }, /clock/);
    wrong(5 as never, /options 5/);
  });
});

describe("retries inside retries", () => {
  /** Three layers over a service that always fails; how often it was called. */
  async function storm(firsts: number, layers: (leaf: Call<never>, clock: VirtualClock) => Call<never>) {
    const clock = new VirtualClock();
    let calls = 0;
    const leaf = async (): Promise<never> => {
      calls += 1;
      throw busy();
    };
    const call = layers(leaf, clock);
    for (let i = 0; i < firsts; i += 1) {
      call().catch(() => {});
      await clock.advanceSettled(1);
    }
    await clock.advanceSettled(100_000);
    return calls;
  }

  it("ask for no more than a tenth beside first attempts, with one budget for all layers", async () => {
    const calls = await storm(500, (leaf, clock) => {
      const policy = { clock, budget: retryBudget({ ratio: 0.1, minPerSecond: 0, initial: 0, clock }) };
      // As layers do that do not know of one another: an error says nothing of the retries it has had.
      const forgetful = (call: Call<never>): Call<never> => {
        return (context) => call(context).catch(() => Promise.reject(busy()));
      };
      return retry(forgetful(retry(forgetful(retry(leaf, policy)), policy)), policy);
    });
    expect(calls).toBeGreaterThan(500);
    expect(calls).toBeLessThanOrEqual(550);
  });

  it("ask for no more with a budget for each layer, as only the innermost tries again", async () => {
    const calls = await storm(500, (leaf, clock) => {
      const policy = () => ({
        clock,
        budget: retryBudget({ ratio: 0.1, minPerSecond: 0, initial: 0, clock }),
      });
      return retry(retry(retry(leaf, policy()), policy()), policy());
    });
    expect(calls).toBeGreaterThan(500);
    expect(calls).toBeLessThanOrEqual(550);
  });

  it("do not multiply even without a budget", async () => {
    const policy = { attempts: 4, budget: false } as const;
    const calls = await storm(10, (leaf, clock) => {
      return retry(retry(retry(leaf, { ...policy, clock }), { ...policy, clock }), { ...policy, clock });
    });
    expect(calls).toBe(40);
  });

  it("stay within the budget whatever fails, however they are nested", async () => {
    const scenario = fc.record({
      layers: fc.integer({ min: 1, max: 4 }),
      tenths: fc.integer({ min: 0, max: 10 }),
      failing: fc.array(fc.boolean(), { minLength: 1, maxLength: 60 }),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ layers, tenths, failing }) => {
        const clock = new VirtualClock({ turns: 1 });
        const budget = retryBudget({ ratio: tenths / 10, minPerSecond: 0, initial: 0, clock });
        let calls = 0;
        let call: Call<void> = async (context) => {
          expect(context).toBeInstanceOf(Scope);
          const fails = failing[calls % failing.length];
          calls += 1;
          if (fails) throw busy();
        };
        for (let i = 0; i < layers; i += 1) call = retry(call, { budget, clock, backoff: { baseMs: 1 } });
        for (let i = 0; i < 20; i += 1) call().catch(() => {});
        await clock.advanceSettled(1000);
        expect(calls).toBeGreaterThanOrEqual(20);
        expect(calls).toBeLessThanOrEqual(20 + 2 * tenths);
        expect(clock.pending).toBe(0);
      }),
      { numRuns: 50 },
    );
  });
});
