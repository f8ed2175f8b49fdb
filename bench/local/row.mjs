// A row of the L table: one job that every contender does in a process of its own, forked for each repetition.
import { fork } from "../harness/fork.mjs";

/** Where each contender stands and, if it is not the job's own name, which of its functions is meant. */
const CONTENDERS = {
  loop: { module: "./contender/loop.mjs" },
  "loop-calls": { module: "./contender/loop-calls.mjs" },
  workers: { module: "./contender/workers.mjs" },
  "workers-plain": { module: "./contender/workers.mjs", job: "mapAsyncOfPlain" },
  sluice: { module: "./contender/sluice.mjs" },
  "sluice-subscribe": { module: "./contender/sluice.mjs", job: "hotToSubscribers" },
  "sluice-unordered": { module: "./contender/sluice.mjs", job: "mapAsyncUnordered" },
  "async-generator": { module: "./contender/async-generator.mjs" },
  "node-stream": { module: "./contender/node-stream.mjs" },
  "web-stream": { module: "./contender/web-stream.mjs" },
  most: { module: "../peers/local/most.mjs" },
  effect: { module: "../peers/local/effect.mjs" },
  "effect-arrays": { module: "../peers/local/effect.mjs", job: "boundaryOfArrays" },
  "effect-unordered": { module: "../peers/local/effect.mjs", job: "mapAsyncUnordered" },
  ix: { module: "../peers/local/ix.mjs" },
  xstream: { module: "../peers/local/xstream.mjs" },
  wonka: { module: "../peers/local/wonka.mjs" },
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
      peer: isPeer(name),
    })),
    /** Runs one repetition of one contender; answers its figures. */
    repeat({ name }, { quick }) {
      const items = Math.round((itemsOf[name] ?? spec.items) / (quick ? 10 : 1));
      const task = { items, expected: spec.expected(items), polluted, quick };
      return askWorker("measure", name, spec.job, task);
    },
  };
}

/** Asks one question of one contender, in a process of its own: see harness/local-worker.mjs. */
export function askWorker(question, contender, jobOfRow, task) {
  const { module, job = jobOfRow } = CONTENDERS[contender];
  const url = new URL(module, import.meta.url).href;
  return fork("local-worker.mjs", TIMEOUT_MS).ask(question, { ...task, module: url, job }, { last: true });
}

/** Whether a contender needs what is installed in bench/peers. */
export function isPeer(contender) {
  return CONTENDERS[contender].module.startsWith("../peers/");
}
