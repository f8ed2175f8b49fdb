// Calls that each bring one small item: one after the other, many at once, and beside a stream that takes all it gets.
import { setTimeout as sleep } from "node:timers/promises";
import { makeItem, weigh } from "./item.mjs";

/**
 * One call in flight, for so many milliseconds.
 *
 * @param {{ call: (index: number) => Promise<object> }} connection
 */
export async function callsAlone(connection, { ms }) {
  const waits = [];
  const until = performance.now() + ms;
  for (let asked = performance.now(); asked < until; ) {
    await callOnce(connection, waits.length);
    const answered = performance.now();
    waits.push(answered - asked);
    asked = answered;
  }
  const { p50, p99 } = percentiles(waits);
  return { callUs: p50 * 1e3, callUsP99: p99 * 1e3, calls: waits.length };
}

/** So many callers, each with one call in flight, for so many milliseconds. */
export async function callsAtOnce(connection, { ms, atOnce }) {
  let calls = 0;
  const from = performance.now();
  const caller = async () => {
    while (performance.now() - from < ms) await callOnce(connection, calls++);
  };
  await Promise.all(Array.from({ length: atOnce }, caller));
  return { calls, callsPerSecond: (calls * 1e3) / (performance.now() - from) };
}

/**
 * A call each millisecond, one after the other, while an endless stream brings what it can.
 *
 * @param {{ call: Function, count: (isOver: () => boolean) => Promise<number> }} connection
 */
export async function callsInFlood(connection, { ms }) {
  const waits = [];
  const from = performance.now();
  const isOver = () => performance.now() - from >= ms;
  const flood = connection.count(isOver);
  // The flood is under way before the first call is made.
  await sleep(Math.min(100, ms / 4));
  do {
    const asked = performance.now();
    await callOnce(connection, waits.length);
    waits.push(performance.now() - asked);
    await sleep(1);
  } while (!isOver());
  const items = await flood;
  if (items === 0) throw new Error("the stream beside the calls brought nothing");
  const { p50, p99 } = percentiles(waits);
  return { callP50: p50, callP99: p99, besidePerSecond: (items * 1e3) / (performance.now() - from) };
}

async function callOnce(connection, index) {
  const got = weigh(await connection.call(index));
  const wanted = weigh(makeItem(index));
  if (got !== wanted) throw new Error(`wrong answer: call ${index} weighs ${got}, wanted ${wanted}`);
}

function percentiles(waits) {
  waits.sort((a, b) => a - b);
  const at = (share) => waits[Math.min(waits.length - 1, Math.floor(waits.length * share))];
  return { p50: at(0.5), p99: at(0.99) };
}
