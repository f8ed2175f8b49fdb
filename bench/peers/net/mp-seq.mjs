// The best hand-written code we know of for this work: batches of msgpackr records whose structures are sent
// once a connection ("sequential"), on a raw WebSocket. It has no credit, no streams, no errors.
import { Packr, Unpackr } from "msgpackr";
import { makeItem, weigh } from "../../net/item.mjs";
import { sendPaced } from "../../net/paced-sender.mjs";
import { batches, connectRaw, fetchRaw, serveRaw } from "./raw-socket.mjs";

// Some 25 KB a message; 256 and 1,024 were no faster.
const BATCH = 512;

export function serve() {
  const packers = new WeakMap();
  return serveRaw((socket, items) => {
    if (!packers.has(socket)) packers.set(socket, new Packr({ sequential: true }));
    const packer = packers.get(socket);
    return sendPaced(
      socket,
      batches(items, BATCH, makeItem, (batch) => packer.pack(batch)),
    );
  });
}

export async function connect(port) {
  const socket = await connectRaw(port);
  const unpacker = new Unpackr({ sequential: true, structures: [] });
  const receive = (message, total) => {
    const batch = unpacker.unpack(message);
    for (const item of batch) total.weight += weigh(item);
    total.count += batch.length;
  };
  return { fetch: (items) => fetchRaw(socket, items, receive) };
}
