// What goes in the next message, as bytes already: two lanes.
//
//   control  HELLO, OPEN, CREDIT, PING, PONG, BLOCKED, GOAWAY    always in front
//   data     ITEMS and what ends or cancels a stream             in the order it was said
//
// Control needs no credit and never waits behind data (protocol.md §6.1). What ends a stream must not overtake
// its items, so it stands in the data lane: behind at most one message of data, which is already written.
// Nothing of the control lane refers to what stands in the data lane, so the order of the lanes is free.
//
// Bounds. Data: the target and one frame beyond it, and an end for each stream. Control: an OPEN for each
// stream, one PONG, one PING, a BLOCKED for each stream, and one CREDIT.

import { Writer } from "../byte/writer.js";
import { encodeFrame } from "../frame/codec.js";
import type { Frame } from "../frame/frame.js";
import { encodeBatch, encodeItems } from "../frame/items.js";
import { FRAME_BYTES } from "../limits.js";

/** Assembles messages. */
export class Outbox {
  /** Largest message that the peer takes; before its HELLO the least that any peer takes. */
  messageBytes: number;
  private readonly control = new Writer();
  private readonly data = new Writer(HEADROOM);
  private closed = false;
  private sealed: Uint8Array[] = [];
  private nextSealed = 0;

  constructor(messageBytes: number) {
    this.messageBytes = messageBytes;
  }

  /** Bytes in the data lane of the message being assembled. */
  get dataBytes(): number {
    return this.data.length;
  }

  /** Bytes in the control lane. */
  get controlBytes(): number {
    return this.control.length;
  }

  /** Whether anything is to be sent. */
  isEmpty(): boolean {
    return this.control.length === 0 && this.data.length === 0 && this.sealed.length === 0;
  }

  /** Appends to the control lane; `bytes` is an upper bound of the frame's length. */
  addControl(frame: Frame, bytes: number): void {
    if (this.control.length + bytes > this.messageBytes) this.seal();
    encodeFrame(this.control, frame);
  }

  /** Appends to the data lane what ends a stream; `bytes` as above. */
  addEnd(frame: Frame, bytes: number): void {
    if (this.data.length + bytes > this.messageBytes) this.seal();
    encodeFrame(this.data, frame);
  }

  /** Whether the message takes no more items: it has reached `target`, or an item did not fit it. */
  isFull(target: number): boolean {
    return this.closed || this.data.length >= target;
  }

  /**
   * Whether a frame with so many bytes of items fits the message. If not, the message takes no more: the item
   * goes first in the next one, where it fits, instead of being overtaken for ever by smaller ones.
   */
  makeRoom(bytes: number): "room" | "closed" {
    if (this.data.length + bytes + FRAME_BYTES > this.messageBytes) this.closed = true;
    return this.closed ? "closed" : "room";
  }

  addBatch(streamId: number, count: number, payload: Uint8Array): void {
    encodeBatch(this.data, streamId, count, payload);
  }

  addItems(streamId: number, items: readonly Uint8Array[], bytes: number): void {
    encodeItems(this.data, streamId, items, bytes);
  }

  /** Forgets data not yet taken: the connection is over, nobody will look at it. */
  dropData(): void {
    this.data.take();
    this.closed = false;
  }

  /** The next message, or undefined. */
  take(): Uint8Array | undefined {
    const sealed = this.sealed[this.nextSealed];
    if (sealed === undefined) return this.assemble();
    this.nextSealed++;
    if (this.nextSealed === this.sealed.length) {
      this.sealed = [];
      this.nextSealed = 0;
    }
    return sealed;
  }

  // Control in front of data in one message, without moving the data; what does not fit goes before it.
  private assemble(): Uint8Array | undefined {
    const control = this.control.length;
    if (this.data.length === 0) return control === 0 ? undefined : this.control.take();
    if (control > HEADROOM || control + this.data.length > this.messageBytes) return this.control.take();
    this.closed = false;
    return control === 0 ? this.data.take() : this.data.take(this.control.take());
  }

  // Closes what is there, so that a message never exceeds what the peer takes.
  private seal(): void {
    for (let message = this.assemble(); message !== undefined; message = this.assemble())
      this.sealed.push(message);
  }
}

// Grants of one turn for some sixty streams, or some twenty calls opened in it.
const HEADROOM = 1024;
