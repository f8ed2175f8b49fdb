// One work of a contender, warm and then timed: what N1, N2, N3, N5 and N10 have in common.
import { withPair } from "./pair.mjs";

const TIMES = {
  warmUp: { warmup: false, time: 800, iterations: 3 },
  measure: { warmup: false, time: 1_500, iterations: 3 },
};

/**
 * @param {string} module the contender's
 * @param {{ work: string, task: unknown, items: number, weight: number, quick: boolean }} work what its connection is
 *   asked for each time, and the right answer
 * @param {typeof TIMES} [times] where one time is long
 * @returns wall clock, CPU time of the busier process and that of the server
 */
export function throughput(module, work, times = TIMES) {
  return withPair(module, async ({ server, client }) => {
    await client.ask("measure", { ...work, times: times.warmUp });
    const before = [await server.ask("cpu"), await client.ask("cpu")];
    const { msPerRun, runs, firstOfLast } = await client.ask("measure", { ...work, times: times.measure });
    const after = [await server.ask("cpu"), await client.ask("cpu")];
    const used = [after[0] - before[0], after[1] - before[1]];
    const { items } = work;
    return {
      itemsPerSecond: (items / msPerRun) * 1e3,
      cpuPerItem: (Math.max(...used) * 1e6) / (items * runs),
      serverCpuPerItem: (used[0] * 1e6) / (items * runs),
      ...(firstOfLast === undefined ? {} : { firstOfLast }),
    };
  });
}
