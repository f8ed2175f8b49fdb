// What every policy around a call owes to its caller, whatever it does: a row for each.

import { type Clock, TimeoutError } from "@sluice/core";
import { type Call, deadline, fallback, hedge, retry, timeout, type Work } from "@sluice/gates";
import { captureRejections, VirtualClock } from "@sluice/tck";
import { describe, expect, it } from "vitest";

type Wrap = (work: Work<string, [string]>, clock: Clock) => Call<string, [string]>;

const policies: Readonly<Record<string, Wrap>> = {
  retry: (work, clock) => retry(work, { attempts: 2, backoff: { baseMs: 50, jitter: "none" }, clock }),
  timeout: (work, clock) => timeout(work, 100, { clock }),
  hedge: (work, clock) => hedge(work, { afterMs: 50, clock }),
  fallback: (work) => fallback(work, (context, _error, text) => work(context, text)),
  "all of them": (work, clock) => {
    const attempt = hedge(timeout(work, 90, { clock }), { afterMs: 50, clock });
    const tried = retry(attempt, { attempts: 2, backoff: { baseMs: 50, jitter: "none" }, clock });
    return timeout(
      fallback(tried, () => "other"),
      400,
      { clock },
    );
  },
};

/** A signal that says how many listen. */
function counted(): { readonly stop: AbortController; readonly listeners: () => number } {
  const stop = new AbortController();
  const { signal } = stop;
  const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
  let count = 0;
  signal.addEventListener = (type: string, listener: EventListenerOrEventListenerObject) => {
    count += 1;
    add(type, listener);
  };
  signal.removeEventListener = (type: string, listener: EventListenerOrEventListenerObject) => {
    count -= 1;
    remove(type, listener);
  };
  return { stop, listeners: () => count };
}

/** Work that takes what it is told, by its clock, and does not look at its signal. */
function slow(clock: VirtualClock, ms: number): Work<string, [string]> {
  return async (_, text) => {
    await clock.sleep(ms);
    return text;
  };
}

for (const [name, wrap] of Object.entries(policies)) {
  describe(name, () => {
    it("passes on the arguments and the result", async () => {
      const clock = new VirtualClock();
      const answer = wrap((_, text) => text, clock)(undefined, "done");
      expect(await answer).toBe("done");
      expect(clock.pending).toBe(0);
    });

    it("takes any answer that has a then", async () => {
      const thenable: PromiseLike<string> = Promise.resolve("done");
      // biome-ignore lint/suspicious/noThenProperty: that is what it is about
      const work = (): PromiseLike<string> => ({ then: (...args) => thenable.then(...args) });
      expect(await wrap(work, new VirtualClock())(undefined, "")).toBe("done");
    });

    it("ends at once when its caller gives up, whether the work hears of it or not, and leaves nothing", async () => {
      for (const ms of [0, 20, 70]) {
        const { stop, listeners } = counted();
        const clock = new VirtualClock();
        const signals: AbortSignal[] = [];
        const call = wrap(({ signal }) => {
          signals.push(signal);
          return new Promise(() => {});
        }, clock);
        let ended: unknown;
        call({ signal: stop.signal }, "").catch((error) => {
          ended = error;
        });
        await clock.advanceSettled(ms);
        expect(ended).toBe(undefined);
        stop.abort("gave up");
        await clock.advanceSettled(0);
        expect(ended).toBe("gave up");
        expect(signals.map(({ reason }) => reason)).toEqual(signals.map(() => "gave up"));
        expect([listeners(), clock.pending]).toEqual([0, 0]);
      }
    });

    it("ends at once while it waits or does something else after a failure", async () => {
      const { stop, listeners } = counted();
      const clock = new VirtualClock();
      let calls = 0;
      const call = wrap(() => {
        calls += 1;
        if (calls === 1) throw new Error("first");
        return new Promise(() => {});
      }, clock);
      const ended = call({ signal: stop.signal }, "").catch((error: unknown) => error);
      await clock.advanceSettled(20);
      stop.abort("gave up");
      const error = await ended;
      expect(error === "gave up" || (error as Error).message === "first").toBe(true);
      expect([listeners(), clock.pending]).toEqual([0, 0]);
    });

    it("does not begin what nobody wants any more", async () => {
      const clock = new VirtualClock();
      let begun = 0;
      const call = wrap(() => {
        begun += 1;
        return "";
      }, clock);
      const spent = deadline(10, { clock });
      clock.advance(10);
      await expect(call({ remainingMs: () => 0 }, "")).rejects.toBeInstanceOf(TimeoutError);
      await expect(call({ remainingMs: () => Number.NaN }, "")).rejects.toBeInstanceOf(TimeoutError);
      await expect(call(spent, "")).rejects.toBeInstanceOf(TimeoutError);
      await expect(call({ signal: AbortSignal.abort("gone") }, "")).rejects.toBe("gone");
      expect(begun).toBe(0);
    });

    it("leaves no rejection unhandled, also of work that fails when nobody waits any more", async () => {
      const clock = new VirtualClock();
      const late: Work<string, [string]> = async () => {
        await clock.sleep(1000);
        throw new Error("late");
      };
      const stop = new AbortController();
      const unhandled = await captureRejections(async () => {
        const ended = wrap(late, clock)({ signal: stop.signal }, "").catch(() => {});
        stop.abort(new Error("gave up"));
        await clock.advanceSettled(5000);
        await ended;
      });
      expect(unhandled).toEqual([]);
    });

    it("takes what the work throws for a failure", async () => {
      const clock = new VirtualClock();
      const call = wrap(() => {
        throw Object.assign(new Error("no"), { doNotRetry: true });
      }, clock);
      const ended = call(undefined, "").catch((error: unknown) => (error as Error).message);
      await clock.advanceSettled(1000);
      expect(["no", "other"]).toContain(await ended);
    });

    it("refuses what is no context, and what is no work", async () => {
      const call = wrap(() => "", new VirtualClock());
      await expect(call(5 as never, "")).rejects.toThrow(/^Cannot call on behalf of 5: /);
      await expect(call({ signal: {} as AbortSignal }, "")).rejects.toThrow(TypeError);
      expect(() => wrap("work" as never, new VirtualClock())).toThrow(TypeError);
    });
  });
}

describe("policies around one another", () => {
  it("share what is left of the outermost time", async () => {
    const clock = new VirtualClock();
    const left: unknown[] = [];
    const inner = timeout((context) => left.push(context.remainingMs()), 1000, { clock });
    const outer = timeout(
      async (context) => {
        await clock.sleep(30);
        await retry(inner, { clock })(context);
        await hedge(inner, { afterMs: 10, clock })(context);
      },
      100,
      { clock },
    );
    const done = outer();
    await clock.advanceSettled(30);
    await done;
    expect(left).toEqual([70, 70]);
  });

  it("bring a slow answer in time, from the other attempt or the other place", async () => {
    const clock = new VirtualClock();
    const wrap = policies["all of them"] as Wrap;
    const log: string[] = [];
    for (const ms of [10, 60, 500]) {
      void wrap(slow(clock, ms), clock)(undefined, `${ms}`).then((text) =>
        log.push(`${text} at ${clock.now()}`),
      );
    }
    await clock.advanceSettled(1000);
    // 90 ms for an attempt, another one 50 ms behind it, 50 ms between the two tries.
    expect(log).toEqual(["10 at 10", "60 at 60", "other at 330"]);
    expect(clock.pending).toBe(0);
  });
});
