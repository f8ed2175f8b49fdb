// JSON again, but many items a message: what batching alone brings.
import { makeItem, weigh } from "../../net/item.mjs";
import { sendPaced } from "../../net/paced-sender.mjs";
import { fetchManyRaw } from "./mp-seq.mjs";
import { batches, connectRaw, fetchRaw, serveRaw } from "./raw-socket.mjs";

const BATCH = 512;

export function serve() {
  return serveRaw({
    items: (socket, { items }) => sendPaced(socket, batches(items, BATCH, makeItem, JSON.stringify)),
    stream: (socket, { id, items }) =>
      sendPaced(
        socket,
        batches(items, BATCH, makeItem, (batch) => JSON.stringify([id, batch])),
      ),
  });
}

export async function connect(port) {
  const socket = await connectRaw(port);
  return {
    fetch: (items) => fetchRaw(socket, { work: "items", items }, receive),
    fetchMany: (task) => fetchManyRaw(socket, task, (message) => JSON.parse(message.toString())),
  };
}

function receive(message, total) {
  const batch = JSON.parse(message.toString());
  for (const item of batch) total.weight += weigh(item);
  total.count += batch.length;
}
