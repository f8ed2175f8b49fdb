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

/** L2: ten stages with a function each, and their sum over 0 ... items - 1. */
export const steps = [
  (item) => item + 1,
  (item) => item + 2,
  (item) => item + 3,
  (item) => item + 4,
  (item) => item + 5,
  (item) => item + 6,
  (item) => item + 7,
  (item) => item + 8,
  (item) => item + 9,
  (item) => item + 10,
];
export const sumOfSteps = (items) => sumOfRange(items) + 55 * items;

/** L3: each outer item n makes the inner range n ... n + 999; the sum of all their items. */
export const INNER = 1_000;
export function sumOfRanges(items) {
  const outer = items / INNER;
  return INNER * sumOfRange(outer) + outer * sumOfRange(INNER);
}

/** L4: as many sources at once, each of them one part of 0 ... items - 1. */
export const SOURCES = 8;
export function partsOf(items) {
  const each = items / SOURCES;
  return Array.from({ length: SOURCES }, (_, index) => ({ first: index * each, count: each }));
}

/** L7: the asynchronous step, a promise that is resolved when it is made, and how many may be under way. */
export const CONCURRENCY = 16;
export const double = (item) => Promise.resolve(item * 2);
export const sumOfDoubles = (items) => 2 * sumOfRange(items);

/** L8: pipelines of one item each, through `increment` and `isEven`; every second item passes. */
export const sumOfOnes = sumOfEvens;

/** L9: who listens to one source. */
export const LISTENERS = 10;
export const sumOfListeners = (items) => LISTENERS * sumOfRange(items);

/** Items as an array, for libraries without a synchronous source that counts; made once, outside what is timed. */
export function arrayOf(items) {
  if (made.length !== items) made = Array.from({ length: items }, (_, item) => item);
  return made;
}
let made = [];
