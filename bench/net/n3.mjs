// N3: items of 64 KiB, each of which is worth a message.
import { bytesRow } from "./bytes-row.mjs";

export const row = bytesRow({
  id: "N3",
  bytes: 64 * 1024,
  // raw-batched sends one item a message here, which is what ws-one would do.
  items: {
    ...{ "raw-batched": 5_000, sluice: 5_000, rsocket: 5_000 },
    ...{ grpc: 1_000, "socket.io": 2_000, capnweb: 500, "effect-rpc": 2_000 },
  },
  bar: 0.95,
});
