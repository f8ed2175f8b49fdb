// The work of the L rows and its right answers, written once: every contender calls these very functions, so
// that a difference between contenders is never a difference in the work.

/** One source, two stages and a sum: what L1, L1m and L1b run. */
export const increment = (item) => item + 1;
export const isEven = (item) => item % 2 === 0;
export const add = (sum, item) => sum + item;

/** Sum of `increment` then `isEven` over 0 ... items - 1: 2 + 4 + ... + items. */
export function sumOfEvens(items) {
  const count = Math.floor(items / 2);
  return count * (count + 1);
}

/** Sum of 0 ... items - 1. */
export function sumOfRange(items) {
  return (items * (items - 1)) / 2;
}

/** Demand of L1b: the first grant, and what is granted again each time as much was taken. */
export const WINDOW = 256;
export const LOW_WATER = 192;

/** The slow step of L6: an item takes one turn of the event loop. */
export const nextTurn = () => new Promise((resolve) => setImmediate(resolve));
