// What comes of permits.

import type { Permit, PermitOutcome } from "@sluice/core";
import { Bench, errorOf, expect, type GateCase, type GateSubject, messageOf } from "./gate-subject.js";

export const permitCases: readonly GateCase[] = [
  { name: "has its credit back once, however often a permit is released", run: releasesOnce },
  { name: "refuses an outcome that is none, and takes the right one afterwards", run: checksOutcomes },
  { name: "gives nothing for a release by a stranger", run: ignoresStrangers },
  { name: "takes every outcome", run: takesOutcomes },
];

/** Two gates, of which the second sees what must change nothing: both must have the same left. */
async function same(subject: GateSubject, change: (bench: Bench) => Promise<void>): Promise<void> {
  const [plain, changed] = [new Bench(subject), new Bench(subject)];
  for (const bench of [plain, changed]) bench.drain();
  await change(changed);
  changed.held.shift();
  plain.held.shift()?.release("ignored");
  const [expected, left] = [plain.drain(), changed.drain()];
  expect(left === expected, `grants ${left} permits after it, where ${expected} are right`);
}

async function releasesOnce(subject: GateSubject): Promise<void> {
  await same(subject, async (bench) => {
    const permit = bench.held[0] as Permit;
    permit.release("ignored");
    for (const outcome of [undefined, "failure", "ignored"] as const) {
      const error = await errorOf(() => permit.release(outcome));
      expect(messageOf(error) === "PERMIT_RELEASED", `answers a second release with ${messageOf(error)}`);
    }
    const misused = bench.count("misused");
    expect(misused === undefined || misused === 3, `counts ${misused} mistakes, not 3`);
  });
}

async function checksOutcomes(subject: GateSubject): Promise<void> {
  await same(subject, async (bench) => {
    const permit = bench.held[0] as Permit;
    const error = await errorOf(() => permit.release("done" as PermitOutcome));
    expect(error instanceof TypeError, `takes the outcome "done"`);
    permit.release("ignored");
    const misused = bench.count("misused");
    expect(misused === undefined || misused === 1, `counts ${misused} mistakes, not 1`);
  });
}

async function ignoresStrangers(subject: GateSubject): Promise<void> {
  await same(subject, async (bench) => {
    const permit = bench.held[0] as Permit;
    for (const stranger of [undefined, {}, Object.create(permit)]) {
      const error = await errorOf(() => permit.release.call(stranger));
      expect(error instanceof TypeError, `is released by a stranger`);
    }
    permit.release("ignored");
  });
}

async function takesOutcomes(subject: GateSubject): Promise<void> {
  for (const outcome of [undefined, "success", "failure", "ignored"] as const) {
    const bench = new Bench(subject);
    bench.drain();
    for (const permit of bench.held) permit.release(outcome);
  }
}
