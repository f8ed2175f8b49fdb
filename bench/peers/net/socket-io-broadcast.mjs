// N10 with socket.io: `io.emit` encodes a packet once for all clients in memory. Each item is a message to each; the
// server goes on when all have been handed to the kernel.
import { once } from "node:events";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Server } from "socket.io";
import { io } from "socket.io-client";
import parser from "socket.io-msgpack-parser";
import { makeItem, weigh } from "../../net/item.mjs";
import { connectMany } from "../../net/many.mjs";

const BURST = 16;

export async function serve() {
  const server = new Server({ transports: ["websocket"], serveClient: false, parser });
  let waiting = 0;
  server.on("connection", (socket) => {
    socket.on("broadcast", async (clients, items) => {
      waiting += 1;
      if (waiting < clients) return;
      waiting = 0;
      for (let index = 0; index < items; index += 1) {
        server.emit("item", makeItem(index));
        if (index % BURST < BURST - 1) continue;
        await nextTurn();
        const slow = [...server.sockets.sockets.values()].filter(({ conn }) => conn.writeBuffer.length > 0);
        await Promise.all(slow.map(({ conn }) => once(conn, "drain")));
      }
    });
  });
  server.listen(0, { host: "127.0.0.1" });
  if (server.httpServer.address() === null) await once(server.httpServer, "listening");
  return { port: server.httpServer.address().port };
}

export async function connect(port) {
  const clients = connectMany(async () => {
    const socket = io(`ws://127.0.0.1:${port}`, {
      ...{ transports: ["websocket"], reconnection: false, forceNew: true, parser },
    });
    await new Promise((resolve, reject) => socket.once("connect", resolve).once("connect_error", reject));
    return socket;
  });
  return {
    async broadcast({ clients: count, items }) {
      const total = { count: 0, weight: 0 };
      const one = (socket) =>
        new Promise((resolve) => {
          let left = items;
          socket.on("item", (item) => {
            total.weight += weigh(item);
            total.count += 1;
            left -= 1;
            if (left > 0) return;
            socket.off("item");
            resolve();
          });
          socket.emit("broadcast", count, items);
        });
      await Promise.all((await clients(count)).map(one));
      return total;
    },
  };
}
