// N2: items of 1 KiB, of which many go into a message.
import { bytesRow } from "./bytes-row.mjs";

export const row = bytesRow({
  id: "N2",
  bytes: 1024,
  items: {
    ...{ "raw-batched": 400_000, sluice: 400_000, "ws-one": 40_000, rsocket: 40_000 },
    ...{ grpc: 20_000, "socket.io": 20_000, capnweb: 10_000, "effect-rpc": 40_000 },
  },
  bar: 0.75,
});
