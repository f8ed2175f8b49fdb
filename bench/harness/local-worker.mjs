// The process of one contender of an L row: pollutes if asked to, measures, answers.
import { Gauge } from "../local/gauge.mjs";
import { pollute } from "../local/shapes.mjs";
import { answer } from "./fork.mjs";
import { measureRuns } from "./measure.mjs";

answer({
  async measure({ module, job, items, expected, polluted, quick }) {
    const contender = await import(module);
    if (polluted) await pollute(contender.runShape);
    const run = contender[job];
    const gauge = new Gauge();
    const { msPerRun, cpuMsPerRun } = await measureRuns(
      async () => {
        gauge.reset();
        const result = await run(items, gauge);
        if (result !== expected) throw new Error(`wrong answer: ${result}, wanted ${expected}`);
      },
      { quick },
    );
    const [nsPerItem, cpuPerItem] = [msPerRun, cpuMsPerRun].map((ms) => (ms * 1e6) / items);
    return { nsPerItem, cpuPerItem, held: gauge.held };
  },
});
