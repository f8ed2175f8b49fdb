// What those get who would rather wait.

import { Bench, errorOf, expect, type GateCase, type GateSubject, messageOf, turns } from "./gate-subject.js";

export const waitingCases: readonly GateCase[] = [
  { name: "lets two wait, and not one more", run: boundsItsLine },
  { name: "gives to who waits before who tries", run: isNotOvertaken },
  { name: "serves the more critical first", run: servesCriticalFirst },
  { name: "ends the waiting by a signal that fires before, while or after it waits", run: obeysSignals },
  { name: "holds nothing, and no timer, when all have given up or been served", run: leavesNothing },
];

async function boundsItsLine(subject: GateSubject): Promise<void> {
  const bench = new Bench(subject);
  bench.drain();
  let served = 0;
  const refused: unknown[] = [];
  for (let i = 0; i < 3; i += 1) {
    bench.gate.acquire().then(
      (permit) => {
        bench.held.push(permit);
        served += 1;
      },
      (error: unknown) => void refused.push(error),
    );
  }
  await turns();
  // Which of them is a matter of discipline.
  expect(refused.length === 1, `refuses ${refused.length} of three who wait where two may, not one`);
  const [error] = refused as [{ cause?: string }];
  expect(messageOf(error) === "GATE_REJECTED", `answers one too many with ${messageOf(error)}`);
  expect(error.cause === subject.cause, `tells one too many the cause ${error.cause}, not ${subject.cause}`);
  const length = bench.count("waiting");
  expect(length === undefined || length === 2, `says that ${length} wait, not 2`);
  await turns();
  for (let i = 0; i < MOST_ROUNDS && served < 2; i += 1) {
    bench.restore();
    await turns();
  }
  expect(served === 2, `serves ${served} of two who wait`);
}

async function isNotOvertaken(subject: GateSubject): Promise<void> {
  const bench = new Bench(subject);
  bench.drain();
  const log: string[] = [];
  bench.wait(log, "first");
  bench.refused();
  bench.restore();
  if (log.length === 0) bench.drain();
  await serveAll(bench, log, 1);
  expect(log[0] === "first", `does not serve who waits: ${log[0]}`);
}

async function servesCriticalFirst(subject: GateSubject): Promise<void> {
  const bench = new Bench(subject);
  bench.drain();
  const log: string[] = [];
  bench.wait(log, "batch", { criticality: "sheddable" });
  bench.wait(log, "user", { criticality: "criticalPlus" });
  await turns();
  if (log.length > 0) return; // it keeps credit for each criticality, and of these there was some left
  await serveAll(bench, log, 2);
  expect(log[0] === "user", `serves ${log.join(", ")}: the less critical first`);
}

async function obeysSignals(subject: GateSubject): Promise<void> {
  const bench = new Bench(subject);
  const stop = AbortSignal.abort(new Error("gave up"));
  const before = await errorOf(() => bench.gate.acquire(1, { signal: stop }));
  expect(messageOf(before) === "gave up", `lets one wait whose signal has fired: ${messageOf(before)}`);
  const count = bench.drain();
  expect(count === subject.grants, `has taken a permit for one whose signal had fired`);
  const log: string[] = [];
  const [early, late] = [new AbortController(), new AbortController()];
  bench.wait(log, "early", { signal: early.signal });
  bench.wait(log, "late", { signal: late.signal });
  early.abort(new Error("gave up"));
  await turns();
  expect(log.join() === "early: gave up", `answers a signal with ${log.join()}`);
  await serveAll(bench, log, 2);
  late.abort(new Error("too late"));
  await turns();
  expect(log.join() === "early: gave up,late", `takes a permit away again by a signal: ${log.join()}`);
}

async function leavesNothing(subject: GateSubject): Promise<void> {
  const bench = new Bench(subject);
  bench.drain();
  const log: string[] = [];
  const stop = new AbortController();
  const heard = listeners(stop.signal);
  bench.wait(log, "served", { signal: stop.signal, criticality: "criticalPlus" });
  bench.wait(log, "gone", { signal: stop.signal });
  await serveAll(bench, log, 1);
  stop.abort(new Error("gave up"));
  await turns();
  expect(log.length === 2, `lets ${2 - log.length} wait although the signal has fired`);
  for (const permit of bench.held.splice(0)) permit.release("ignored");
  await turns();
  expect(heard() === 0, `leaves ${heard()} listeners on a signal`);
  expect(bench.clock.pending === 0, `leaves ${bench.clock.pending} timers`);
  expect((bench.count("waiting") ?? 0) === 0, `says that somebody waits where all are gone`);
  const { isIdle = true } = bench.gate as { isIdle?: boolean };
  expect(isIdle, `is not idle although nobody waits and all permits are back`);
}

/** Brings credit until so many are served or gone. */
async function serveAll(bench: Bench, log: readonly string[], count: number): Promise<void> {
  await turns();
  for (let i = 0; i < MOST_ROUNDS && log.length < count; i += 1) {
    bench.restore();
    await turns();
  }
  expect(log.length >= count, `serves ${log.length} of ${count} who wait, however much credit comes`);
}

/** How many listeners a signal has that are neither called nor removed. */
function listeners(signal: AbortSignal): () => number {
  const open = new Set<unknown>();
  const wrapped = new Map<unknown, (event: Event) => void>();
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (type: string, listener: unknown, options?: unknown) => {
    open.add(listener);
    const heard = (event: Event): void => {
      open.delete(listener);
      (listener as (event: Event) => void).call(signal, event);
    };
    wrapped.set(listener, heard);
    addEventListener.call(signal, type, heard, options as AddEventListenerOptions);
  };
  signal.removeEventListener = (type: string, listener: unknown) => {
    open.delete(listener);
    removeEventListener.call(signal, type, wrapped.get(listener) as () => void);
  };
  return () => open.size;
}

const MOST_ROUNDS = 20;
