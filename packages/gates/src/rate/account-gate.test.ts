import { type Clock, type Gate, SluiceError } from "@sluice/core";
import { VirtualClock } from "@sluice/tck";
import { describe, expect, it } from "vitest";
import { retryBudget } from "./retry-budget.js";
import { tokenBucket } from "./token-bucket.js";

/** A gate that grants two permits, and another one each second; two may wait. */
type Make = (clock: Clock) => Gate;

const gates: Readonly<Record<string, Make>> = {
  tokenBucket: (clock) => tokenBucket({ capacity: 2, ratePerSecond: 1, maxWaiting: 2, clock }),
  retryBudget: (clock) => retryBudget({ capacity: 2, minPerSecond: 1, maxWaiting: 2, clock }),
};

function emptied(make: Make): { readonly gate: Gate; readonly clock: VirtualClock } {
  const clock = new VirtualClock();
  const gate = make(clock);
  expect([gate.tryAcquire().granted, gate.tryAcquire().granted]).toEqual([true, true]);
  return { gate, clock };
}

/** Says when each was answered, and how. */
function logged(clock: Clock, log: string[], name: string, work: Promise<unknown>): void {
  work.then(
    () => log.push(`${name} at ${clock.now()}`),
    (error) => log.push(`${name} refused at ${clock.now()}: ${error.code ?? error.message}`),
  );
}

for (const [name, make] of Object.entries(gates)) {
  describe(name, () => {
    it("grants what there is, refuses the rest, and says exactly when to come back", () => {
      const { gate, clock } = emptied(make);
      const refused = gate.tryAcquire();
      expect(refused).toMatchObject({ granted: false, retryAfterMs: 1000 });
      expect(refused).toHaveProperty("reason", expect.stringMatching(/^the .* is empty$/));
      clock.advance(250);
      expect(gate.tryAcquire()).toMatchObject({ granted: false, retryAfterMs: 750 });
      clock.advance(750);
      expect(gate.tryAcquire()).toMatchObject({ granted: true });
    });

    it("takes a cost all or nothing", () => {
      const { gate, clock } = emptied(make);
      clock.advance(1500);
      expect(gate.tryAcquire(2)).toMatchObject({ granted: false, retryAfterMs: 500 });
      expect(gate.tryAcquire(1.5)).toMatchObject({ granted: true });
    });

    it("lets as many wait as it says, in the order of coming, and not one more", async () => {
      const { gate, clock } = emptied(make);
      const log: string[] = [];
      logged(clock, log, "a", gate.acquire());
      logged(clock, log, "b", gate.acquire());
      const third = gate.acquire();
      await expect(third).rejects.toBeInstanceOf(SluiceError);
      await expect(third).rejects.toMatchObject({
        code: "GATE_REJECTED",
        message: expect.stringMatching(
          /^Cannot wait for the .*: 2 wait already, and 2 may; ask again later$/,
        ),
        retryAfterMs: 3000,
      });
      await clock.advanceSettled(10_000);
      expect(log).toEqual(["a at 1000", "b at 2000"]);
      expect(clock.pending).toBe(0);
    });

    it("is not overtaken by who only tries, however small", async () => {
      const { gate, clock } = emptied(make);
      const log: string[] = [];
      logged(clock, log, "large", gate.acquire(2));
      clock.advance(1000);
      expect(gate.tryAcquire(1)).toMatchObject({ granted: false, retryAfterMs: 2000 });
      await clock.advanceSettled(1000);
      expect(log).toEqual(["large at 2000"]);
    });

    it("ends the waiting by its signal, holds nothing, and serves who stands behind", async () => {
      const { gate, clock } = emptied(make);
      const log: string[] = [];
      const stop = new AbortController();
      logged(clock, log, "large", gate.acquire(2, { signal: stop.signal }));
      logged(clock, log, "small", gate.acquire(1));
      await clock.advanceSettled(1200);
      stop.abort(new Error("gave up"));
      await clock.advanceSettled(0);
      expect(log).toEqual(["large refused at 1200: gave up", "small at 1200"]);
      expect(clock.pending).toBe(0);
      await expect(gate.acquire(1, { signal: stop.signal })).rejects.toThrow("gave up");
    });

    it("gives to who waits before who tries when the timer is late", async () => {
      const clock = new VirtualClock();
      // A busy process: no timer fires.
      const gate = make({ now: () => clock.now(), schedule: () => () => {} });
      gate.tryAcquire(2);
      const log: string[] = [];
      logged(clock, log, "waiting", gate.acquire());
      clock.advance(1000);
      expect(gate.tryAcquire()).toMatchObject({ granted: false, retryAfterMs: 1000 });
      await clock.advanceSettled(0);
      expect(log).toEqual(["waiting at 1000"]);
    });
  });
}
