// gRPC over HTTP/2 by @grpc/grpc-js: messages of protobuf, one an item. Its streams are Node's, so that whoever writes
// waits for "drain", and HTTP/2's windows reach from one end to the other. Windows of 1 MiB instead of 64 KiB were
// what it is fastest with here; N6, where a window is what may lie about, has the default.
import grpc from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { fileURLToPath } from "node:url";
import { bytesSource, weighBytes } from "../../net/bytes.mjs";
import { makeItem, weigh } from "../../net/item.mjs";
import { StreamEnds } from "../../net/stream-ends.mjs";

const { Items } = grpc.loadPackageDefinition(
  loadSync(fileURLToPath(new URL("grpc-items.proto", import.meta.url)), {
    ...{ longs: Number, defaults: true, arrays: true },
  }),
).bench;

const OPTIONS = { "grpc-node.flow_control_window": 1024 * 1024, "grpc.max_receive_message_length": -1 };

export async function serve() {
  let produced = 0;
  const produce = (index) => {
    produced += 1;
    return makeItem(index);
  };
  const server = new grpc.Server(OPTIONS);
  server.addService(Items.service, {
    stream: (call) => writeAll(call, call.request.items, produce),
    bytes(call) {
      const itemAt = bytesSource(call.request.bytes);
      return writeAll(call, call.request.items, (index) => ({ content: itemAt(index) }));
    },
    call: (call, answer) => answer(null, makeItem(call.request.items)),
  });
  const port = await new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { port, produced: () => produced };
}

/** Writes until the stream's buffer is full, and goes on when it has been emptied. */
function writeAll(call, items, messageAt) {
  let index = 0;
  const go = () => {
    while (index < items && !call.cancelled) if (!call.write(messageAt(index++))) return;
    call.end();
  };
  call.on("drain", go);
  go();
}

export async function connect(port) {
  const client = new Items(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), OPTIONS);
  await new Promise((resolve, reject) =>
    client.waitForReady(Date.now() + 5_000, (error) => (error ? reject(error) : resolve())),
  );
  return {
    fetch: (items) => total(client.stream({ items }), weigh),
    fetchBytes: (task) => total(client.bytes(task), ({ content }) => weighBytes(content)),
    fetchMany: (task) => fetchMany(client, task),
    call: (index) =>
      new Promise((resolve, reject) => {
        client.call({ items: index }, (error, item) => (error ? reject(error) : resolve(item)));
      }),
    count: (isOver) => count(client, isOver),
    async consume(items, step) {
      const bounded = new Items(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
      for await (const item of bounded.stream({ items })) await step(item);
    },
  };
}

function total(call, weighMessage) {
  return new Promise((resolve, reject) => {
    const sum = { count: 0, weight: 0 };
    call.on("data", (message) => {
      sum.weight += weighMessage(message);
      sum.count += 1;
    });
    call.on("end", () => resolve(sum)).on("error", reject);
  });
}

async function fetchMany(client, { streams, items }) {
  const ends = new StreamEnds(streams);
  const failed = new Promise((_, reject) => {
    for (let id = 0; id < streams; id += 1) {
      const call = client.stream({ items });
      call.on("data", (item) => {
        ends.weight += weigh(item);
        ends.count += 1;
      });
      call.on("end", () => ends.end()).on("error", reject);
    }
  });
  return Promise.race([ends.finished, failed]);
}

function count(client, isOver) {
  return new Promise((resolve, reject) => {
    const call = client.stream({ items: Number.MAX_SAFE_INTEGER });
    let items = 0;
    call.on("data", (item) => {
      weigh(item);
      items += 1;
      if ((items & 255) !== 0 || !isOver()) return;
      call.cancel();
      resolve(items);
    });
    call.on("error", (error) => (error.code === grpc.status.CANCELLED ? undefined : reject(error)));
  });
}
