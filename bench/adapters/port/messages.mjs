// What people write by hand over a port. The same file is both sides.
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { makeItem, weigh } from "../../net/item.mjs";

/** Items under way at most where the taker says how far it has come: at each quarter of them. */
const WINDOW = 1_024;

const ARRAY = 256;

/** Each item as soon as it is there: what is not taken yet waits in the port, without a bound. */
export const each = (items) => take(items, { items, limit: items, size: 1 });

/** Each item by itself, with a bound. */
export const acked = (items) => take(items, { items, limit: WINDOW, size: 1 });

/** Arrays of items, without a bound. */
export const arrays = (items) => take(items, { items, limit: items, size: ARRAY });

if (!isMainThread) serve(parentPort);

function serve(port) {
  let task;
  let made = 0;
  port.on("message", (message) => {
    if (message.items !== undefined) {
      task = message;
      made = 0;
    }
    const end = Math.min(task.items, (message.taken ?? 0) + task.limit);
    while (made < end) {
      if (task.size === 1) port.postMessage(makeItem(made++));
      else port.postMessage(Array.from({ length: Math.min(task.size, end - made) }, () => makeItem(made++)));
    }
  });
}

let worker;

async function take(items, task) {
  if (worker === undefined) {
    worker = new Worker(new URL(import.meta.url));
    worker.on("error", (error) => {
      throw error;
    });
  }
  let taken = 0;
  let said = 0;
  let weight = 0;
  return new Promise((resolve) => {
    const one = (item) => {
      weight += weigh(item);
      taken += 1;
    };
    const onMessage = (message) => {
      if (task.size === 1) one(message);
      else message.forEach(one);
      if (taken === items) {
        worker.off("message", onMessage);
        resolve(weight);
      } else if (taken - said >= task.limit / 4) {
        said = taken;
        worker.postMessage({ taken });
      }
    };
    worker.on("message", onMessage);
    worker.postMessage(task);
  });
}
