// What most services do: one WebSocket message for each item, for each call and for each answer; JSON, or bytes as
// they are.
import { bytesSource, weighBytes } from "../../net/bytes.mjs";
import { makeItem, weigh } from "../../net/item.mjs";
import { sendPaced } from "../../net/paced-sender.mjs";
import { connectRaw, fetchRaw, serveRaw } from "./raw-socket.mjs";

export function serve() {
  return serveRaw({
    items(socket, { items }) {
      let index = 0;
      return sendPaced(socket, () => (index < items ? JSON.stringify(makeItem(index++)) : undefined));
    },
    bytes(socket, { items, bytes }) {
      const itemAt = bytesSource(bytes);
      let index = 0;
      return sendPaced(socket, () => (index < items ? itemAt(index++) : undefined));
    },
    call(socket, { id, index }) {
      socket.send(JSON.stringify({ id, item: makeItem(index) }));
    },
  });
}

export async function connect(port) {
  const socket = await connectRaw(port);
  return {
    fetch: (items) => fetchRaw(socket, { work: "items", items }, receive),
    fetchBytes: (task) => fetchRaw(socket, { work: "bytes", ...task }, receiveBytes),
    call: caller(socket),
  };
}

/** Calls wait under their number for the answer that bears it; the listener comes with the first call. */
function caller(socket) {
  const waiting = new Map();
  let calls = 0;
  const onMessage = (message) => {
    const { id, item } = JSON.parse(message.toString());
    waiting.get(id)(item);
    waiting.delete(id);
  };
  return (index) =>
    new Promise((resolve) => {
      if (calls === 0) socket.on("message", onMessage);
      calls += 1;
      waiting.set(calls, resolve);
      socket.send(JSON.stringify({ work: "call", id: calls, index }));
    });
}

function receive(message, total) {
  total.weight += weigh(JSON.parse(message.toString()));
  total.count += 1;
}

function receiveBytes(message, total) {
  total.weight += weighBytes(message);
  total.count += 1;
}
