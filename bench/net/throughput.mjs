// One work of a contender, warm and then timed: what N1, N2, N3 and N5 have in common.
import { withPair } from "./pair.mjs";

const WARM_UP = { warmup: false, time: 800, iterations: 3 };
const MEASURE = { warmup: false, time: 1_500, iterations: 3 };

/**
 * @param {string} module the contender's
 * @param {{ work: string, task: unknown, items: number, weight: number, quick: boolean }} work what its connection is
 *   asked for each time, and the right answer
 * @returns wall clock, and CPU time of the busier process
 */
export function throughput(module, work) {
  return withPair(module, async ({ server, client }) => {
    await client.ask("measure", { ...work, times: WARM_UP });
    const before = [await server.ask("cpu"), await client.ask("cpu")];
    const { msPerRun, runs, firstOfLast } = await client.ask("measure", { ...work, times: MEASURE });
    const after = [await server.ask("cpu"), await client.ask("cpu")];
    const busier = Math.max(after[0] - before[0], after[1] - before[1]);
    const { items } = work;
    return {
      itemsPerSecond: (items / msPerRun) * 1e3,
      cpuPerItem: (busier * 1e6) / (items * runs),
      ...(firstOfLast === undefined ? {} : { firstOfLast }),
    };
  });
}
