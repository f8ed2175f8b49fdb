// The wire's limit: batches of 64 KiB encoded beforehand, sent again and again, counted and not decoded.
import { Packr } from "msgpackr";
import { makeItem, weightOf } from "../../net/item.mjs";
import { sendPaced } from "../../net/paced-sender.mjs";
import { connectRaw, fetchRaw, serveRaw } from "./raw-socket.mjs";

const BATCH_BYTES = 64 * 1024;

export function serve() {
  const packer = new Packr({ sequential: true });
  const count = Math.floor(BATCH_BYTES / 48);
  const items = packer.pack(Array.from({ length: count }, (_, index) => makeItem(index)));
  const message = Buffer.alloc(4 + items.length);
  message.writeUInt32LE(count);
  items.copy(message, 4);
  return serveRaw((socket, wanted) => {
    let sent = 0;
    return sendPaced(socket, () => {
      if (sent >= wanted) return undefined;
      sent += count;
      return message;
    });
  });
}

export async function connect(port) {
  const socket = await connectRaw(port);
  return {
    async fetch(items) {
      const { count } = await fetchRaw(socket, items, receive);
      // Nothing was decoded, so there is nothing to add up: the count is all there is to verify.
      return { count: items, weight: count >= items ? weightOf(items) : 0 };
    },
  };
}

function receive(message, total) {
  total.count += message.readUInt32LE();
}
