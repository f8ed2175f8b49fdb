// What a gate answers to who only tries.

import { Bench, errorOf, expect, type GateCase, type GateSubject, messageOf } from "./gate-subject.js";

export const answerCases: readonly GateCase[] = [
  { name: "grants what there is, then refuses with a reason and its cause", run: grantsThenRefuses },
  { name: "grants who comes back when told", run: keepsItsWord },
  { name: "grants again when credit has come back", run: grantsAgain },
  { name: "refuses for good what it can never grant", run: refusesForGood },
  { name: "refuses costs and criticalities that are none, and takes nothing for them", run: checksRequests },
  { name: "tells who looks at it what it has granted and refused", run: counts },
];

async function grantsThenRefuses(subject: GateSubject): Promise<void> {
  const bench = new Bench(subject);
  const count = bench.drain();
  expect(count === subject.grants, `grants ${count} permits, not ${subject.grants}`);
  const { reason, retryAfterMs, cause } = bench.refused();
  expect(typeof reason === "string" && reason !== "", `refuses without a reason`);
  expect(cause === subject.cause, `refuses with the cause ${cause}, not ${subject.cause}`);
  const sound = retryAfterMs === undefined || (retryAfterMs > 0 && retryAfterMs < Number.POSITIVE_INFINITY);
  expect(sound, `says to come back in ${retryAfterMs} ms`);
}

async function keepsItsWord(subject: GateSubject): Promise<void> {
  const bench = new Bench(subject);
  bench.drain();
  const { retryAfterMs } = bench.refused();
  if (retryAfterMs === undefined) return;
  bench.clock.advance(retryAfterMs);
  expect(bench.gate.tryAcquire().granted, `refuses who comes back after ${retryAfterMs} ms, as told`);
}

async function grantsAgain(subject: GateSubject): Promise<void> {
  const bench = new Bench(subject);
  for (let round = 0; round < 3; round += 1) {
    bench.drain();
    bench.restore();
    const answer = bench.gate.tryAcquire();
    expect(answer.granted, `refuses although credit has come back, for the ${round + 1}. time`);
    bench.held.push(answer);
  }
}

async function refusesForGood(subject: GateSubject): Promise<void> {
  const { impossible } = subject;
  if (impossible === undefined) return;
  const bench = new Bench(subject);
  const answer = bench.gate.tryAcquire(impossible);
  expect(!answer.granted && answer.cause === "cost", `does not refuse a cost of ${impossible} for good`);
  expect(answer.retryAfterMs === undefined, `says when to come back with a cost that it never grants`);
  const error = await errorOf(() => bench.gate.acquire(impossible));
  expect(messageOf(error) === "GATE_REJECTED", `lets wait for a cost of ${impossible}: ${messageOf(error)}`);
}

async function checksRequests(subject: GateSubject): Promise<void> {
  const bench = new Bench(subject);
  for (const cost of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, "1" as unknown as number]) {
    for (const ask of [() => bench.gate.tryAcquire(cost), () => bench.gate.acquire(cost)]) {
      expect((await errorOf(ask)) instanceof RangeError, `takes a cost of ${String(cost)}`);
    }
  }
  const request = { criticality: "urgent" as "critical" };
  for (const ask of [() => bench.gate.tryAcquire(1, request), () => bench.gate.acquire(1, request)]) {
    expect((await errorOf(ask)) instanceof TypeError, `takes a criticality that is none`);
  }
  const signal = 7 as unknown as AbortSignal;
  expect(
    (await errorOf(() => bench.gate.acquire(1, { signal }))) instanceof TypeError,
    `takes 7 as a signal`,
  );
  const count = bench.drain();
  expect(
    count === subject.grants,
    `has taken ${subject.grants - count} permits for requests that were wrong`,
  );
}

async function counts(subject: GateSubject): Promise<void> {
  const bench = new Bench(subject);
  if (bench.count("granted") === undefined) return;
  const { kind, name } = bench.gate as { kind?: string; name?: string };
  expect(kind === "gate" && typeof name === "string" && name !== "", `has the kind ${kind} and name ${name}`);
  bench.drain();
  const numbers = [bench.count("granted"), bench.count("refused"), bench.count("waiting")];
  expect(String(numbers) === `${subject.grants},1,0`, `counts ${numbers} as granted, refused, waiting`);
  bench.count("misused");
}
