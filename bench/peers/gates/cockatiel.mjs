// As ours, a process that has used its kinds of policies before one of them is measured.
import { bulkhead as makeBulkhead, circuitBreaker, handleAll, SamplingBreaker } from "cockatiel";
import { allRefused, oneByOne, together } from "../../gates/work.mjs";

const roomy = makeBulkhead(16, 0);
const lined = makeBulkhead(16, 10_000);
const closed = makeBreaker();
const isolated = makeBreaker();

export const bulkhead = mixed((items) => oneByOne(items, (call) => roomy.execute(call)));

export const line = mixed((items) => together(items, (call) => lined.execute(call)));

export const breaker = mixed((items) => oneByOne(items, (call) => closed.execute(call)));

export const open = mixed(async (items) => {
  const handle = isolated.isolate();
  const refused = await allRefused(items, (call) => isolated.execute(call));
  handle.dispose();
  return refused;
});

function makeBreaker() {
  return circuitBreaker(handleAll, {
    halfOpenAfter: 10_000,
    breaker: new SamplingBreaker({ threshold: 0.5, duration: 10_000, minimumRps: 1 }),
  });
}

function mixed(job) {
  let isWarm = false;
  return async (items) => {
    for (const policy of isWarm ? [] : [roomy, makeBreaker()]) {
      await oneByOne(5_000, (call) => policy.execute(call));
    }
    isWarm = true;
    return job(items);
  };
}
