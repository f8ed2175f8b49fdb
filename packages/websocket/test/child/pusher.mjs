// A server that sends without end to whoever connects, `naive` or by `sluice`, and tells its parent twenty times a second
// what it holds. To be started with an IPC channel.
import { fromIterable } from "@sluice/core";
import { socketSubscriber } from "@sluice/websocket";
import { WebSocketServer } from "ws";

const [mode] = process.argv.slice(2);
let produced = 0;

function* messages() {
  for (;;) yield String(produced++).padEnd(16_384);
}

const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
server.on("connection", (socket) => {
  if (mode === "sluice") {
    fromIterable(messages()).subscribe(socketSubscriber(socket, { highWaterMark: 65_536 }));
    return;
  }
  const source = messages();
  const push = () => {
    for (let n = 0; n < 8; n++) socket.send(source.next().value);
    if (socket.readyState === socket.OPEN) setImmediate(push);
  };
  push();
});
server.on("listening", () => process.send({ port: server.address().port }));
setInterval(() => {
  const { rss, arrayBuffers } = process.memoryUsage();
  const [socket] = server.clients;
  process.send({ rss, arrayBuffers, buffered: socket?.bufferedAmount ?? 0, produced });
}, 50);
process.on("disconnect", () => process.exit());
