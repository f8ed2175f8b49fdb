// Sluice by its public doors: a service in a worker thread and its client here. The same file is both sides.
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { map, range } from "@sluice/core";
import { defineService, stream, unchecked } from "@sluice/net";
import { connectPort, servePort } from "@sluice/net/port";
import { makeItem, weigh } from "../../net/item.mjs";

const service = defineService("bench", {
  items: stream({ input: unchecked(), output: unchecked() }),
  columns: stream({ input: unchecked(), output: unchecked(), codec: "columnar" }),
});

if (!isMainThread) {
  const produce = (count) => range(0, count).pipe(map(makeItem));
  servePort(parentPort, service, { items: produce, columns: produce });
}

/** Kept from run to run, as a service keeps its workers. */
let connected;

async function connect() {
  connected ??= connectPort(new Worker(new URL(import.meta.url)), service);
  return connected;
}

export const items = async (count) => weightOfAll((await connect()).items(count));

export const columns = async (count) => weightOfAll((await connect()).columns(count));

/** Never more than 256 items ahead of the consumer. */
export const windowed = async (count) => weightOfAll((await connect()).items(count, { window: 256 }));

function weightOfAll(flow) {
  return flow.reduce((weight, item) => weight + weigh(item), 0);
}
