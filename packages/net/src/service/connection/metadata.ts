// What the service layer says of a request besides its input: the metadata of OPEN, which are opaque to the session
// (docs/protocol.md §5.2).
//
//   +-------------+------------------+-------------+
//   | id, integer | length, integer  | value       |   any number of entries; unknown ids are skipped
//   +-------------+------------------+-------------+
//     1  offset: an integer, the items of this stream that the client has; left out: 0

import { SluiceError } from "@sluice/core";
import { Reader } from "../../protocol/byte/reader.js";
import { varintLength, writeVarint } from "../../protocol/byte/varint.js";
import { ProtocolError } from "../../protocol/protocol-error.js";

/** What travels with OPEN. */
export interface RequestMetadata {
  /** Items of this stream that the client has had, over an earlier connection. */
  readonly offset: number;
}

/** The bytes for OPEN; undefined when there is nothing to say. */
export function encodeMetadata({ offset }: RequestMetadata): Uint8Array | undefined {
  if (offset === 0) return undefined;
  const length = varintLength(offset);
  // Id and length are below 128: one byte each.
  const bytes = Uint8Array.of(OFFSET, length, ...new Uint8Array(length));
  writeVarint(bytes, 2, offset);
  return bytes;
}

/** Reads what came with OPEN. Throws a `SluiceError` with the code `INVALID_PAYLOAD`. */
export function decodeMetadata(bytes: Uint8Array): RequestMetadata {
  let offset = 0;
  try {
    const reader = new Reader(bytes);
    while (reader.left > 0) {
      const id = reader.varint("id of a metadata entry");
      const value = reader.blob(bytes.length, "metadata entry", "§5.2");
      if (id === OFFSET) offset = new Reader(value).varint("offset of a stream");
    }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    throw new SluiceError("INVALID_PAYLOAD", `Cannot read the metadata of the request: ${error.message}`);
  }
  return { offset };
}

const OFFSET = 1;
