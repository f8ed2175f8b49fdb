// The floor: what a program would write by hand if it needed nothing but this one loop.
import {
  double,
  INNER,
  increment,
  isEven,
  LISTENERS,
  LOW_WATER,
  nextTurn,
  partsOf,
  steps,
  WINDOW,
} from "../work.mjs";

/** L1: V8 inlines all of it. */
export function mapFilterSum(items) {
  let sum = 0;
  for (let i = 0; i < items; i += 1) {
    const item = increment(i);
    if (isEven(item)) sum += item;
  }
  return sum;
}

/** L5: a ring of 256, topped up when 192 were taken, drained in a microtask: the same contract as prefetch. */
export async function boundary(items) {
  const ring = new Array(WINDOW).fill(0);
  let made = fill(ring, 0, Math.min(items, WINDOW));
  let sum = 0;
  for (let taken = 0; taken < items; ) {
    await undefined;
    const until = Math.min(made, taken + LOW_WATER);
    for (; taken < until; taken += 1) sum += ring[taken & (WINDOW - 1)];
    made = fill(ring, made, Math.min(items, taken + WINDOW));
  }
  return sum;
}

function fill(ring, from, to) {
  for (let item = from; item < to; item += 1) ring[item & (WINDOW - 1)] = item;
  return Math.max(from, to);
}

/** L6: one item is made, the consumer's function awaited, and only then the next one. */
export async function slowConsumer(items, gauge) {
  let sum = 0;
  const step = async (item) => {
    await nextTurn();
    gauge.consume();
    sum += item;
  };
  for (let i = 0; i < items; i += 1) {
    gauge.produce();
    await step(i);
  }
  return sum;
}

/** L2: V8 inlines all ten. */
export function tenMaps(items) {
  let sum = 0;
  for (let item = 0; item < items; item += 1) sum += j(i(h(g(f(e(d(c(b(a(item))))))))));
  return sum;
}
const [a, b, c, d, e, f, g, h, i, j] = steps;

export function concatRanges(items) {
  let sum = 0;
  for (let n = 0; n < items / INNER; n += 1) {
    for (let i = n; i < n + INNER; i += 1) sum += i;
  }
  return sum;
}

/** L4: one item of each in turn. */
export function mergeRanges(items) {
  const parts = partsOf(items);
  let sum = 0;
  for (let i = 0; i < parts[0].count; i += 1) {
    for (const { first } of parts) sum += first + i;
  }
  return sum;
}

/** L7: one at a time, which no pipeline with sixteen under way can do. */
export async function mapAsync(items) {
  let sum = 0;
  for (let i = 0; i < items; i += 1) sum += await double(i);
  return sum;
}

export function onePipelineEach(items) {
  let sum = 0;
  for (let i = 0; i < items; i += 1) {
    const item = increment(i);
    if (isEven(item)) sum += item;
  }
  return sum;
}

export function hotToMany(items) {
  const sums = new Array(LISTENERS).fill(0);
  const listeners = sums.map((_, index) => (item) => {
    sums[index] += item;
  });
  for (let i = 0; i < items; i += 1) {
    for (const listener of listeners) listener(i);
  }
  return sums.reduce((all, sum) => all + sum);
}
