// Streams that a client opens before it has heard the server: what it may take for granted of every server, so that
// the first request needs no round trip for HELLO (docs/protocol.md §2.5).

import {
  LARGEST_OVERHEAD,
  PIPELINED_ITEM,
  PIPELINED_METADATA,
  PIPELINED_STREAMS,
  SMALLEST_MESSAGE,
  SMALLEST_SHARE,
} from "../limits.js";
import { MAJOR, MINOR } from "../frame/hello.js";
import type { Peer } from "./session-api.js";

/** What holds of any server, whatever its HELLO will say. */
export const UNHEARD: Peer = {
  major: MAJOR,
  minor: MINOR,
  codecs: [],
  token: new Uint8Array(0),
  auth: new Uint8Array(0),
  messageBytes: SMALLEST_MESSAGE,
  itemBytes: PIPELINED_ITEM,
  itemOverhead: LARGEST_OVERHEAD,
  shareBytes: SMALLEST_SHARE,
  metadataBytes: PIPELINED_METADATA,
  peerStreams: PIPELINED_STREAMS,
  resumeMs: 0,
  replayBytes: 0,
};

/**
 * The sizes that bind the input of a pipelined stream, on both sides and for its whole life: its overhead is the one that
 * the client had to assume, since the positions of its input were said with it.
 */
export function pipelinedSizes<T extends { readonly itemOverhead: number; readonly itemBytes: number }>(
  sizes: T,
): T {
  return {
    ...sizes,
    itemOverhead: LARGEST_OVERHEAD,
    itemBytes: Math.max(sizes.itemBytes, PIPELINED_ITEM),
  };
}
