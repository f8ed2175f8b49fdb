// Without its timeout, its percentiles and its groups, which the others do not have.
import CircuitBreaker from "opossum";
import { allRefused, call, oneByOne } from "../../gates/work.mjs";

const OPTIONS = {
  timeout: false,
  rollingCountTimeout: 10_000,
  rollingPercentilesEnabled: false,
  errorThresholdPercentage: 50,
  volumeThreshold: 10,
};

const closed = new CircuitBreaker(call, OPTIONS);
const opened = new CircuitBreaker(call, OPTIONS);

export const breaker = (items) => oneByOne(items, () => closed.fire());

export function open(items) {
  opened.open();
  return allRefused(items, () => opened.fire());
}
