// What runs first in a "polluted" row: pipelines of other shapes, so that V8's type feedback is as mixed as in
// a real service. Each shape is a list of stages with functions of its own and items of several kinds; each
// contender builds them with its own operators (`runShape`), so every contender is polluted alike. Some have the
// measured shape, one map and one filter, with other functions: a loop prepared for it must not stay unpolluted.

const map = (fn) => ({ kind: "map", fn });
const filter = (fn) => ({ kind: "filter", fn });
const scan = (fn, seed) => ({ kind: "scan", fn, seed });
const take = (count) => ({ kind: "take", count });

export const shapes = [
  [map((x) => x * 3), filter((x) => x % 2 === 1)],
  [map((x) => x / 4), filter((x) => x < 100)],
  [map((x) => ({ value: x })), filter((x) => x.value > 7)],
  [map((x) => `${x}`), filter((x) => x.endsWith("7"))],
  [map((x) => -x), filter((x) => x < -3)],
  [map((x) => x * 2), map((x) => x - 3)],
  [filter((x) => x > 10), filter((x) => x % 3 !== 0), map((x) => x + 0.5)],
  [map((x) => `item ${x}`), filter((x) => x.length > 6), map((x) => x.length)],
  [map((x) => ({ id: x, even: x % 2 === 0 })), filter((x) => x.even), map((x) => x.id)],
  [scan((sum, x) => sum + x, 0), map((x) => x % 1000)],
  [filter((x) => x % 2 === 1), scan((max, x) => Math.max(max, x), 0), take(700)],
  [take(900), map((x) => x / 7), filter((x) => x > 1), map((x) => Math.floor(x)), map((x) => x + 1)],
  [map((x) => x | 0), map((x) => x ^ 5), map((x) => x + 2), map((x) => x & 255), map((x) => x * 3)],
  [map((x) => [x, x + 1]), map((x) => x[0] + x[1])],
  [filter((x) => x !== 4), map((x) => (x % 5 === 0 ? null : x)), filter((x) => x !== null)],
];

const ITEMS = 1_000;
// Enough for V8 to compile every shape with its optimising compiler before the measured pipeline is built.
const ROUNDS = 60;

/**
 * Runs all shapes, taking turns.
 *
 * @param runShape builds and runs one shape over 0 ... items - 1; may answer a promise
 */
export async function pollute(runShape) {
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const shape of shapes) await runShape(shape, ITEMS);
  }
}
