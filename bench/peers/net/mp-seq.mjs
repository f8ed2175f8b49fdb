// The best hand-written code we know of for this work: batches of msgpackr records whose structures are sent
// once a connection ("sequential"), on a raw WebSocket. It has no credit, no streams, no errors.
import { Packr, Unpackr } from "msgpackr";
import { makeItem, weigh } from "../../net/item.mjs";
import { sendPaced } from "../../net/paced-sender.mjs";
import { StreamEnds } from "../../net/stream-ends.mjs";
import { batches, connectRaw, fetchRaw, serveRaw } from "./raw-socket.mjs";

// Some 25 KB a message; 256 and 1,024 were no faster.
const BATCH = 512;

export function serve() {
  const packers = new WeakMap();
  const packerOf = (socket) => {
    if (!packers.has(socket)) packers.set(socket, new Packr({ sequential: true }));
    return packers.get(socket);
  };
  return serveRaw({
    items(socket, { items }) {
      const packer = packerOf(socket);
      return sendPaced(
        socket,
        batches(items, BATCH, makeItem, (batch) => packer.pack(batch)),
      );
    },
    stream(socket, { id, items }) {
      const packer = packerOf(socket);
      return sendPaced(
        socket,
        batches(items, BATCH, makeItem, (batch) => packer.pack([id, batch])),
      );
    },
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
  return {
    fetch: (items) => fetchRaw(socket, { work: "items", items }, receive),
    fetchMany: (task) => fetchManyRaw(socket, task, (message) => unpacker.unpack(message)),
  };
}

/** N5 on a raw socket: a request for each stream, then messages of [stream, items]. */
export async function fetchManyRaw(socket, { streams, items }, decode) {
  const ends = new StreamEnds(streams);
  const left = new Array(streams).fill(items);
  const onMessage = (message) => {
    const [id, batch] = decode(message);
    for (const item of batch) ends.weight += weigh(item);
    ends.count += batch.length;
    left[id] -= batch.length;
    if (left[id] === 0) ends.end();
  };
  socket.on("message", onMessage);
  for (let id = 0; id < streams; id += 1) socket.send(JSON.stringify({ work: "stream", id, items }));
  const result = await ends.finished;
  socket.off("message", onMessage);
  return result;
}
