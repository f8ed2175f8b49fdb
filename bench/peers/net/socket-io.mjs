// socket.io: events on a WebSocket (no polling first), one an item, calls by acknowledgement. With
// socket.io-msgpack-parser, which was faster here than its own parser of JSON. Nothing tells a sender that a receiver has enough: ours
// waits for the "drain" of the engine below, without which an endless stream would fill the server's memory.
import { once } from "node:events";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Server } from "socket.io";
import { io } from "socket.io-client";
import parser from "socket.io-msgpack-parser";
import { bytesSource, weighBytes } from "../../net/bytes.mjs";
import { makeItem, weigh } from "../../net/item.mjs";
import { StreamEnds } from "../../net/stream-ends.mjs";
import { workedOff } from "./worked-off.mjs";

/** Items in one turn of the event loop, and how many may wait in the engine. */
const BURST = 128;

export async function serve() {
  let produced = 0;
  const server = new Server({
    transports: ["websocket"],
    serveClient: false,
    parser,
    maxHttpBufferSize: 1e8,
  });
  server.on("connection", (socket) => {
    const ended = new Set();
    const send = async (id, items, itemAt) => {
      for (let index = 0; index < items && socket.connected && !ended.has(id); index += 1) {
        socket.emit("item", id, itemAt(index));
        if (index % BURST < BURST - 1) continue;
        // What the kernel takes at once is drained in the same turn, and nothing would ever be read.
        await nextTurn();
        while (socket.conn.writeBuffer.length > BURST) await once(socket.conn, "drain");
      }
    };
    socket.on("items", (id, items) =>
      send(id, items, (index) => {
        produced += 1;
        return makeItem(index);
      }),
    );
    socket.on("bytes", (id, { items, bytes }) => send(id, items, bytesSource(bytes)));
    socket.on("end", (id) => ended.add(id));
    socket.on("call", (index, answer) => answer(makeItem(index)));
    socket.conn.setMaxListeners(0);
  });
  server.listen(0, { host: "127.0.0.1" });
  server.httpServer.address() ?? (await once(server.httpServer, "listening"));
  return { port: server.httpServer.address().port, produced: () => produced };
}

export async function connect(port) {
  const socket = io(`ws://127.0.0.1:${port}`, { transports: ["websocket"], reconnection: false, parser });
  await new Promise((resolve, reject) => socket.once("connect", resolve).once("connect_error", reject));
  const listeners = new Map();
  socket.on("item", (id, item) => listeners.get(id)?.(item));
  let ids = 0;
  const open = (event, argument, onItem) => {
    ids += 1;
    const id = ids;
    listeners.set(id, onItem);
    socket.emit(event, id, argument);
    return () => listeners.delete(id) && socket.emit("end", id);
  };
  const total = (event, argument, items, weighItem) =>
    new Promise((resolve) => {
      const sum = { count: 0, weight: 0 };
      const close = open(event, argument, (item) => {
        sum.weight += weighItem(item);
        sum.count += 1;
        if (sum.count < items) return;
        close();
        resolve(sum);
      });
    });
  return {
    fetch: (items) => total("items", items, items, weigh),
    fetchBytes: (task) => total("bytes", task, task.items, weighBytes),
    fetchMany({ streams, items }) {
      const ends = new StreamEnds(streams);
      for (let stream = 0; stream < streams; stream += 1) {
        let left = items;
        const close = open("items", items, (item) => {
          ends.weight += weigh(item);
          ends.count += 1;
          left -= 1;
          if (left > 0) return;
          close();
          ends.end();
        });
      }
      return ends.finished;
    },
    call: (index) => socket.emitWithAck("call", index),
    count: (isOver) =>
      new Promise((resolve) => {
        let items = 0;
        const close = open("items", Number.MAX_SAFE_INTEGER, (item) => {
          weigh(item);
          items += 1;
          if ((items & 255) !== 0 || !isOver()) return;
          close();
          resolve(items);
        });
      }),
    consume: (items, step) =>
      new Promise((_, reject) => {
        open("items", items, workedOff(step, reject));
      }),
  };
}
