// The floor: what a program would write by hand if it needed nothing but this one loop.
import { increment, isEven, LOW_WATER, nextTurn, WINDOW } from "../work.mjs";

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
