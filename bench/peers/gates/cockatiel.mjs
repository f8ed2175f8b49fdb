import { bulkhead as makeBulkhead, circuitBreaker, handleAll, SamplingBreaker } from "cockatiel";
import { allRefused, oneByOne, together } from "../../gates/work.mjs";

const roomy = makeBulkhead(16, 0);
const lined = makeBulkhead(16, 10_000);
const closed = makeBreaker();
const isolated = makeBreaker();

export const bulkhead = (items) => oneByOne(items, (call) => roomy.execute(call));

export const line = (items) => together(items, (call) => lined.execute(call));

export const breaker = (items) => oneByOne(items, (call) => closed.execute(call));

export async function open(items) {
  const handle = isolated.isolate();
  const refused = await allRefused(items, (call) => isolated.execute(call));
  handle.dispose();
  return refused;
}

function makeBreaker() {
  return circuitBreaker(handleAll, {
    halfOpenAfter: 10_000,
    breaker: new SamplingBreaker({ threshold: 0.5, duration: 10_000, minimumRps: 1 }),
  });
}
