// Effect RPC (effect/rpc of effect 4.1, marked unstable there) over a WebSocket: streams go in arrays of items, each of
// which the client acknowledges. Tracing off, handlers side by side, SchemaBinary, which was faster here than JSON.
import { NodeSocketServer } from "@effect/platform-node-shared";
import { Effect, Layer, ManagedRuntime, Schema, Scope, Stream } from "effect";
import { Rpc, RpcClient, RpcGroup, RpcSerialization, RpcServer } from "effect/rpc";
import { Socket, SocketServer } from "effect/socket";
import { WebSocket } from "ws";
import { bytesSource, weighBytes } from "../../net/bytes.mjs";
import { makeItem, weigh } from "../../net/item.mjs";
import { StreamEnds } from "../../net/stream-ends.mjs";

const Item = Schema.Struct({
  id: Schema.Number,
  name: Schema.String,
  value: Schema.Number,
  tags: Schema.Array(Schema.String),
});

const Group = RpcGroup.make(
  Rpc.make("items", { payload: { items: Schema.Number, chunk: Schema.Number }, success: Item, stream: true }),
  Rpc.make("bytes", {
    payload: { items: Schema.Number, bytes: Schema.Number },
    success: Schema.Uint8Array,
    stream: true,
  }),
  Rpc.make("call", { payload: { index: Schema.Number }, success: Item }),
);

/** Items that a source has at a time: the library's own default, and for N6 few, as nobody can ask for less. */
const CHUNK = 4_096;
const SMALL_CHUNK = 16;

const Serialization = RpcSerialization.layerSchemaBinary({ maxFrameSize: "unbounded" });

export async function serve() {
  let produced = 0;
  const produce = (index) => {
    produced += 1;
    return makeItem(index);
  };
  const handlers = Group.toLayer({
    items: ({ items, chunk }) => Stream.range(0, items - 1, chunk).pipe(Stream.map(produce)),
    bytes: ({ items, bytes }) =>
      Stream.range(0, items - 1, bytes > 16_384 ? 32 : 1_024).pipe(Stream.map(bytesSource(bytes))),
    call: ({ index }) => Effect.succeed(makeItem(index)),
  });
  const options = { disableTracing: true, concurrency: "unbounded" };
  const runtime = ManagedRuntime.make(
    RpcServer.layer(Group, options).pipe(
      Layer.provide(handlers),
      Layer.provide(RpcServer.layerProtocolSocketServer),
      Layer.provide(Serialization),
      Layer.provideMerge(
        NodeSocketServer.layerWebSocket({ port: 0, host: "127.0.0.1", perMessageDeflate: false }),
      ),
    ),
  );
  const { address } = await runtime.runPromise(SocketServer.SocketServer);
  return { port: address.port, produced: () => produced };
}

export async function connect(port) {
  const socketConstructor = Layer.succeed(
    Socket.WebSocketConstructor,
    (url) => new WebSocket(url, { perMessageDeflate: false }),
  );
  const runtime = ManagedRuntime.make(
    RpcClient.layerProtocolSocket().pipe(
      Layer.provide(Serialization),
      Layer.provide(Socket.layerWebSocket(`ws://127.0.0.1:${port}`)),
      Layer.provide(socketConstructor),
    ),
  );
  const client = await runtime.runPromise(
    Effect.provideService(
      RpcClient.make(Group, { disableTracing: true }),
      ...[Scope.Scope, Scope.makeUnsafe()],
    ),
  );
  const run = (effect) => runtime.runPromise(effect);
  const total = async (stream, weighItem) => {
    const sum = { count: 0, weight: 0 };
    await run(
      Stream.runForEachArray(stream, (items) =>
        Effect.sync(() => {
          for (const item of items) sum.weight += weighItem(item);
          sum.count += items.length;
        }),
      ),
    );
    return sum;
  };
  return {
    fetch: (items) => total(client.items({ items, chunk: CHUNK }), weigh),
    fetchBytes: (task) => total(client.bytes(task), weighBytes),
    async fetchMany({ streams, items }) {
      const ends = new StreamEnds(streams);
      const one = async () => {
        const { count, weight } = await total(client.items({ items, chunk: CHUNK }), weigh);
        ends.count += count;
        ends.weight += weight;
        ends.end();
      };
      await Promise.all(Array.from({ length: streams }, one));
      return ends.finished;
    },
    call: (index) => run(client.call({ index })),
    async count(isOver) {
      let count = 0;
      await run(
        client.items({ items: Number.MAX_SAFE_INTEGER, chunk: CHUNK }).pipe(
          Stream.takeUntil(() => isOver()),
          Stream.runForEachArray((items) =>
            Effect.sync(() => {
              for (const item of items) weigh(item);
              count += items.length;
            }),
          ),
        ),
      );
      return count;
    },
    consume: (items, step) =>
      run(
        Stream.runForEach(client.items({ items, chunk: SMALL_CHUNK }), (item) =>
          Effect.promise(() => step(item)),
        ),
      ),
  };
}
