// N2 and N3: one stream of binary items of one size, as fast as it goes.
import { atLeast } from "../harness/bar.mjs";
import { weightOfBytes } from "./bytes.mjs";
import { contenders } from "./contenders.mjs";
import { throughput } from "./throughput.mjs";

const named = ["raw-batched", "sluice"];

/**
 * @param {{ id: string, bytes: number, items: Record<string, number>, bar: number }} row how many items each contender
 *   is asked for at a time, and how much of raw-batched Sluice must reach
 */
export function bytesRow({ id, bytes, items: amounts, bar }) {
  return {
    id,
    title: `one stream of binary items of ${bytes / 1024} KiB, two processes; CPU of the busier one`,
    short: `one stream of binary items of ${bytes / 1024} KiB`,
    metrics: ["mebibytesPerSecond", "cpuPerItem"],
    contenders: contenders(named, { fewer: Object.keys(amounts).filter((name) => !named.includes(name)) }),
    bars: [atLeast("mebibytesPerSecond", "sluice", bar, "raw-batched")],
    async repeat({ name, module }, { quick }) {
      const items = amounts[name] / (quick ? 10 : 1);
      const task = { items, bytes };
      const weight = weightOfBytes(items, bytes);
      const { itemsPerSecond, cpuPerItem } = await throughput(module, {
        ...{ work: "fetchBytes", task, items, weight, quick },
      });
      return { mebibytesPerSecond: (itemsPerSecond * bytes) / 2 ** 20, cpuPerItem };
    },
  };
}
