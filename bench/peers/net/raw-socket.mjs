// The two ends of a raw WebSocket that every hand-written contender shares: the client asks for some work in a
// message of JSON, the server's function of that name does it, the client's `receive` takes each message of it.
import { WebSocket, WebSocketServer } from "ws";

/**
 * @param {Record<string, (socket: WebSocket, task: object, onProduced: (count: number) => void) => unknown>} works
 */
export async function serveRaw(works) {
  let produced = 0;
  const onProduced = (count) => {
    produced += count;
  };
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
  server.on("connection", (socket) => {
    socket.on("message", (message) => {
      const task = JSON.parse(message.toString());
      works[task.work](socket, task, onProduced);
    });
  });
  await new Promise((resolve) => server.once("listening", resolve));
  return { port: server.address().port, produced: () => produced };
}

export async function connectRaw(port) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false });
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  return socket;
}

/**
 * Asks for items and adds them up as they come.
 *
 * @param {WebSocket} socket
 * @param {{ work: string, items: number }} task
 * @param {(message: Buffer, total: { count: number, weight: number }) => void} receive
 */
export function fetchRaw(socket, task, receive) {
  return new Promise((resolve) => {
    const total = { count: 0, weight: 0 };
    const onMessage = (message) => {
      receive(message, total);
      if (total.count < task.items) return;
      socket.off("message", onMessage);
      resolve(total);
    };
    socket.on("message", onMessage);
    socket.send(JSON.stringify(task));
  });
}

/** The items as encoded batches, made one by one when asked for; undefined after the last. */
export function batches(items, size, makeItem, encode) {
  let index = 0;
  return () => {
    if (index === items) return undefined;
    const batch = [];
    for (const end = Math.min(items, index + size); index < end; index += 1) batch.push(makeItem(index));
    return encode(batch);
  };
}
