// Looks at every message on its way and keeps the books of the protocol from the frames alone, apart from the
// sessions' own sums: positions, limits, and the number of each frame that is sent again after a resume.

import { joined } from "../../src/protocol/byte/message.js";
import { readMessage } from "../../src/protocol/frame/batch.js";
import type { Frame } from "../../src/protocol/frame/frame.js";
import { type Lane, otherSide, type Side } from "./lane.js";

/** What a socket of the model is to the books: which number the next frame of each side has on it. */
export interface WatchedSocket {
  readonly id: number;
  readonly next: { client: number; server: number };
}

/** What the books need of the model. */
export interface Books {
  /** Whether a client has given up an attempt to resume, which the server may still answer. */
  hasGivenUp(): boolean;
  /** Whether the acceptor's application has not heard of the stream (yet). */
  isUnseen(streamId: number): boolean;
  lane(streamId: number, sender: Side): Lane | undefined;
  /** Ends the run: a rule is broken. */
  fail(complaint: string): never;
}

type Streamed = Extract<Frame, { readonly streamId: number }>;

/** Frames of docs/protocol.md §10.1: numbered, and sent again after a resume. */
const NUMBERED: ReadonlySet<Frame["kind"]> = new Set<Frame["kind"]>([
  "open",
  "items",
  "part",
  "complete",
  "error",
  "cancel",
  "reject",
  "drain",
  "drained",
  "urgency",
]);

export class WireWatch {
  /** Numbered frames that a side has sent for the first time. */
  readonly written: Record<Side, number> = { client: 0, server: 0 };
  /** Numbered frames that a side has taken in. */
  readonly received: Record<Side, number> = { client: 0, server: 0 };
  /** Numbered frames that were sent again. */
  replayed = 0;
  /** Whether a side has heard GOAWAY. */
  readonly goneAway: Record<Side, boolean> = { client: false, server: false };
  private readonly books: Books;
  /** Frames of the messages under way; a message is the same object at both ends. */
  private readonly messages = new WeakMap<Uint8Array, Frame[]>();
  /** What was sent and not received, for comparison when it is sent again. */
  private readonly kept: Record<Side, Map<number, Frame>> = { client: new Map(), server: new Map() };

  constructor(books: Books) {
    this.books = books;
  }

  /** `side` has put a message on a socket. */
  sent(side: Side, socket: WatchedSocket, message: Uint8Array): void {
    const frames: Frame[] = [];
    readMessage(message, (frame) => {
      frames.push(frame);
      return "more";
    });
    this.messages.set(message, frames);
    for (const frame of frames) {
      if (isNumbered(frame)) this.numbered(side, socket, frame);
      else this.noted(side, socket, frame);
    }
  }

  /** A session of `to` is about to take this message. */
  delivered(to: Side, message: Uint8Array): void {
    const from = otherSide(to);
    for (const frame of this.messages.get(message) ?? []) {
      if (isNumbered(frame)) {
        this.received[to] += 1;
        this.kept[from].delete(this.received[to]);
        this.arrived(to, frame);
      } else if (frame.kind === "credit") {
        for (const { streamId, items, bytes } of frame.entries) {
          const lane = this.books.lane(streamId, to);
          if (lane === undefined) continue;
          lane.knownItems = Math.max(lane.knownItems, items);
          lane.knownBytes = Math.max(lane.knownBytes, bytes);
        }
      } else if (frame.kind === "goaway") this.goneAway[to] = true;
    }
  }

  /** Kinds of the frames of a message that was sent. */
  kindsOf(message: Uint8Array): readonly string[] {
    return (this.messages.get(message) ?? []).map((frame) => frame.kind);
  }

  /** Numbered frames that `from` has sent and that were not received. */
  underWay(from: Side): number {
    return this.written[from] - this.received[otherSide(from)];
  }

  private numbered(side: Side, socket: WatchedSocket, frame: Frame): void {
    const number = socket.next[side]++;
    if (number === this.written[side] + 1) {
      this.written[side] = number;
      this.kept[side].set(number, frame);
      this.firstSent(side, frame as Streamed);
      return;
    }
    this.replayed += 1;
    const before = this.kept[side].get(number);
    // An answer to an attempt that was given up goes back further; nobody reads it.
    if (number <= this.received[otherSide(side)] && this.books.hasGivenUp()) return;
    if (number > this.written[side] || before === undefined) {
      this.books.fail(
        `${side} sends frame ${number} (${frame.kind}) again: it had sent ${this.written[side]}, and those kept do not have it`,
      );
    }
    if (!isSameFrame(before, frame)) {
      this.books.fail(
        `${side} sends frame ${number} again, another one: ${text(before)}, now ${text(frame)}`,
      );
    }
  }

  private noted(side: Side, socket: WatchedSocket, frame: Frame): void {
    if (frame.kind === "credit") {
      for (const { streamId, items, bytes } of frame.entries) {
        const lane = this.books.lane(streamId, otherSide(side));
        if (lane === undefined)
          this.books.fail(`${side} grants credit for stream ${streamId}, which never was`);
        lane.statedItems = Math.max(lane.statedItems, items);
        lane.statedBytes = Math.max(lane.statedBytes, bytes);
      }
    } else if (frame.kind === "ack" || frame.kind === "resume") {
      const { received } = frame;
      if (frame.kind === "resume" ? received !== this.received[side] : received > this.received[side]) {
        this.books.fail(
          `${side} says ${frame.kind} with ${received} frames received: it has taken ${this.received[side]}`,
        );
      }
      if (frame.kind === "resume") socket.next[otherSide(side)] = received + 1;
    }
  }

  private firstSent(side: Side, frame: Streamed): void {
    const books: Books = this.books;
    const { streamId } = frame;
    const lane = books.lane(streamId, side);
    if (lane === undefined) books.fail(`${side} sends ${frame.kind} on stream ${streamId}, which never was`);
    switch (frame.kind) {
      case "items":
        this.spend(lane, frame.count, frame.payload.length);
        break;
      case "part":
        if (frame.offset === 0) this.spend(lane, 1, frame.total);
        if (frame.offset !== lane.partAt) {
          books.fail(
            `${side} sends a part of stream ${streamId} at ${frame.offset}: the last ended at ${lane.partAt}`,
          );
        }
        lane.partAt = frame.offset + frame.payload.length;
        if (lane.partAt === frame.total) lane.partAt = 0;
        return;
      case "complete":
      case "error":
        if (frame.items !== lane.wireItems || frame.bytes !== lane.wireBytes) {
          books.fail(
            `${side} ends stream ${streamId} at item ${frame.items}, byte ${frame.bytes}: the frames come to ${lane.wireItems} and ${lane.wireBytes}`,
          );
        }
        this.ended(lane, frame.kind);
        break;
      case "reject":
        if (lane.wireItems > 0)
          books.fail(`${side} rejects stream ${streamId} after ${lane.wireItems} items`);
        this.ended(lane, "reject");
        break;
      case "drain": {
        const drained = books.lane(streamId, otherSide(side));
        if (drained === undefined) break;
        drained.statedBytes = Math.max(drained.statedBytes, frame.bytes);
        break;
      }
      case "drained":
        if (frame.bytes < lane.wireBytes || frame.bytes > lane.knownBytes) {
          books.fail(
            `${side} moves stream ${streamId} on to byte ${frame.bytes}: it stands at ${lane.wireBytes}, its limit is ${lane.knownBytes}`,
          );
        }
        lane.wireBytes = frame.bytes;
        break;
      default:
        break;
    }
    if (lane.partAt !== 0 && (frame.kind === "items" || frame.kind === "complete")) {
      books.fail(`${side} sends ${frame.kind} on stream ${streamId} between the parts of an item`);
    }
  }

  private spend(lane: Lane, count: number, length: number): void {
    lane.wireItems += count;
    lane.wireBytes += length + count * lane.overhead;
    if (lane.wireEnd !== undefined)
      this.books.fail(`${lane.sender} sends items on stream ${lane.streamId} after its end`);
    if (lane.wireItems > lane.knownItems || lane.wireBytes > lane.knownBytes) {
      this.books.fail(
        `${lane.sender} sends stream ${lane.streamId} up to item ${lane.wireItems}, byte ${lane.wireBytes}: its limits are ${lane.knownItems} and ${lane.knownBytes}`,
      );
    }
  }

  private ended(lane: Lane, how: "complete" | "error" | "reject"): void {
    if (lane.wireEnd !== undefined) {
      this.books.fail(`${lane.sender} ends stream ${lane.streamId} by ${how} after ${lane.wireEnd}`);
    }
    if (lane.isTorn && how === "error") lane.end = how;
    if (lane.end === undefined) {
      // A session turns streams away by itself, before its application hears of them; nothing else.
      if (how !== "reject" || !this.books.isUnseen(lane.streamId)) {
        this.books.fail(`${lane.sender} ends stream ${lane.streamId} by ${how}, and nobody asked for it`);
      }
      lane.end = how;
    }
    lane.wireEnd = how;
    lane.partAt = 0;
  }

  private arrived(to: Side, frame: Frame): void {
    if (frame.kind === "drain") {
      const sending = this.books.lane(frame.streamId, to);
      if (sending !== undefined) sending.knownBytes = Math.max(sending.knownBytes, frame.bytes);
      return;
    }
    const lane = "streamId" in frame ? this.books.lane(frame.streamId, otherSide(to)) : undefined;
    if (lane === undefined) return;
    switch (frame.kind) {
      case "items":
        take(lane, frame.count, frame.payload.length + frame.count * lane.overhead);
        break;
      case "part":
        if (frame.offset === 0) take(lane, 1, frame.total + lane.overhead);
        lane.assembling = frame.offset + frame.payload.length < frame.total ? frame.total + lane.overhead : 0;
        break;
      case "drained":
        lane.skippedBytes += frame.bytes - lane.gotBytes;
        lane.gotBytes = frame.bytes;
        break;
      case "complete":
      case "error":
      case "reject":
        lane.gotEnd = frame.kind;
        if (lane.assembling === 0) break;
        lane.tornBytes = lane.assembling;
        lane.held.pop();
        break;
      case "cancel": {
        const cancelled = this.books.lane(frame.streamId, to);
        if (cancelled !== undefined) cancelled.gotCancel = true;
        break;
      }
      default:
        break;
    }
  }
}

function take(lane: Lane, count: number, charge: number): void {
  lane.gotItems += count;
  lane.gotBytes += charge;
  if (!lane.isDeaf) lane.held.push({ items: count, charge });
}

function isNumbered(frame: Frame): boolean {
  return NUMBERED.has(frame.kind) && !("streamId" in frame && frame.streamId === 0);
}

function isSameFrame(a: Frame, b: Frame): boolean {
  return text(a) === text(b) && bytesOf(a) === bytesOf(b);
}

function text(frame: Frame): string {
  return JSON.stringify(frame, (_, value: unknown) => (value instanceof Uint8Array ? value.length : value));
}

function bytesOf(frame: Frame): string {
  return "payload" in frame ? Buffer.from(joined(frame.payload)).toString("latin1") : "";
}
