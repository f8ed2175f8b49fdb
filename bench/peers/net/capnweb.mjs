// Cap'n Web: methods of an object, and ReadableStreams that it hands over, with its own flow control. Its messages are
// JSON, and bytes in it base64.
import { newWebSocketRpcSession, RpcTarget } from "capnweb";
import { WebSocket, WebSocketServer } from "ws";
import { bytesSource, weighBytes } from "../../net/bytes.mjs";
import { makeItem, weigh } from "../../net/item.mjs";
import { StreamEnds } from "../../net/stream-ends.mjs";
import { connectRaw } from "./raw-socket.mjs";

// It takes the constants of the global class, which Node has from 22 on.
globalThis.WebSocket ??= WebSocket;

export async function serve() {
  let produced = 0;
  class Api extends RpcTarget {
    items(items) {
      return streamOf(items, (index) => {
        produced += 1;
        return makeItem(index);
      });
    }

    bytes({ items, bytes }) {
      return streamOf(items, bytesSource(bytes));
    }

    call(index) {
      return makeItem(index);
    }
  }
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
  server.on("connection", (socket) => newWebSocketRpcSession(socket, new Api()));
  await new Promise((resolve) => server.once("listening", resolve));
  return { port: server.address().port, produced: () => produced };
}

function streamOf(items, itemAt) {
  let index = 0;
  return new ReadableStream({
    pull(controller) {
      if (index === items) controller.close();
      else controller.enqueue(itemAt(index++));
    },
  });
}

export async function connect(port) {
  const api = newWebSocketRpcSession(await connectRaw(port));
  return {
    fetch: async (items) => total(await api.items(items), weigh),
    fetchBytes: async (task) => total(await api.bytes(task), weighBytes),
    async fetchMany({ streams, items }) {
      const ends = new StreamEnds(streams);
      const one = async () => {
        for await (const item of await api.items(items)) {
          ends.weight += weigh(item);
          ends.count += 1;
        }
        ends.end();
      };
      await Promise.all(Array.from({ length: streams }, one));
      return ends.finished;
    },
    call: (index) => api.call(index),
    async count(isOver) {
      let items = 0;
      for await (const item of await api.items(Number.MAX_SAFE_INTEGER)) {
        weigh(item);
        items += 1;
        if (isOver()) break;
      }
      return items;
    },
    async consume(items, step) {
      for await (const item of await api.items(items)) await step(item);
    },
  };
}

async function total(stream, weighItem) {
  const sum = { count: 0, weight: 0 };
  for await (const item of stream) {
    sum.weight += weighItem(item);
    sum.count += 1;
  }
  return sum;
}
