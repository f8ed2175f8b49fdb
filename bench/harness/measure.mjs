// Times one function with tinybench: warm-up, then runs for a while; the figure of a process is the median of
// its runs. How long is one for all contenders of a row, so that none gets more time to be compiled.
import { Bench } from "tinybench";

const FULL = { warmupTime: 300, warmupIterations: 3, time: 500, iterations: 5 };
const QUICK = { warmupTime: 20, warmupIterations: 1, time: 20, iterations: 1 };

/**
 * @param {() => Promise<void>} run does the work once and throws when its result is wrong
 * @param {boolean} quick a smoke run: the figure means nothing
 * @returns {Promise<number>} median milliseconds of a run
 */
export async function measureRuns(run, quick) {
  const bench = new Bench({ ...(quick ? QUICK : FULL), throws: true });
  bench.add("run", run, { async: true });
  await bench.run();
  return bench.tasks[0].result.latency.p50;
}
