// ERROR: a stream failed at the sender, or (stream 0) the connection did.
//
//   header  0x08, stream, length         flag A (0x20): not started    flag B (0x40): do not retry
//   body    items    varint   final positions of the sender's direction, as in COMPLETE; 0 0 on stream 0
//           bytes    varint
//           failure, which REJECT has too:
//           code     varint   protocol.md §8
//           retry    varint   milliseconds after which a new try makes sense, 0: not said
//           name     length varint and at most 128 bytes of UTF-8
//           message  length varint and at most 4,096 bytes of UTF-8; never a stack
//           details  the rest, at most 8,192 bytes, opaque

import type { Reader } from "../byte/reader.js";
import { utf8Cut } from "../byte/utf8.js";
import type { Writer } from "../byte/writer.js";
import { ERROR_DETAILS_BYTES, ERROR_MESSAGE_BYTES, ERROR_NAME_BYTES } from "../limits.js";
import { malformed, type StreamFailure } from "../protocol-error.js";
import { beginFrame, ERROR, endFrame, FLAG_A, FLAG_B, type Header } from "./header.js";

/** One ERROR frame. */
export interface ErrorFrame {
  readonly kind: "error";
  readonly streamId: number;
  readonly items: number;
  readonly bytes: number;
  readonly failure: StreamFailure;
}

/** Appends an ERROR frame; name and message are cut to their limits. */
export function encodeError(writer: Writer, frame: ErrorFrame): void {
  const body = beginFrame(writer, ERROR | failureFlags(frame.failure), frame.streamId);
  writer.varint(frame.items);
  writer.varint(frame.bytes);
  encodeFailure(writer, frame.failure);
  endFrame(writer, body);
}

/** Reads the body of an ERROR frame. */
export function decodeError(reader: Reader, header: Header): ErrorFrame {
  const items = reader.varint("ERROR items");
  const bytes = reader.varint("ERROR bytes");
  return {
    kind: "error",
    streamId: header.streamId,
    items,
    bytes,
    failure: decodeFailure(reader, header),
  };
}

/** The two bits that matter for retries, as header flags. */
export function failureFlags(failure: StreamFailure): number {
  return (failure.notStarted ? FLAG_A : 0) | (failure.doNotRetry ? FLAG_B : 0);
}

/** Appends what ERROR and REJECT have in common. */
export function encodeFailure(writer: Writer, failure: StreamFailure): void {
  writer.varint(failure.code);
  writer.varint(failure.retryAfterMs ?? 0);
  writer.text(utf8Cut(failure.name, ERROR_NAME_BYTES));
  writer.text(utf8Cut(failure.message, ERROR_MESSAGE_BYTES));
  if (failure.details !== undefined) writer.bytes(failure.details);
}

/** Throws a RangeError for a failure that cannot be sent; call it before anything is booked. */
export function checkFailure({ code, retryAfterMs = 0, details }: StreamFailure): void {
  if (!Number.isSafeInteger(code) || code < 1) {
    throw new RangeError(`Cannot send error code ${code}: it must be an integer >= 1 (protocol.md §8)`);
  }
  if (!Number.isSafeInteger(retryAfterMs) || retryAfterMs < 0) {
    throw new RangeError(`Cannot send a retryAfterMs of ${retryAfterMs}: it must be an integer >= 0`);
  }
  if (details !== undefined && details.length > ERROR_DETAILS_BYTES) {
    throw new RangeError(
      `Cannot send error details of ${details.length} bytes: at most ${ERROR_DETAILS_BYTES} are allowed; send less`,
    );
  }
}

/** Reads what ERROR and REJECT have in common, up to the reader's end. */
export function decodeFailure(reader: Reader, header: Header): StreamFailure {
  const code = reader.varint("error code");
  const retryAfterMs = reader.varint("error retry");
  const name = reader.text(ERROR_NAME_BYTES, "error name");
  const message = reader.text(ERROR_MESSAGE_BYTES, "error message");
  const details = reader.rest();
  if (details.length > ERROR_DETAILS_BYTES) {
    throw malformed(
      `Cannot read error details of ${details.length} bytes: at most ${ERROR_DETAILS_BYTES} are allowed`,
      "§5.6",
    );
  }
  return {
    code,
    name,
    message,
    ...(details.length > 0 && { details }),
    ...(retryAfterMs > 0 && { retryAfterMs }),
    notStarted: (header.flags & FLAG_A) !== 0,
    doNotRetry: (header.flags & FLAG_B) !== 0,
  };
}
