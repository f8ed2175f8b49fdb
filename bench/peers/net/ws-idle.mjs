// What a WebSocket costs by itself: connections of the same options that have said one word each and are silent.
import { connectRaw, serveRaw } from "./raw-socket.mjs";

export function serve() {
  return serveRaw({ hello: (socket) => socket.send("hello") });
}

export async function connectOne(port) {
  const socket = await connectRaw(port);
  const heard = new Promise((resolve) => socket.once("message", resolve));
  socket.send(JSON.stringify({ work: "hello" }));
  await heard;
  return socket;
}
