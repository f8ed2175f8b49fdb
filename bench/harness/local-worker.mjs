// The process of one contender of an L row: pollutes if asked to, measures, answers.
import { Gauge } from "../local/gauge.mjs";
import { pollute } from "../local/shapes.mjs";
import { answer } from "./fork.mjs";
import { measureRuns } from "./measure.mjs";
import { heldBytes } from "./memory-log.mjs";

answer({
  /** Time, and the most items that lay between source and consumer. */
  async measure({ module, job, items, expected, polluted, quick }) {
    const contender = await import(module);
    if (polluted) await pollute(contender.runShape);
    const gauge = new Gauge();
    const run = () => runOnce(contender[job], items, expected, gauge);
    const { msPerRun, cpuMsPerRun } = await measureRuns(run, { quick });
    const [nsPerItem, cpuPerItem] = [msPerRun, cpuMsPerRun].map((ms) => (ms * 1e6) / items);
    return { nsPerItem, cpuPerItem, held: gauge.held };
  },

  /** How much more is held after `runs` runs than after the first ones, which V8 compiled. */
  async measureGrowth({ module, job, items, expected, runs }) {
    const { [job]: run } = await import(module);
    const gauge = new Gauge();
    for (let k = 0; k < WARM_UP; k += 1) await runOnce(run, items, expected, gauge);
    const before = heldBytes();
    for (let k = 0; k < runs; k += 1) await runOnce(run, items, expected, gauge);
    return { heapGrowth: Math.max(0, heldBytes() - before) };
  },

  /** What `count` results of the job hold, each. */
  async measureHeld({ module, job, items }) {
    const { [job]: make } = await import(module);
    make(WARM_UP); // what is loaded and compiled once does not count
    const before = heldBytes();
    const results = make(items);
    const bytesEach = (heldBytes() - before) / items;
    if (results.length !== items) throw new Error(`wrong answer: ${results.length} held, wanted ${items}`);
    return { bytesEach };
  },
});

const WARM_UP = 10;

async function runOnce(run, items, expected, gauge) {
  gauge.reset();
  const result = await run(items, gauge);
  if (result !== expected) throw new Error(`wrong answer: ${result}, wanted ${expected}`);
}
