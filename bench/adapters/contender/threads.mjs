// A5: threads are started once and kept, as a service keeps them: one stream goes on from run to run. To start one costs
// the time to load its modules, which is no matter of the step.
import { Worker } from "node:worker_threads";
import { map, range, unicast } from "@sluice/core";
import { offload } from "@sluice/node/threads";
import { add } from "../../local/work.mjs";
import { step } from "../thread/step.mjs";

export const here = (items) => range(0, items).pipe(map(step)).reduce(add, 0);

export const oneThread = offloaded(1);
export const twoThreads = offloaded(2);

/** All items are posted at once, each half to its thread: nothing bounds what waits, and nothing waits for it. */
export const twoByHand = byHand(2);

function offloaded(threads) {
  let stream;
  const open = (onResult) => {
    const hub = unicast({ capacity: 2 ** 14 });
    offload(hub, new URL("../thread/sluice-worker.mjs", import.meta.url), { threads }).forEach(onResult);
    return (item) => hub.tryEmit(item);
  };
  return (items) => {
    stream ??= new Run(open);
    return stream.sum(items);
  };
}

function byHand(threads) {
  let workers;
  const open = (onResult) => {
    const all = Array.from({ length: threads }, () => {
      return new Worker(new URL("../thread/hand-worker.mjs", import.meta.url)).on("message", onResult);
    });
    return (item) => all[item % threads].postMessage(item);
  };
  return (items) => {
    workers ??= new Run(open);
    return workers.sum(items);
  };
}

/** Sends items into something that stays open, and adds up as many results. */
class Run {
  constructor(open) {
    this.send = open((result) => this.take(result));
  }

  sum(items) {
    this.total = 0;
    this.left = items;
    for (let item = 0; item < items; item++) this.send(item);
    return new Promise((resolve) => {
      this.resolve = resolve;
    });
  }

  take(result) {
    this.total += result;
    this.left -= 1;
    if (this.left === 0) this.resolve(this.total);
  }
}
