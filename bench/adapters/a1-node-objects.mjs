// A1: objects from a Readable to a Writable of Node, by `stream.pipeline` and as a flow in between; with nothing to do
// on the way, and with one step.
import { atMost } from "../harness/bar.mjs";
import { sumOfRange } from "../local/work.mjs";
import { adapterRow } from "./row.mjs";

export const row = adapterRow({
  id: "A1",
  title: "Node streams in object mode: 2e5 items from a Readable to a Writable",
  short: "Readable to Writable, object mode",
  module: "./contender/node-streams.mjs",
  contenders: {
    sluice: "flowObjects",
    pipeline: "pipelineObjects",
    "sluice-map": "flowMapped",
    "pipeline-map": "pipelineMapped",
  },
  items: 200_000,
  expected: sumOfRange,
  bars: [
    atMost("nsPerItem", "sluice", 1.1, "pipeline"),
    atMost("nsPerItem", "sluice-map", 1.1, "pipeline-map"),
  ],
});
