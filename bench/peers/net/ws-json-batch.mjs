// JSON again, but many items a message: what batching alone brings.
import { makeItem, weigh } from "../../net/item.mjs";
import { sendPaced } from "../../net/paced-sender.mjs";
import { batches, connectRaw, fetchRaw, serveRaw } from "./raw-socket.mjs";

const BATCH = 512;

export function serve() {
  return serveRaw((socket, items) => sendPaced(socket, batches(items, BATCH, makeItem, JSON.stringify)));
}

export async function connect(port) {
  const socket = await connectRaw(port);
  return { fetch: (items) => fetchRaw(socket, items, receive) };
}

function receive(message, total) {
  const batch = JSON.parse(message.toString());
  for (const item of batch) total.weight += weigh(item);
  total.count += batch.length;
}
