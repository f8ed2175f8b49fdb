// A3: reading a ReadableStream, and from one to a WritableStream, by the platform's own means and as a flow.
import { atMost } from "../harness/bar.mjs";
import { sumOfRange } from "../local/work.mjs";
import { adapterRow } from "./row.mjs";

export const row = adapterRow({
  id: "A3",
  title: "Web streams: 1e5 items read out of a ReadableStream, and piped into a WritableStream",
  short: "Web streams, read and piped",
  module: "./contender/web-streams.mjs",
  contenders: {
    sluice: "flow",
    "for-await": "forAwait",
    reader: { job: "reader", isOther: true },
    "sluice-write": "flowWritten",
    "pipe-to": "pipeTo",
    "sluice-make": "made",
    "make-by-hand": { job: "madeByHand", isOther: true },
  },
  items: 100_000,
  expected: sumOfRange,
  bars: [atMost("nsPerItem", "sluice", 1, "for-await"), atMost("nsPerItem", "sluice-write", 1, "pipe-to")],
});
