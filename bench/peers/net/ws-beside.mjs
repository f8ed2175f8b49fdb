// Streams batched by hand on one raw WebSocket, as one does it first: each message says whose it is. There is no
// demand on the wire, so a consumer that takes no more can only stop reading the socket, for everybody; and a
// large item is one message.
import { WebSocket, WebSocketServer } from "ws";
import { makeItem } from "../../net/item.mjs";
import { sendPaced } from "../../net/paced-sender.mjs";

const BATCH = 512;
const MOST_BYTES = 128 * 1024 * 1024;
const LARGEST = 64 * 1024 * 1024;

export async function serve() {
  const content = Buffer.alloc(LARGEST);
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
  server.on("connection", (socket) => {
    const ended = new Set();
    const answers = {
      items: ({ id }) => sendItems(socket, id, () => ended.has(id)),
      end: ({ id }) => ended.add(id),
      large: ({ bytes }) => socket.send(content.subarray(0, bytes)),
      hello: ({ id }) => socket.send(JSON.stringify({ id, items: [id] })),
    };
    socket.on("message", (message) => {
      const request = JSON.parse(message.toString());
      answers[request.kind](request);
    });
  });
  await new Promise((resolve) => server.once("listening", resolve));
  return { port: server.address().port };
}

function sendItems(socket, id, isEnded) {
  let index = 0;
  return sendPaced(socket, () => {
    if (isEnded() || socket.readyState !== socket.OPEN) return undefined;
    const items = [];
    for (const end = index + BATCH; index < end; index += 1) items.push(makeItem(index));
    return JSON.stringify({ id, items });
  });
}

export async function connect(port) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, {
    perMessageDeflate: false,
    maxPayload: MOST_BYTES,
  });
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  const listeners = new Map();
  let onLarge;
  let ids = 0;
  socket.on("message", (message, isBinary) => {
    if (isBinary) {
      onLarge(message.length);
      return;
    }
    const { id, items } = JSON.parse(message.toString());
    listeners.get(id)?.(items);
  });
  const ask = (kind, more) => {
    ids += 1;
    socket.send(JSON.stringify({ kind, id: ids, ...more }));
    return ids;
  };
  return {
    count(isOver) {
      return new Promise((resolve) => {
        let count = 0;
        const end = () => {
          clearInterval(timer);
          listeners.delete(id);
          ask("end", { id });
          resolve(count);
        };
        // Nothing may come at all.
        const timer = setInterval(() => isOver() && end(), 50);
        const id = ask("items");
        listeners.set(id, (items) => {
          count += items.length;
          if (isOver()) end();
        });
      });
    },
    stall() {
      return new Promise((resolve) => {
        const id = ask("items");
        listeners.set(id, () => {
          socket.pause();
          resolve();
        });
      });
    },
    large: (bytes) =>
      new Promise((resolve) => {
        onLarge = resolve;
        ask("large", { bytes });
      }),
    hello: () =>
      new Promise((resolve) => {
        const id = ask("hello");
        listeners.set(id, () => {
          listeners.delete(id);
          resolve(id);
        });
      }),
  };
}
