// Node's object streams with a high water mark of 256 on each side.
import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { CONCURRENCY, double, increment, isEven, nextTurn, WINDOW } from "../work.mjs";

export async function boundary(items) {
  let sum = 0;
  await pipeline(
    readRange(items, () => {}),
    new Writable({
      objectMode: true,
      highWaterMark: WINDOW,
      write(item, _encoding, done) {
        sum += item;
        done();
      },
    }),
  );
  return sum;
}

/** L1: its own `map` and `filter`, which call asynchronous functions. */
export async function mapFilterSum(items) {
  let sum = 0;
  const evens = readRange(items, () => {})
    .map(increment)
    .filter(isEven);
  for await (const item of evens) sum += item;
  return sum;
}

export async function mapAsync(items) {
  let sum = 0;
  const doubled = readRange(items, () => {}).map(double, { concurrency: CONCURRENCY });
  for await (const item of doubled) sum += item;
  return sum;
}

export async function slowConsumer(items, gauge) {
  let sum = 0;
  await pipeline(
    readRange(items, () => gauge.produce()),
    new Writable({
      objectMode: true,
      highWaterMark: WINDOW,
      write(item, _encoding, done) {
        nextTurn().then(() => {
          gauge.consume();
          sum += item;
          done();
        });
      },
    }),
  );
  return sum;
}

function readRange(items, onProduced) {
  let next = 0;
  return new Readable({
    objectMode: true,
    highWaterMark: WINDOW,
    read() {
      while (next < items) {
        onProduced();
        if (!this.push(next++)) return;
      }
      this.push(null);
    },
  });
}
