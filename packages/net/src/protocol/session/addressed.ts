// Which stream a frame of the peer is for, and whether it may still come for it (docs/protocol.md §3.3).

import { violation } from "../protocol-error.js";
import type { Stream } from "../stream/stream.js";
import { remoteOpen } from "../stream/stream-state.js";
import type { Absent, StreamTable } from "../stream/stream-table.js";

/** The stream whose remote direction is open, for frames that only then may come. */
export function receiving(table: StreamTable, streamId: number, name: string): Stream {
  const stream = table.find(streamId);
  if (typeof stream === "string") throw absent(streamId, name, stream);
  if (!remoteOpen(stream.state)) throw absent(streamId, name, "recently-closed");
  return stream;
}

/** The stream, or undefined when it has ended so recently that the frame may have crossed its end. */
export function known(table: StreamTable, streamId: number, name: string): Stream | undefined {
  const stream = table.find(streamId);
  if (typeof stream !== "string") return stream;
  if (stream === "recently-closed") return undefined;
  throw absent(streamId, name, stream);
}

function absent(streamId: number, name: string, how: Absent): Error {
  return how === "never-opened"
    ? violation("STREAM_UNKNOWN", `Cannot take ${name} on stream ${streamId}: it was never opened`, "§3.3")
    : violation("STREAM_CLOSED", `Cannot take ${name} on stream ${streamId}: it has ended`, "§3.3");
}
