// What most services do: one WebSocket message for each item, JSON.
import { makeItem, weigh } from "../../net/item.mjs";
import { sendPaced } from "../../net/paced-sender.mjs";
import { connectRaw, fetchRaw, serveRaw } from "./raw-socket.mjs";

export function serve() {
  return serveRaw((socket, items) => {
    let index = 0;
    return sendPaced(socket, () => (index < items ? JSON.stringify(makeItem(index++)) : undefined));
  });
}

export async function connect(port) {
  const socket = await connectRaw(port);
  return { fetch: (items) => fetchRaw(socket, items, receive) };
}

function receive(message, total) {
  total.weight += weigh(JSON.parse(message.toString()));
  total.count += 1;
}
