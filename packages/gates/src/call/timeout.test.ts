import { TimeoutError } from "@sluice/core";
import { VirtualClock } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { deadline } from "./deadline.js";
import { timeout } from "./timeout.js";

/** A clock that jumps back after a while. */
function jumping(clock: VirtualClock, backMs: () => number) {
  return {
    now: () => clock.now() - backMs(),
    schedule: (ms: number, task: () => void) => clock.schedule(ms, task),
  };
}

describe("timeout", () => {
  it("fails in time, aborts the work with the same error, and leaves nothing", async () => {
    const clock = new VirtualClock();
    let reason: unknown;
    const call = timeout(
      ({ signal }) => {
        signal.addEventListener("abort", () => {
          reason = signal.reason;
        });
        return new Promise(() => {});
      },
      100,
      { clock },
    );
    let ended: unknown;
    call().catch((error) => {
      ended = error;
    });
    await clock.advanceSettled(99);
    expect(ended).toBe(undefined);
    await clock.advanceSettled(1);
    expect(ended).toBeInstanceOf(TimeoutError);
    expect(ended).toMatchObject({ code: "TIMEOUT", afterMs: 100 });
    expect(reason).toBe(ended);
    expect(clock.pending).toBe(0);
  });

  it("gives no more than its caller has, by the caller's word alone", async () => {
    const clock = new VirtualClock();
    const ended = timeout(() => new Promise(() => {}), 100, { clock })({ remainingMs: () => 30 }).catch(
      (e) => e,
    );
    await clock.advanceSettled(30);
    expect(await ended).toMatchObject({ afterMs: 30 });
  });

  it("leaves the end to its caller when the time is the caller's, and ends soon after when that does not", async () => {
    const clock = new VirtualClock();
    const inner = timeout(() => new Promise(() => {}), 100, { clock });
    const log: string[] = [];
    const told = (who: string) => (error: { readonly afterMs: number }) => {
      log.push(`${who} at ${clock.now()} after ${error.afterMs}`);
    };
    timeout((context) => inner(context).catch(told("inner")), 50, { clock })().catch(told("outer"));
    inner({ signal: new AbortController().signal, remainingMs: () => 60 }).catch(told("other"));
    await clock.advanceSettled(100);
    expect(log).toEqual(["inner at 50 after 50", "outer at 50 after 50", "other at 65 after 60"]);
    expect(clock.pending).toBe(0);
  });

  it("says what is left, and never more than was given when the clock goes back", async () => {
    const clock = new VirtualClock();
    let back = 0;
    const left: unknown[] = [];
    const call = timeout(
      async (context) => {
        left.push(context.remainingMs());
        await clock.sleep(40);
        left.push(context.remainingMs());
        back = 500;
        left.push(context.remainingMs());
        back = -500;
        left.push(context.remainingMs());
      },
      100,
      { clock: jumping(clock, () => back) },
    );
    const done = call();
    await clock.advanceSettled(40);
    await done;
    expect(left).toEqual([100, 60, 100, 0]);
  });

  it("refuses a time that is none", () => {
    for (const ms of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, "5"]) {
      expect(() => timeout(() => 1, ms as number)).toThrow(
        /^Cannot give timeout .* ms: it must be a number >= 1/,
      );
      expect(() => deadline(ms as number)).toThrow(/^Cannot give deadline .* ms: it must be a number >= 1/);
    }
  });
});

describe("deadline", () => {
  it("aborts in time, for all who have it", () => {
    const clock = new VirtualClock();
    const context = deadline(100, { clock });
    const { signal } = context;
    expect(context.signal).toBe(signal);
    clock.advance(60);
    expect([context.remainingMs(), signal.aborted]).toEqual([40, false]);
    clock.advance(40);
    expect([context.remainingMs(), signal.aborted]).toEqual([0, true]);
    expect(signal.reason).toMatchObject({ code: "TIMEOUT", afterMs: 100 });
  });

  it("has no timer until somebody looks at its signal, and none after it is closed", () => {
    const clock = new VirtualClock();
    {
      using context = deadline(100, { clock });
      expect(clock.pending).toBe(0);
      expect(context.signal.aborted).toBe(false);
      expect(clock.pending).toBe(1);
    }
    expect(clock.pending).toBe(0);
    const late = deadline(100, { clock });
    clock.advance(100);
    expect(late.signal.aborted).toBe(true);
    const closed = deadline(100, { clock });
    closed.close();
    clock.advance(100);
    expect([closed.signal.aborted, clock.pending]).toEqual([false, 0]);
  });

  it("ends with its parent, and has no more time", () => {
    const clock = new VirtualClock();
    const stop = new AbortController();
    const outer = deadline(100, { clock, parent: stop });
    const inner = deadline(500, { clock, parent: outer });
    expect(inner.remainingMs()).toBe(100);
    expect(inner.signal.aborted).toBe(false);
    stop.abort("gone");
    expect(inner.signal.reason).toBe("gone");
    expect(clock.pending).toBe(0);
    expect(deadline(10, { parent: outer }).signal.reason).toBe("gone");
    expect(() => deadline(10, { parent: 5 as never })).toThrow(TypeError);
  });

  it("aborts with what its clock throws", () => {
    const broken = {
      now: () => 0,
      schedule: () => {
        throw new Error("no timers");
      },
    };
    expect(deadline(10, { clock: broken }).signal.reason).toMatchObject({ message: "no timers" });
  });
});
