// Times one function with tinybench: warm-up, then runs for a while; the figure of a process is the median of
// its runs. Times are the same for all contenders of a row, so that none gets more time to be compiled.
import { Bench } from "tinybench";

// Ten runs at least before the clock counts: V8 compiles beside the program, and on a busy machine the time alone
// was over before it had finished.
const FULL = { warmupTime: 300, warmupIterations: 10, time: 500, iterations: 7 };
const QUICK = { warmupTime: 20, warmupIterations: 1, time: 20, iterations: 1 };

/**
 * @param {() => Promise<void>} run does the work once and throws when its result is wrong
 * @param {{ quick: boolean, times?: typeof FULL }} settings quick: a smoke run, the figure means nothing
 * @returns {Promise<{ msPerRun: number, cpuMsPerRun: number, runs: number }>} median of the wall clock, mean of
 *   the CPU time of this process with its collector: what still tells something on a busy machine
 */
export async function measureRuns(run, { quick, times = FULL }) {
  let cpu = 0;
  const bench = new Bench({
    ...times,
    ...(quick ? QUICK : {}),
    throws: true,
    setup: (_task, mode) => {
      if (mode === "run") cpu = cpuMs();
    },
  });
  bench.add("run", run, { async: true });
  await bench.run();
  const { p50, samplesCount } = bench.tasks[0].result.latency;
  return { msPerRun: p50, cpuMsPerRun: (cpuMs() - cpu) / samplesCount, runs: samplesCount };
}

/** Milliseconds of CPU that this process has used, all its threads. */
export function cpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e3;
}
