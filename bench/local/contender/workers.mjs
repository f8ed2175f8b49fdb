// What is written by hand for "so many at once": sixteen loops that take from one generator.
import { CONCURRENCY, double } from "../work.mjs";

export async function mapAsync(items) {
  const source = range(items);
  let sum = 0;
  const work = async () => {
    for (const item of source) {
      const doubled = await double(item);
      sum += doubled;
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return sum;
}

function* range(items) {
  for (let i = 0; i < items; i += 1) yield i;
}
