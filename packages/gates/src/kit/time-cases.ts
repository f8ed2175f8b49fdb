// What a gate does when its clock does not, and over a long life.

import type { Permit } from "@sluice/core";
import { Bench, errorOf, expect, type GateCase, type GateSubject, messageOf, turns } from "./gate-subject.js";

export const timeCases: readonly GateCase[] = [
  { name: "grants nothing for a clock that is set back and forth again", run: grantsNothingTwice },
  { name: "is not held up for long by a clock that was set back", run: goesOn },
  { name: "is sound again after its clock has failed", run: survivesItsClock },
  { name: "counts right over a long life of requests, releases and signals", run: conserves },
];

async function grantsNothingTwice(subject: GateSubject): Promise<void> {
  const bench = new Bench(subject);
  bench.drain();
  for (let i = 0; i < 5; i += 1) {
    bench.clock.jump(-100);
    expect(bench.drain() === 0, `grants a permit because its clock was set back`);
    bench.clock.jump(100);
    expect(bench.drain() === 0, `grants a permit twice for the same time`);
  }
}

async function goesOn(subject: GateSubject): Promise<void> {
  const bench = new Bench(subject);
  bench.drain();
  const log: string[] = [];
  bench.wait(log, "served");
  bench.clock.jump(-900_000);
  for (let i = 0; i < 10 && log.length === 0; i += 1) {
    bench.restore();
    await turns();
  }
  expect(log.join() === "served", `serves nobody any more after its clock was set back: ${log.join()}`);
}

async function survivesItsClock(subject: GateSubject): Promise<void> {
  const bench = new Bench(subject);
  bench.drain();
  const log: string[] = [];
  bench.wait(log, "before");
  bench.clock.failWith(new Error("no battery"));
  const thrown = await errorOf(() => bench.gate.tryAcquire());
  expect(thrown === undefined || messageOf(thrown) === "no battery", `throws ${messageOf(thrown)}`);
  bench.wait(log, "during");
  await errorOf(() => bench.held.shift()?.release("ignored"));
  await turns();
  bench.clock.failWith(undefined);
  for (let i = 0; i < 10 && log.length < 2; i += 1) {
    bench.restore();
    await turns();
  }
  expect(log.length === 2, `leaves ${2 - log.length} waiting for ever after its clock has failed`);
  bench.restore();
  bench.drain();
  bench.restore();
  expect(bench.gate.tryAcquire().granted, `refuses although credit has come back after its clock has failed`);
}

async function conserves(subject: GateSubject): Promise<void> {
  const bench = new Bench(subject);
  const { held, gate } = bench;
  let granted = 0;
  const signals: AbortController[] = [];
  let waiting = 0;
  let wrong: string | undefined;
  const got = (permit: Permit): void => {
    granted += 1;
    held.push(permit);
  };
  const steps: readonly (() => void)[] = [
    () => {
      const answer = gate.tryAcquire();
      if (answer.granted) got(answer);
    },
    () => held.splice(Math.floor(random() * held.length), 1)[0]?.release(pick(OUTCOMES)),
    () => {
      const stop = new AbortController();
      signals.push(stop);
      waiting += 1;
      gate.acquire(1, { signal: stop.signal, criticality: pick(RANKS) }).then(
        (permit) => {
          waiting -= 1;
          got(permit);
        },
        (error: unknown) => {
          waiting -= 1;
          wrong ??= ["GATE_REJECTED", "gave up"].includes(messageOf(error)) ? undefined : messageOf(error);
        },
      );
    },
    () => pick(signals)?.abort(new Error("gave up")),
    () => bench.clock.advance(pick([1, 10, 300, 1000])),
    () => bench.clock.jump(pick([-50, 50])),
  ];
  let seed = 7;
  const random = (): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  for (let i = 0; i < 1000; i += 1) {
    pick(steps)();
    if (i % 3 === 0) await turns();
    for (const name of ["granted", "refused", "waiting", "misused"] as const) bench.count(name);
  }
  for (const stop of signals) stop.abort(new Error("gave up"));
  await turns();
  expect(waiting === 0, `lets ${waiting} wait although their signals have fired`);
  expect(wrong === undefined, `answers who waits with ${wrong}`);
  for (const permit of held.splice(0)) permit.release("ignored");
  await turns();
  const counted = bench.count("granted") ?? granted;
  expect(counted === granted, `says that it granted ${counted} permits, and has granted ${granted}`);
  expect((bench.count("misused") ?? 0) === 0, `counts a mistake where there was none`);
  expect((bench.count("waiting") ?? 0) === 0, `says that somebody waits where all are gone`);
  expect(bench.clock.pending === 0, `leaves ${bench.clock.pending} timers`);
}

const OUTCOMES = ["success", "failure", "ignored"] as const;
const RANKS = ["sheddable", "sheddablePlus", "critical", "criticalPlus"] as const;
