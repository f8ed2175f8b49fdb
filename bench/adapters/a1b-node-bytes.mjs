// A1b: the bytes of a file, and bytes that are there already, from a Readable to a Writable of Node.
import { atLeast } from "../harness/bar.mjs";
import { adapterRow } from "./row.mjs";

const CHUNK = 64 * 1024;

export const row = adapterRow({
  id: "A1b",
  title: "Node streams of bytes: 64 MiB in chunks of 64 KiB, out of memory and out of a file",
  short: "Readable to Writable, bytes",
  module: "./contender/node-streams.mjs",
  contenders: {
    sluice: "flowBytes",
    pipeline: "pipelineBytes",
    "sluice-file": "flowFile",
    "pipeline-file": "pipelineFile",
  },
  items: 1_024,
  itemBytes: CHUNK,
  expected: (items) => items * CHUNK,
  bars: [
    atLeast("mebibytesPerSecond", "sluice", 0.9, "pipeline"),
    atLeast("mebibytesPerSecond", "sluice-file", 0.9, "pipeline-file"),
  ],
});
