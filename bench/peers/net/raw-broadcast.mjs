// N10 by hand: each batch of msgpackr is made once and sent to all sockets, when the slowest has room for it. A batch
// brings its own record structures, as it is the same for all.
import { Packr, Unpackr } from "msgpackr";
import { makeItem, weigh } from "../../net/item.mjs";
import { connectMany } from "../../net/many.mjs";
import { batches, connectRaw, fetchRaw, serveRaw } from "./raw-socket.mjs";

const BATCH = 128;

export function serve() {
  const waiting = [];
  return serveRaw({
    async broadcast(socket, { clients, items }) {
      waiting.push(socket);
      if (waiting.length < clients) return;
      const sockets = waiting.splice(0);
      const packer = new Packr();
      const next = batches(items, BATCH, makeItem, (batch) => packer.pack(batch));
      for (let message = next(); message !== undefined; message = next()) {
        await Promise.all(sockets.map((to) => new Promise((resolve) => to.send(message, resolve))));
      }
    },
  });
}

export async function connect(port) {
  const clients = connectMany(() => connectRaw(port));
  const unpacker = new Unpackr();
  const receive = (message, total) => {
    const batch = unpacker.unpack(message);
    for (const item of batch) total.weight += weigh(item);
    total.count += batch.length;
  };
  return {
    async broadcast({ clients: count, items }) {
      const sockets = await clients(count);
      const task = { work: "broadcast", clients: count, items };
      const sums = await Promise.all(sockets.map((socket) => fetchRaw(socket, task, receive)));
      return {
        count: sums.reduce((sum, { count }) => sum + count, 0),
        weight: sums.reduce((sum, { weight }) => sum + weight, 0),
      };
    },
  };
}
