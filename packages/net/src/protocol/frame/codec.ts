// From a type number to the file that knows the frame, and from a frame's kind to the same. Here stands only
// what holds for all: which flags a type has, and whether it belongs to the connection or to a stream.

import type { Reader } from "../byte/reader.js";
import type { Writer } from "../byte/writer.js";
import { malformed, violation } from "../protocol-error.js";
import { decodeAck, encodeAck } from "./ack.js";
import { decodeBlocked, encodeBlocked } from "./blocked.js";
import { decodeCancel, encodeCancel } from "./cancel.js";
import { decodeComplete, encodeComplete } from "./complete.js";
import { decodeCredit, encodeCredit } from "./credit.js";
import { decodeDrain, decodeDrained, encodeDrain } from "./drain.js";
import { decodeError, encodeError } from "./error.js";
import type { Frame } from "./frame.js";
import {
  ACK,
  BLOCKED,
  CANCEL,
  COMPLETE,
  CREDIT,
  DRAIN,
  DRAINED,
  ERROR,
  FLAG_A,
  FLAG_B,
  FLAGS_MASK,
  GOAWAY,
  HELLO,
  type Header,
  IGNORABLE,
  ITEMS,
  OPEN,
  PING,
  PONG,
  REJECT,
  RESUME,
  RESUME_REJECT,
  TYPE_MASK,
  URGENCY,
} from "./header.js";
import { decodeGoaway, encodeGoaway } from "./goaway.js";
import { decodeHello, encodeHello } from "./hello.js";
import { decodeItems, encodeRawItems } from "./items.js";
import { decodeOpen, encodeOpen } from "./open.js";
import { decodePart, encodePart } from "./part.js";
import { decodePing, decodePong, encodePing } from "./ping.js";
import { decodeReject, encodeReject } from "./reject.js";
import { decodeResume, encodeResume } from "./resume.js";
import { decodeResumeReject, encodeResumeReject } from "./resume-reject.js";
import { decodeUrgency, encodeUrgency } from "./urgency.js";

/**
 * Reads one frame at the reader; undefined for an ignorable one that this version does not know. Throws the
 * ProtocolError of a broken one.
 *
 * @example
 * ```ts
 * import { decodeFrame, Reader } from "@sluice/net/protocol";
 *
 * console.log(decodeFrame(new Reader(new Uint8Array([9, 1, 0])))); // prints { kind: 'cancel', streamId: 1 }
 * ```
 */
export function decodeFrame(reader: Reader): Frame | undefined {
  const header = decodeHeader(reader);
  const type = TYPES[header.type];
  if (type === undefined) {
    if (!header.ignorable) {
      throw violation(
        "FRAME_UNKNOWN",
        `Cannot read a frame of type ${hex(header.type)}: it is unknown and not ignorable; upgrade this side`,
        "§1.3",
      );
    }
    reader.view(header.length, "frame");
    return undefined;
  }
  checkHeader(header, type);
  // The body is read as if the message ended with it, so that no field reaches into the next frame.
  if (header.length > reader.left) {
    throw malformed(`Cannot read ${type.name}: its length ${header.length} exceeds the message`, "§1.2");
  }
  const behind = reader.left - header.length;
  reader.end = reader.at + header.length;
  const frame = type.decode(reader, header);
  if (reader.left > 0)
    throw malformed(`Cannot read ${type.name}: its length exceeds its fields by ${reader.left}`, "§1.2");
  reader.end = reader.at + behind;
  return frame;
}

/**
 * Appends any frame.
 *
 * @example
 * ```ts
 * import { encodeFrame, Writer } from "@sluice/net/protocol";
 *
 * const writer = new Writer();
 * encodeFrame(writer, { kind: "cancel", streamId: 1 });
 * console.log([...writer.take()]); // prints [ 9, 1, 0 ]
 * ```
 */
export function encodeFrame(writer: Writer, frame: Frame): void {
  switch (frame.kind) {
    case "hello":
      encodeHello(writer, frame);
      break;
    case "open":
      encodeOpen(writer, frame);
      break;
    case "items":
      encodeRawItems(writer, frame);
      break;
    case "part":
      encodePart(writer, frame.streamId, frame.body, frame.total, frame.offset, frame.payload);
      break;
    case "credit":
      encodeCredit(writer, frame);
      break;
    case "drain":
    case "drained":
      encodeDrain(writer, frame);
      break;
    case "complete":
      encodeComplete(writer, frame);
      break;
    case "error":
      encodeError(writer, frame);
      break;
    case "cancel":
      encodeCancel(writer, frame);
      break;
    case "reject":
      encodeReject(writer, frame);
      break;
    case "blocked":
      encodeBlocked(writer, frame);
      break;
    case "ping":
    case "pong":
      encodePing(writer, frame);
      break;
    case "ack":
      encodeAck(writer, frame);
      break;
    case "resume":
      encodeResume(writer, frame);
      break;
    case "resume-reject":
      encodeResumeReject(writer, frame);
      break;
    case "goaway":
      encodeGoaway(writer, frame);
      break;
    case "urgency":
      encodeUrgency(writer, frame);
      break;
    default:
      impossible(frame);
  }
}

interface FrameType {
  readonly name: string;
  /** Flag bits that the type gives a meaning. */
  readonly flags: number;
  readonly on: "connection" | "stream" | "either";
  readonly decode: (reader: Reader, header: Header) => Frame;
}

function decodeHeader(reader: Reader): Header {
  const first = reader.byte("frame header");
  const streamId = reader.varint("frame stream");
  const length = reader.varint("frame length");
  return {
    type: first & TYPE_MASK,
    flags: first & FLAGS_MASK,
    ignorable: (first & IGNORABLE) !== 0,
    streamId,
    length,
  };
}

function checkHeader(header: Header, type: FrameType): void {
  if (header.ignorable || (header.flags & ~type.flags) !== 0) {
    throw malformed(`Cannot read ${type.name}: a reserved bit of its header is set`, "§1.2");
  }
  if (type.on === "connection" && header.streamId !== 0) {
    throw malformed(`Cannot read ${type.name} on stream ${header.streamId}: it belongs to stream 0`, "§1.3");
  }
  if (type.on === "stream" && header.streamId === 0) {
    throw malformed(`Cannot read ${type.name} on stream 0: it belongs to a stream`, "§1.3");
  }
}

function decodeItemsOrPart(reader: Reader, header: Header): Frame {
  return (header.flags & FLAG_B) !== 0 ? decodePart(reader, header) : decodeItems(reader, header);
}

function hex(type: number): string {
  return `0x${type.toString(16).padStart(2, "0")}`;
}

function impossible(frame: never): never {
  throw new TypeError(`Cannot encode a frame of unknown kind: ${JSON.stringify(frame)}`);
}

const TYPES: readonly (FrameType | undefined)[] = table([
  [HELLO, { name: "HELLO", flags: FLAG_A, on: "connection", decode: decodeHello }],
  [OPEN, { name: "OPEN", flags: FLAG_A | FLAG_B, on: "stream", decode: decodeOpen }],
  [ITEMS, { name: "ITEMS", flags: FLAG_A | FLAG_B, on: "stream", decode: decodeItemsOrPart }],
  [CREDIT, { name: "CREDIT", flags: 0, on: "connection", decode: decodeCredit }],
  [DRAIN, { name: "DRAIN", flags: 0, on: "stream", decode: decodeDrain }],
  [DRAINED, { name: "DRAINED", flags: 0, on: "stream", decode: decodeDrained }],
  [COMPLETE, { name: "COMPLETE", flags: 0, on: "stream", decode: decodeComplete }],
  [ERROR, { name: "ERROR", flags: FLAG_A | FLAG_B, on: "either", decode: decodeError }],
  [CANCEL, { name: "CANCEL", flags: 0, on: "stream", decode: decodeCancel }],
  [REJECT, { name: "REJECT", flags: FLAG_A | FLAG_B, on: "stream", decode: decodeReject }],
  [BLOCKED, { name: "BLOCKED", flags: 0, on: "either", decode: decodeBlocked }],
  [PING, { name: "PING", flags: 0, on: "connection", decode: decodePing }],
  [PONG, { name: "PONG", flags: 0, on: "connection", decode: decodePong }],
  [ACK, { name: "ACK", flags: 0, on: "connection", decode: decodeAck }],
  [RESUME, { name: "RESUME", flags: 0, on: "connection", decode: decodeResume }],
  [RESUME_REJECT, { name: "RESUME_REJECT", flags: 0, on: "connection", decode: decodeResumeReject }],
  [GOAWAY, { name: "GOAWAY", flags: 0, on: "connection", decode: decodeGoaway }],
  [URGENCY, { name: "URGENCY", flags: 0, on: "stream", decode: decodeUrgency }],
]);

function table(rows: readonly (readonly [number, FrameType])[]): (FrameType | undefined)[] {
  const types: (FrameType | undefined)[] = new Array(TYPE_MASK + 1).fill(undefined);
  for (const [number, type] of rows) types[number] = type;
  return types;
}
