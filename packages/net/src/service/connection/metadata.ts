// What the service layer says of a request besides its input: the metadata of OPEN, which are opaque to the session
// (docs/protocol.md §5.2).
//
//   +-------------+------------------+-------------+
//   | id, integer | length, integer  | value       |   any number of entries; unknown ids are skipped
//   +-------------+------------------+-------------+
//     1  offset: an integer, the items of this stream that the client has; left out: 0
//     2  a name and its value: length of the name, name, value as the rest; UTF-8; of a name twice the last one holds

import { SluiceError } from "@sluice/core";
import { Reader } from "../../protocol/byte/reader.js";
import { utf8Length, writeUtf8 } from "../../protocol/byte/utf8.js";
import { varintLength, writeVarint } from "../../protocol/byte/varint.js";
import { ProtocolError } from "../../protocol/protocol-error.js";
import type { Metadata } from "../contract/handler-context.js";

/** What travels with OPEN. */
export interface RequestMetadata {
  /** Items of this stream that the client has had, over an earlier connection. */
  readonly offset: number;
  /** What the application says. */
  readonly metadata: Metadata;
}

/** The bytes for OPEN; undefined when there is nothing to say. */
export function encodeMetadata(
  offset: number,
  metadata: Metadata | undefined = NOTHING,
): Uint8Array | undefined {
  if (offset === 0 && metadata === NOTHING) return undefined;
  const entries = Object.entries(metadata);
  let length = offset === 0 ? 0 : 2 + varintLength(offset);
  for (const [name, value] of entries) length += pairLength(name, value);
  if (length === 0) return undefined;
  const bytes = new Uint8Array(length);
  let at = 0;
  if (offset > 0) {
    bytes[at++] = OFFSET;
    at = writeVarint(bytes, at, varintLength(offset));
    at = writeVarint(bytes, at, offset);
  }
  for (const [name, value] of entries) at = writePair(bytes, at, name, value);
  return bytes;
}

/** Reads what came with OPEN. Throws a `SluiceError` with the code `INVALID_PAYLOAD`. */
export function decodeMetadata(bytes: Uint8Array): RequestMetadata {
  if (bytes.length === 0) return NOTHING_SAID;
  let offset = 0;
  let metadata: Record<string, string> | undefined;
  try {
    const reader = new Reader(bytes);
    while (reader.left > 0) {
      const id = reader.varint("id of a metadata entry");
      const value = reader.blob(bytes.length, "metadata entry", "§5.2");
      if (id === OFFSET) {
        offset = new Reader(value).varint("offset of a stream");
      } else if (id === PAIR) {
        const pair = new Reader(value);
        const name = pair.text(value.length, "name of a metadata entry");
        // Without a prototype: whatever the peer calls an entry, it is only that.
        metadata ??= Object.create(null) as Record<string, string>;
        metadata[name] = pair.lastText("value of a metadata entry");
      }
    }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    throw new SluiceError("INVALID_PAYLOAD", `Cannot read the metadata of the request: ${error.message}`);
  }
  return { offset, metadata: metadata ?? NOTHING };
}

/** Throws a `TypeError` for what cannot be sent as metadata. */
export function checkMetadata(method: string, metadata: Metadata | undefined): void {
  if (metadata === undefined) return;
  if (typeof metadata !== "object" || metadata === null || Array.isArray(metadata)) {
    throw new TypeError(
      `Cannot ask for ${method} with ${String(metadata)} as metadata: it must be an object of texts by name`,
    );
  }
  for (const [name, value] of Object.entries(metadata)) {
    if (typeof value === "string") continue;
    throw new TypeError(
      `Cannot ask for ${method} with the metadata "${name}" of type ${typeof value}: its value must be a string`,
    );
  }
}

function pairLength(name: string, value: string): number {
  const length = bodyLength(utf8Length(name), value);
  return 1 + varintLength(length) + length;
}

function bodyLength(nameLength: number, value: string): number {
  return varintLength(nameLength) + nameLength + utf8Length(value);
}

function writePair(bytes: Uint8Array, start: number, name: string, value: string): number {
  const nameLength = utf8Length(name);
  bytes[start] = PAIR;
  let at = writeVarint(bytes, start + 1, bodyLength(nameLength, value));
  at = writeVarint(bytes, at, nameLength);
  at = writeUtf8(bytes, at, name);
  return writeUtf8(bytes, at, value);
}

const OFFSET = 1;
const PAIR = 2;

const NOTHING: Metadata = Object.freeze({});
const NOTHING_SAID: RequestMetadata = { offset: 0, metadata: NOTHING };
