// The most that one connection makes a side hold, as a formula of its settings. docs/memory.md is this file in
// words; test/memory/bound.test.ts fills a connection with as much as a peer can and compares.

import { FRAME_BYTES, type Settings } from "../limits.js";
import { FAILURE_BYTES } from "./stream-ends.js";
import { chargeOf } from "./replay-buffer.js";

/** Bytes that a connection makes one side hold at most, by what they are. */
export interface MemoryBound {
  /** Items received and not consumed, encoded, with the messages that they lie in. */
  readonly received: number;
  /** Metadata of streams that the peer opened. */
  readonly metadata: number;
  /** The message being read. */
  readonly reading: number;
  /** Sent and not acknowledged, where sessions are resumed. */
  readonly replay: number;
  /** The message being written. */
  readonly writing: number;
  /** Items that are on their way in parts: encoded, and covered by the peer's credit. */
  readonly sending: number;
  readonly total: number;
}

/**
 * What a connection with these settings holds at most, whatever the peer does. Left out are the objects of a stream
 * and of a connection themselves (see the figures of N9 in docs/benchmarks.md), what a source was asked for one
 * message and the transport's own buffers.
 *
 * @param settings of this side, as `settingsOf` gives them
 * @param peer of the other side, as it says them in HELLO; default: the same sizes
 *
 * @example
 * ```ts
 * import { memoryBoundOf, settingsOf } from "@sluice/net/protocol";
 *
 * const small = settingsOf("server", { receiveBudget: 1_048_576, peerStreams: 16, metadataBytes: 1_024 });
 * const bound = memoryBoundOf(small);
 * console.log(bound.received, bound.metadata); // prints 2097152 16384
 * ```
 */
export function memoryBoundOf(
  settings: Settings,
  peer: Pick<Settings, "messageBytes" | "receiveBudget"> = settings,
): MemoryBound {
  const { receiveBudget, peerStreams, ownStreams, metadataBytes, messageBytes } = settings;
  const received = 2 * receiveBudget;
  const metadata = peerStreams * metadataBytes;
  const reading = messageBytes;
  const replay =
    settings.resumeMs > 0
      ? settings.replayBytes + beyondReplayBytes(peerStreams + ownStreams, peer.messageBytes)
      : 0;
  const writing = peer.messageBytes;
  const sending = peer.receiveBudget;
  const total = received + metadata + reading + replay + writing + sending;
  return { received, metadata, reading, replay, writing, sending, total };
}

/**
 * What is kept beyond replayBytes at most: an end, a CANCEL, a DRAIN and a DRAINED for each slot, and the messages of
 * both lanes (protocol.md §10.2).
 */
export function beyondReplayBytes(streams: number, messageBytes: number): number {
  return streams * (chargeOf(FAILURE_BYTES) + 3 * chargeOf(FRAME_BYTES)) + 2 * chargeOf(messageBytes);
}
