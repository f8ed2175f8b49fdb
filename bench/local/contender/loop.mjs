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

/** L5: a ring of 256, filled again when 192 are free, drained in a microtask: the same contract as prefetch. */
export function boundary(items) {
  return new Promise((resolve) => {
    const ring = new Array(WINDOW).fill(0);
    let made = 0;
    let taken = 0;
    let sum = 0;
    const fill = () => {
      while (made < items && made - taken < WINDOW) {
        ring[made & (WINDOW - 1)] = made;
        made += 1;
      }
    };
    const drain = () => {
      const until = Math.min(made, taken + LOW_WATER);
      while (taken < until) {
        sum += ring[taken & (WINDOW - 1)];
        taken += 1;
      }
      fill();
      if (taken === items) resolve(sum);
      else queueMicrotask(drain);
    };
    fill();
    queueMicrotask(drain);
  });
}

/** L6: one item is made, worked on, and only then the next one. */
export async function slowConsumer(items, gauge) {
  let sum = 0;
  for (let i = 0; i < items; i += 1) {
    gauge.produce();
    await nextTurn();
    gauge.consume();
    sum += i;
  }
  return sum;
}
