// What the language brings: async generators, one promise or more for each item and stage.
import { INNER, increment, isEven, nextTurn, steps } from "../work.mjs";

export async function mapFilterSum(items) {
  let sum = 0;
  for await (const item of filter(map(range(items), increment), isEven)) sum += item;
  return sum;
}

/** L5: a generator hands over item by item; there is no prefetch, each item crosses on its own. */
export async function boundary(items) {
  let sum = 0;
  for await (const item of range(items)) sum += item;
  return sum;
}

export async function slowConsumer(items, gauge) {
  let sum = 0;
  for await (const item of counted(range(items), gauge)) {
    await nextTurn();
    gauge.consume();
    sum += item;
  }
  return sum;
}

export async function tenMaps(items) {
  let sum = 0;
  for await (const item of steps.reduce(map, range(items))) sum += item;
  return sum;
}

export async function concatRanges(items) {
  let sum = 0;
  for await (const item of concatMap(range(items / INNER))) sum += item;
  return sum;
}

async function* concatMap(source) {
  for await (const item of source) yield* range(INNER, item);
}

async function* range(items, first = 0) {
  for (let i = first; i < first + items; i += 1) yield i;
}

async function* map(source, fn) {
  for await (const item of source) yield fn(item);
}

async function* filter(source, fn) {
  for await (const item of source) if (fn(item)) yield item;
}

async function* counted(source, gauge) {
  for await (const item of source) {
    gauge.produce();
    yield item;
  }
}
