// Sending again what a resumed peer has not got: the frames beyond its last number, in their order, copied into
// ordinary messages one at a time, so that heartbeats and whatever else is of the connection go in between
// (protocol.md §10.4). What stands between those frames and is not numbered, CREDIT or BLOCKED or a PING, is left
// out: it is old news, and the session says it anew.

import { joined } from "../byte/message.js";
import { Reader } from "../byte/reader.js";
import { Writer } from "../byte/writer.js";
import { BLOCKED, TYPE_MASK } from "../frame/header.js";
import type { Kept, ReplayBuffer } from "./replay-buffer.js";

/** A walk over what is kept, from one number on. Bound: the message being copied, and once more in one piece. */
export class Replay {
  /** Number of the last frame that was sent in this epoch or was there before. */
  sentUpTo: number;
  private readonly buffer: ReplayBuffer;
  private readonly writer = new Writer();
  /** The message being read, in one piece: its frames may lie across its parts. */
  private piece: { readonly of: Kept; readonly bytes: Uint8Array } | undefined = undefined;

  /** `received`: the last number that the peer has. */
  constructor(buffer: ReplayBuffer, received: number) {
    this.buffer = buffer;
    this.sentUpTo = received;
  }

  /** Whether all has been sent again. */
  isOver(): boolean {
    return this.buffer.messageAfter(this.sentUpTo) === undefined;
  }

  /** The next message: frames up to `target` bytes, or one that is larger. Undefined when all has been sent. */
  next(target: number): Uint8Array | undefined {
    while (this.writer.length < target) {
      const kept = this.buffer.messageAfter(this.sentUpTo);
      if (kept === undefined || !this.copy(this.whole(kept), kept.first, target)) break;
    }
    return this.writer.length === 0 ? undefined : this.writer.take();
  }

  private whole(kept: Kept): Uint8Array {
    if (this.piece?.of !== kept) this.piece = { of: kept, bytes: joined(kept.message) };
    return this.piece.bytes;
  }

  // Answers whether the message was copied to its end.
  private copy(message: Uint8Array, first: number, target: number): boolean {
    const reader = new Reader(message);
    let number = first;
    while (reader.left > 0) {
      const start = reader.at;
      const isNumbered = skipFrame(reader);
      if (!isNumbered) continue;
      if (number > this.sentUpTo) {
        if (this.writer.length > 0 && this.writer.length + reader.at - start > target) return false;
        this.writer.bytes(message.subarray(start, reader.at));
        this.sentUpTo = number;
      }
      number++;
    }
    return true;
  }
}

// Moves behind the frame; answers whether it is one that is sent again: all of a stream but BLOCKED.
function skipFrame(reader: Reader): boolean {
  const type = reader.byte("frame header") & TYPE_MASK;
  const streamId = reader.varint("frame stream");
  reader.view(reader.varint("frame length"), "frame");
  return streamId !== 0 && type !== BLOCKED;
}
