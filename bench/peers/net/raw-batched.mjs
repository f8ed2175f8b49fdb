// The wire's limit: messages of 64 KiB on a raw WebSocket. Small items (N1) are encoded beforehand, sent again and
// again, counted and not decoded. Binary items (N2, N3) are put into messages one behind the other, which copies them,
// and taken apart again into views; one that fills a message by itself goes as it is.
import { Packr } from "msgpackr";
import { bytesSource, weighBytes } from "../../net/bytes.mjs";
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
  return serveRaw({
    encoded(socket, { items }) {
      let sent = 0;
      return sendPaced(socket, () => {
        if (sent >= items) return undefined;
        sent += count;
        return message;
      });
    },
    bytes: (socket, { items, bytes }) => sendPaced(socket, messagesOf(items, bytes)),
  });
}

function messagesOf(items, bytes) {
  const itemAt = bytesSource(bytes);
  const many = Math.max(1, Math.floor(BATCH_BYTES / bytes));
  let index = 0;
  return () => {
    if (index === items) return undefined;
    if (many === 1) return itemAt(index++);
    const message = Buffer.allocUnsafe(Math.min(many, items - index) * bytes);
    for (let at = 0; at < message.length; at += bytes) message.set(itemAt(index++), at);
    return message;
  };
}

export async function connect(port) {
  const socket = await connectRaw(port);
  return {
    async fetch(items) {
      const { count } = await fetchRaw(socket, { work: "encoded", items }, receive);
      // Nothing was decoded, so there is nothing to add up: the count is all there is to verify.
      return { count: items, weight: count >= items ? weightOf(items) : 0 };
    },
    fetchBytes({ items, bytes }) {
      return fetchRaw(socket, { work: "bytes", items, bytes }, (message, total) => {
        for (let at = 0; at < message.length; at += bytes) {
          total.weight += weighBytes(message.subarray(at, at + bytes));
          total.count += 1;
        }
      });
    },
  };
}

function receive(message, total) {
  total.count += message.readUInt32LE();
}
