// A row of the L table: one job that every contender does in a process of its own, forked for each repetition.
import { fork } from "../harness/fork.mjs";

/** Where each contender stands and, if it is not the job's own name, which of its functions is meant. */
const CONTENDERS = {
  loop: { module: "./contender/loop.mjs" },
  "loop-calls": { module: "./contender/loop-calls.mjs" },
  sluice: { module: "./contender/sluice.mjs" },
  "async-generator": { module: "./contender/async-generator.mjs" },
  "node-stream": { module: "./contender/node-stream.mjs" },
  "web-stream": { module: "./contender/web-stream.mjs" },
  most: { module: "../peers/local/most.mjs" },
  effect: { module: "../peers/local/effect.mjs" },
  "effect-arrays": { module: "../peers/local/effect.mjs", job: "boundaryOfArrays" },
  "rsocket-flowable": { module: "../peers/local/rsocket-flowable.mjs" },
  rxjs: { module: "../peers/local/rxjs.mjs" },
};

// The longest repetition (Web streams in L5) takes some 5 s here; ten times that is a contender that hangs.
const TIMEOUT_MS = 60_000;

/**
 * @param {object} spec
 * @param {string} spec.id name of the row in bars.md
 * @param {string} spec.title the work in one line
 * @param {string} spec.job function that every contender's module exports for this row
 * @param {number} spec.items items of one run
 * @param {Record<string, number>} [spec.itemsOf] fewer items for contenders that would take minutes
 * @param {(items: number) => number} spec.expected the right answer
 * @param {boolean} [spec.polluted] run the other shapes first in the same process
 * @param {string[]} [spec.metrics] what to show, the first one is what the table is about
 * @param {string[]} spec.contenders
 * @param {object[]} spec.bars
 */
export function localRow({ metrics = ["nsPerItem", "cpuPerItem"], polluted = false, itemsOf = {}, ...spec }) {
  return {
    id: spec.id,
    title: spec.title,
    metrics,
    bars: spec.bars,
    contenders: spec.contenders.map((name) => ({
      name,
      peer: CONTENDERS[name].module.startsWith("../peers/"),
    })),
    /** Runs one repetition of one contender; answers its figures. */
    repeat({ name }, { quick }) {
      const { module, job = spec.job } = CONTENDERS[name];
      const items = Math.round((itemsOf[name] ?? spec.items) / (quick ? 10 : 1));
      const url = new URL(module, import.meta.url).href;
      const task = { module: url, job, items, expected: spec.expected(items), polluted, quick };
      return fork("local-worker.mjs", TIMEOUT_MS).ask("measure", task, { last: true });
    },
  };
}
