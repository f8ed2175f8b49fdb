// What goes in the next message, as bytes already: two lanes.
//
//   control  HELLO, CREDIT, PING, PONG, BLOCKED(streams), GOAWAY    always in front
//   data     OPEN, ITEMS, BLOCKED of a stream, what ends it         in the order it was said
//            (and CREDIT for a stream whose OPEN stands there, grants.ts)
//
// Control needs no credit and never waits behind data (protocol.md §6.1). What a resumed session sends again
// stands in the data lane alone, in the order of its numbers: `written` counts those frames as they are
// written, `taken` as their message is handed out. Behind data means behind at most one message of it, which
// is already written. Nothing of the control lane refers to what stands in the data lane, so their order
// is free.
//
// Bounds. Data: the target and one frame beyond it; an OPEN, an end and a BLOCKED for each stream. Control:
// one PONG, one PING, one BLOCKED, one GOAWAY, and one CREDIT.

import type { Message } from "../byte/message.js";
import { Writer } from "../byte/writer.js";
import { encodeFrame } from "../frame/codec.js";
import type { Frame } from "../frame/frame.js";
import { encodeBatch, encodeItems } from "../frame/items.js";
import { encodeShared, type SharedItems } from "../frame/shared-items.js";
import { encodePart } from "../frame/part.js";
import { FRAME_BYTES, SMALLEST_PART } from "../limits.js";
import type { LargeItem } from "../stream/large-item.js";
import { ReplayBuffer } from "./replay-buffer.js";
import { Sealed } from "./sealed.js";

/** Assembles messages. */
export class Outbox {
  /** Largest message that the peer takes; before its HELLO the least that any peer takes. */
  messageBytes: number;
  /** Retransmittable frames written since the beginning: the number of the last one. */
  written = 0;
  /** Those of them that are in a message handed out. */
  taken = 0;
  /** Bytes of all ITEMS frames so far: who sends how much is counted by it. */
  itemBytes = 0;
  /** Takes over the messages that may have to be sent again. */
  private readonly kept: ReplayBuffer;
  private readonly control = new Writer();
  private readonly data = new Writer(HEADROOM);
  private closed = false;
  private readonly sealedControl = new Sealed();
  private readonly sealedData = new Sealed();

  constructor(messageBytes: number, kept: ReplayBuffer = new ReplayBuffer(0)) {
    this.messageBytes = messageBytes;
    this.kept = kept;
  }

  /** Bytes in the data lane of the message being assembled. */
  get dataBytes(): number {
    return this.data.length;
  }

  /** Bytes in the data lane, of full messages too. */
  get waitingBytes(): number {
    return this.data.length + this.sealedData.bytes;
  }

  /** Whether the control lane holds something. */
  hasControl(): boolean {
    return this.control.length > 0 || !this.sealedControl.isEmpty();
  }

  /** Whether anything is to be sent. */
  isEmpty(): boolean {
    return !this.hasControl() && this.data.length === 0 && this.sealedData.isEmpty();
  }

  /** Appends to the control lane; `bytes` is an upper bound of the frame's length. */
  addControl(frame: Frame, bytes: number): void {
    if (this.control.length + bytes > this.messageBytes) this.sealedControl.add(this.control.take(), 0);
    encodeFrame(this.control, frame);
  }

  /** As `addControl`, and nothing comes behind it in its message. */
  addLastControl(frame: Frame): void {
    encodeFrame(this.control, frame);
    this.sealedControl.add(this.control.take(), 0);
  }

  /** Appends to the data lane what is sent again after a resume, such as an OPEN or an end; `bytes` as above. */
  addFrame(frame: Frame, bytes: number): void {
    this.addNote(frame, bytes);
    this.written++;
  }

  /** Appends to the data lane what concerns a stream and is not sent again; `bytes` as above. */
  addNote(frame: Frame, bytes: number): void {
    if (this.data.length + bytes > this.messageBytes) this.sealData();
    encodeFrame(this.data, frame);
  }

  /** Whether as much is under way and not acknowledged as may be: no items go (protocol.md §10.2). */
  isReplayFull(): boolean {
    return this.kept.isFull();
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
    const before = this.data.length;
    encodeBatch(this.data, streamId, count, payload);
    this.written++;
    this.itemBytes += this.data.length - before;
  }

  /**
   * Writes the next part of an item, of at most `most` bytes; "closed": the message takes no more. A part is not
   * made smaller than SMALLEST_PART because of a message that is nearly full.
   */
  addPart(streamId: number, item: LargeItem, most: number): "written" | "closed" {
    if (this.isReplayFull()) return "closed";
    const room = Math.min(most, this.messageBytes - this.data.length - FRAME_BYTES);
    const size = Math.min(item.left, room);
    if (size < item.left && size < SMALLEST_PART) {
      this.closed = true;
      return "closed";
    }
    const before = this.data.length;
    const { body, total, offset } = item;
    encodePart(this.data, streamId, body, total, offset, item.cut(size));
    this.itemBytes += this.data.length - before;
    this.written++;
    return "written";
  }

  addShared(streamId: number, items: SharedItems, length: number): void {
    const before = this.data.length;
    encodeShared(this.data, streamId, items, length);
    this.written++;
    this.itemBytes += this.data.length - before;
  }

  addItems(streamId: number, items: readonly Uint8Array[], bytes: number): void {
    const before = this.data.length;
    encodeItems(this.data, streamId, items, bytes);
    this.written++;
    this.itemBytes += this.data.length - before;
  }

  /** Forgets what is said of the connection: its transport is lost, and that is said anew. */
  dropControl(): void {
    this.control.take();
    this.sealedControl.clear();
  }

  /** The next message of the control lane alone, or undefined. */
  takeControl(): Message | undefined {
    const sealed = this.sealedControl.take();
    if (sealed !== undefined) return sealed;
    return this.control.length === 0 ? undefined : this.control.take();
  }

  /** Forgets data not yet taken: the connection is over, nobody will look at it. */
  dropData(): void {
    this.data.takeParts();
    this.sealedData.clear();
    this.closed = false;
  }

  /** The next message, or undefined. */
  take(): Message | undefined {
    if (!this.sealedControl.isEmpty()) return this.takeControl();
    if (this.sealedData.isEmpty()) return this.assemble();
    if (this.control.length > 0) return this.control.take();
    const last = this.sealedData.nextNumber();
    return this.handOut(this.sealedData.take() as Message, last); // it is not empty
  }

  // Control in front of data in one message, without moving the data; what does not fit goes before it.
  private assemble(): Message | undefined {
    const control = this.control.length;
    if (this.data.length === 0) return control === 0 ? undefined : this.control.take();
    if (control > HEADROOM || control + this.data.length > this.messageBytes) return this.control.take();
    this.closed = false;
    const message = this.data.takeParts(control === 0 ? undefined : this.control.take());
    return this.handOut(message, this.written);
  }

  // Messages of notes alone are not kept: nothing in them is sent again.
  private handOut(message: Message, last: number): Message {
    if (last > this.taken) this.kept.keep(message, this.taken + 1, last);
    this.taken = last;
    return message;
  }

  // Closes what is there, so that a message never exceeds what the peer takes.
  private sealData(): void {
    if (this.data.length === 0) return;
    this.closed = false;
    this.sealedData.add(this.data.takeParts(), this.written);
  }
}

// Grants of one turn for some sixty streams.
const HEADROOM = 1024;
