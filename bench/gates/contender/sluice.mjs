// A process that has one kind of gate only is not a real one: each job runs all kinds through the same call site first.
import { bulkhead as makeBulkhead, circuitBreaker, keyed, tokenBucket, withPermit } from "@sluice/gates";
import { allRefused, keyOf, mixedKeys, oneByOne, together } from "../work.mjs";

const KEYS = 100_000;
const RATE = 1e9;

const makeBucket = () => tokenBucket({ capacity: RATE, ratePerSecond: RATE });
const makeBreaker = () => circuitBreaker({ window: { ms: 10_000 }, failureRate: 0.5, minimumCalls: 10 });

export const bucket = mixed(() => takeAndGiveBack(makeBucket()));

export const refused = mixed(() => {
  const gate = tokenBucket({ capacity: 1, ratePerSecond: 1e-6, initial: 0 });
  return (items) => {
    let count = 0;
    for (let i = 0; i < items; i += 1) if (!gate.tryAcquire().granted) count += 1;
    return count;
  };
});

export const bulkhead = mixed(() => takeAndGiveBack(makeBulkhead({ capacity: 16 })));

export const bulkheadCall = mixed(() => {
  const gate = makeBulkhead({ capacity: 16 });
  return (items) => oneByOne(items, (call) => withPermit(gate, call));
});

export const line = mixed(() => {
  const gate = makeBulkhead({ capacity: 16, maxWaiting: 10_000 });
  return (items) => together(items, (call) => withPermit(gate, call, { wait: true }));
});

export const breaker = mixed(() => {
  const gate = makeBreaker();
  return (items) => oneByOne(items, (call) => withPermit(gate, call));
});

export const open = mixed(() => {
  const gate = makeBreaker();
  gate.forceOpen();
  return (items) => allRefused(items, (call) => withPermit(gate, call));
});

export const byKey = mixed(() => {
  const gate = keyed(makeBucket, { maxKeys: KEYS });
  const keyAt = mixedKeys(KEYS);
  return (items) => {
    let granted = 0;
    for (let i = 0; i < items; i += 1) {
      const permit = gate.tryAcquire(1, { key: keyAt(i) });
      if (!permit.granted) continue;
      permit.release();
      granted += 1;
    }
    return granted;
  };
});

/** Keeps the gate alive beside what is counted: an array of a million places of its own would be counted too. */
export function keys(items) {
  const gate = keyed(() => tokenBucket({ capacity: 10, ratePerSecond: 5 }), { maxKeys: items });
  for (let i = 0; i < items; i += 1) gate.tryAcquire(1, { key: keyOf(i) });
  return { gate, length: items };
}

function takeAndGiveBack(gate) {
  return (items) => takeEach(gate, items);
}

function takeEach(gate, items) {
  let granted = 0;
  for (let i = 0; i < items; i += 1) {
    const permit = gate.tryAcquire();
    if (!permit.granted) continue;
    permit.release();
    granted += 1;
  }
  return granted;
}

/** The job, made once, in a process that has met the other kinds of gates before. */
function mixed(make) {
  let job;
  return async (items) => {
    if (job === undefined) {
      for (const gate of [makeBucket(), makeBulkhead({ capacity: 4 }), makeBreaker()]) {
        takeEach(gate, 20_000);
        await oneByOne(5_000, (call) => withPermit(gate, call));
      }
      job = make();
    }
    return job(items);
  };
}
