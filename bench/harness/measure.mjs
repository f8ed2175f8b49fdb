// Times one function with tinybench: warm-up, then runs for a while; the figure of a process is the median of
// its runs. Times are the same for all contenders of a row, so that none gets more time to be compiled.
import { Bench } from "tinybench";

const FULL = { warmupTime: 300, warmupIterations: 3, time: 500, iterations: 5 };
const QUICK = { warmupTime: 20, warmupIterations: 1, time: 20, iterations: 1 };

/**
 * @param {() => Promise<void>} run does the work once and throws when its result is wrong
 * @param {{ quick: boolean, times?: typeof FULL }} settings quick: a smoke run, the figure means nothing
 * @returns {Promise<{ msPerRun: number, runs: number }>} median milliseconds of a run
 */
export async function measureRuns(run, { quick, times = FULL }) {
  const bench = new Bench({ ...times, ...(quick ? QUICK : {}), throws: true });
  bench.add("run", run, { async: true });
  await bench.run();
  const { p50, samplesCount } = bench.tasks[0].result.latency;
  return { msPerRun: p50, runs: samplesCount };
}
