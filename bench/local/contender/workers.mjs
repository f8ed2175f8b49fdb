// What is written by hand for "so many at once": sixteen loops that take from one generator. An asynchronous one is
// what stands in for the source of a stream; a plain one has nothing to wait for, and is shown beside it as a floor.
import { CONCURRENCY, double } from "../work.mjs";

export async function mapAsync(items) {
  const source = asyncRange(items);
  let sum = 0;
  const work = async () => {
    for await (const item of source) {
      const doubled = await double(item);
      sum += doubled;
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return sum;
}

export async function mapAsyncOfPlain(items) {
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

async function* asyncRange(items) {
  for (let i = 0; i < items; i += 1) yield i;
}

function* range(items) {
  for (let i = 0; i < items; i += 1) yield i;
}
