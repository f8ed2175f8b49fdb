// A5: the step, and its right answer.

/** Some 0.1 ms of arithmetic that V8 cannot leave out. */
export function step(item) {
  let state = item + 1;
  for (let i = 0; i < 100_000; i++) state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
  return state & 1_023;
}

const known = [];

/** Sum of the results for 0 ... items - 1; reckoned once for as many items. */
export function sumOfSteps(items) {
  while (known.length < items) known.push(step(known.length));
  return known.slice(0, items).reduce((sum, result) => sum + result, 0);
}
