// A row of the A table: one job that each contender does in a process of its own, forked for each repetition.
import { fork } from "../harness/fork.mjs";

/** The longest repetition takes some 5 s here; ten times that is a contender that hangs. */
const TIMEOUT_MS = 60_000;

/**
 * @param {object} spec
 * @param {string} spec.id name of the row
 * @param {string} spec.title the work in one line
 * @param {string} [spec.short] the same for a chart, where there is less room
 * @param {string} spec.module beside this file: exports a function for each contender
 * @param {Record<string, string | { job: string, isOther: boolean }>} spec.contenders the functions of `module` by the
 *   contender's name; `isOther`: no bar names it, so that it may run fewer times
 * @param {number} spec.items items of one run
 * @param {(items: number) => number} spec.expected the right answer
 * @param {number} [spec.itemBytes] size of an item, where the row is about bytes a second
 * @param {boolean} [spec.inSecond] the figure is items a second
 * @param {object[]} spec.bars
 */
export function adapterRow({ itemBytes, inSecond, ...spec }) {
  const contenders = Object.entries(spec.contenders).map(([name, given]) => ({
    name,
    peer: false,
    isOther: false,
    ...(typeof given === "string" ? { job: given } : given),
  }));
  const [metric, figure] = figureOf(itemBytes, inSecond);
  return {
    id: spec.id,
    title: spec.title,
    short: spec.short,
    metrics: [metric, "cpuPerItem"],
    bars: spec.bars,
    contenders,
    async repeat({ job }, { quick }) {
      const items = Math.round(spec.items / (quick ? 10 : 1));
      const module = new URL(spec.module, import.meta.url).href;
      const task = { module, job, items, expected: spec.expected(items), quick };
      const { nsPerItem, cpuPerItem } = await fork("local-worker.mjs", TIMEOUT_MS).ask("measure", task, {
        last: true,
      });
      return { [metric]: figure(nsPerItem), cpuPerItem };
    },
  };
}

/** What a row shows, and how it is reckoned from the time for an item. */
function figureOf(itemBytes, inSecond) {
  if (inSecond) return ["itemsPerSecond", (ns) => 1e9 / ns];
  if (itemBytes === undefined) return ["nsPerItem", (ns) => ns];
  return ["mebibytesPerSecond", (ns) => (itemBytes / ns) * (1e9 / 2 ** 20)];
}
