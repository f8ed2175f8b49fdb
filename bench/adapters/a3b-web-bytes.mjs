// A3b: reading a byte stream of the platform into buffers of one's own (BYOB), by hand and as a flow.
import { atLeast } from "../harness/bar.mjs";
import { adapterRow } from "./row.mjs";

const CHUNK = 64 * 1024;

export const row = adapterRow({
  id: "A3b",
  title: "Web streams of bytes: 64 MiB out of a byte stream, in chunks of 64 KiB",
  short: "a byte stream, read",
  module: "./contender/web-streams.mjs",
  contenders: { sluice: "flowOfBytes", "byob-reader": "byobReader", "for-await": "forAwaitBytes" },
  items: 1_024,
  itemBytes: CHUNK,
  expected: (items) => items * CHUNK,
  bars: [atLeast("mebibytesPerSecond", "sluice", 1, "for-await")],
});
