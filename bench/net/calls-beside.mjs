// How long small calls wait while large items come over the same connection.
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Fetches a large item `times` times, and meanwhile says hello each millisecond, one call after the other.
 *
 * @param {{ large: (bytes: number) => Promise<number>, hello: (n: number) => Promise<unknown> }} connection
 */
export async function callsBesideLargeItems(connection, { bytes, times }) {
  const waits = [];
  let ms = 0;
  // Once without looking: code is loaded and compiled.
  await connection.hello(0);
  await connection.large(bytes);
  for (let time = 0; time < times; time += 1) {
    let isGoing = true;
    const from = performance.now();
    const going = connection.large(bytes).finally(() => {
      ms += performance.now() - from;
      isGoing = false;
    });
    while (isGoing) {
      const asked = performance.now();
      await connection.hello(waits.length);
      waits.push(performance.now() - asked);
      await sleep(1);
    }
    const got = await going;
    if (got !== bytes) throw new Error(`wrong answer: an item of ${got} bytes, wanted ${bytes}`);
  }
  waits.sort((a, b) => a - b);
  const percentile = (share) => waits[Math.min(waits.length - 1, Math.floor(waits.length * share))];
  return {
    callP50: percentile(0.5),
    callP99: percentile(0.99),
    largePerSecond: (times * bytes) / 2 ** 20 / (ms / 1e3),
  };
}
