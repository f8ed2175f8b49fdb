// A row of the G table: one job that every contender does in a process of its own, forked for each repetition.
import { fork } from "../harness/fork.mjs";

/** Where each contender stands and, if it is not the job's own name, which of its functions is meant. */
const CONTENDERS = {
  sluice: { module: "./contender/sluice.mjs" },
  "sluice-call": { module: "./contender/sluice.mjs", suffix: "Call" },
  cockatiel: { module: "../peers/gates/cockatiel.mjs" },
  opossum: { module: "../peers/gates/opossum.mjs" },
  "rate-limiter-flexible": { module: "../peers/gates/rate-limiter-flexible.mjs" },
  bottleneck: { module: "../peers/gates/bottleneck.mjs" },
  "p-limit": { module: "../peers/gates/p-limit.mjs" },
  none: { module: "./contender/none.mjs" },
};

/** The longest repetition takes some 10 s here; six times that is a contender that hangs. */
const TIMEOUT_MS = 60_000;

/**
 * @param {object} spec
 * @param {string} spec.id name of the row
 * @param {string} spec.title the work in one line
 * @param {string} spec.short the same for a chart, where there is less room
 * @param {string} spec.job function that every contender's module exports for this row
 * @param {number} spec.items permits, or keys, of one run
 * @param {Record<string, number>} [spec.itemsOf] fewer for contenders that would take minutes
 * @param {boolean} [spec.isHeld] the figure is what a key holds, not what a permit takes
 * @param {string[]} spec.contenders
 * @param {object[]} spec.bars
 */
export function gateRow({ itemsOf = {}, isHeld = false, ...spec }) {
  return {
    id: spec.id,
    title: spec.title,
    short: spec.short,
    metrics: isHeld ? ["bytesEach"] : ["nsPerItem", "cpuPerItem"],
    bars: spec.bars,
    contenders: spec.contenders.map((name) => ({ name, peer: CONTENDERS[name].module.includes("peers") })),
    async repeat({ name }, { quick }) {
      const { module, suffix = "" } = CONTENDERS[name];
      const items = Math.round((itemsOf[name] ?? spec.items) / (quick ? 10 : 1));
      const task = {
        module: new URL(module, import.meta.url).href,
        job: spec.job + suffix,
        items,
        expected: items,
        quick,
      };
      const worker = fork("local-worker.mjs", TIMEOUT_MS);
      const figures = await worker.ask(isHeld ? "measureHeld" : "measure", task, { last: true });
      return isHeld ? figures : { nsPerItem: figures.nsPerItem, cpuPerItem: figures.cpuPerItem };
    },
  };
}
