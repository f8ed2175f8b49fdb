// HELLO: the first frame of each side, once. Who speaks, which version, which sizes bind the receiver of this
// frame, which payload codecs.
//
//   header  0x01, stream 0, length       flag A (0x20): the sender accepted the connection (server)
//   body    major     varint   the only field that every version has: another major is refused by it alone
//           minor     varint
//           count     varint   settings, at most 64
//           count x   id varint, value varint; unknown ids are skipped, an id occurs once
//           count     varint   codecs, 1 to 16
//           count x   name, length varint and at most 32 bytes of UTF-8; the preferred one first
//           anything after that belongs to later minor versions and is skipped
//
// Settings: 1 messageBytes, 2 itemBytes, 3 itemOverhead, 4 shareBytes, 5 metadataBytes, 6 peerStreams. All
// six are required. Kept for later: resume token and epoch, authentication, feature bits.

import type { Reader } from "../byte/reader.js";
import type { Writer } from "../byte/writer.js";
import { CODEC_NAME_BYTES, CODEC_NAMES, HELLO_SETTINGS } from "../limits.js";
import { malformed, violation } from "../protocol-error.js";
import { beginFrame, endFrame, FLAG_A, type Header, HELLO } from "./header.js";

/** The version this code speaks. */
export const MAJOR = 1;
export const MINOR = 0;

/** What a side asks the other to keep to: the settings of limits.ts that travel. */
export interface HelloSizes {
  readonly messageBytes: number;
  readonly itemBytes: number;
  readonly itemOverhead: number;
  readonly shareBytes: number;
  readonly metadataBytes: number;
  readonly peerStreams: number;
}

/** One HELLO frame. */
export interface HelloFrame {
  readonly kind: "hello";
  readonly server: boolean;
  readonly major: number;
  readonly minor: number;
  readonly sizes: HelloSizes;
  readonly codecs: readonly string[];
}

/** Appends a HELLO frame. */
export function encodeHello(writer: Writer, frame: HelloFrame): void {
  const body = beginFrame(writer, HELLO | (frame.server ? FLAG_A : 0), 0);
  writer.varint(frame.major);
  writer.varint(frame.minor);
  writer.varint(SETTINGS.length);
  for (let i = 0; i < SETTINGS.length; i++) {
    writer.varint(i + 1);
    writer.varint(frame.sizes[SETTINGS[i] as keyof HelloSizes]);
  }
  writer.varint(frame.codecs.length);
  for (const codec of frame.codecs) writer.text(codec);
  endFrame(writer, body);
}

/** Reads the body of a HELLO frame. Another major version is an error before anything behind it is looked at. */
export function decodeHello(reader: Reader, header: Header): HelloFrame {
  const major = reader.varint("HELLO major version");
  if (major !== MAJOR) {
    const advice = major > MAJOR ? "upgrade this side" : "upgrade the peer";
    throw violation(
      "VERSION_UNSUPPORTED",
      `Cannot speak version ${major} of the protocol: this side speaks ${MAJOR}; ${advice}`,
      "§2.1",
    );
  }
  const minor = reader.varint("HELLO minor version");
  const sizes = readSizes(reader);
  const codecs = readCodecs(reader);
  reader.rest();
  return { kind: "hello", server: (header.flags & FLAG_A) !== 0, major, minor, sizes, codecs };
}

function readSizes(reader: Reader): HelloSizes {
  const count = reader.varint("HELLO count of settings");
  if (count > HELLO_SETTINGS) {
    throw malformed(`Cannot read HELLO: ${count} settings, at most ${HELLO_SETTINGS} are allowed`, "§5.1");
  }
  const values = new Map<number, number>();
  for (let i = 0; i < count; i++) {
    const id = reader.varint("HELLO setting");
    if (values.has(id)) throw malformed(`Cannot read HELLO: setting ${id} occurs twice`, "§5.1");
    values.set(id, reader.varint("HELLO value"));
  }
  const size = (name: keyof HelloSizes): number => {
    const value = values.get(SETTINGS.indexOf(name) + 1);
    if (value === undefined) throw malformed(`Cannot read HELLO: ${name} is missing`, "§5.1");
    return value;
  };
  return {
    messageBytes: size("messageBytes"),
    itemBytes: size("itemBytes"),
    itemOverhead: size("itemOverhead"),
    shareBytes: size("shareBytes"),
    metadataBytes: size("metadataBytes"),
    peerStreams: size("peerStreams"),
  };
}

function readCodecs(reader: Reader): readonly string[] {
  const count = reader.varint("HELLO count of codecs");
  if (count === 0 || count > CODEC_NAMES) {
    throw malformed(`Cannot read HELLO: ${count} codecs, 1 to ${CODEC_NAMES} are allowed`, "§5.1");
  }
  const codecs: string[] = [];
  for (let i = 0; i < count; i++) codecs.push(reader.text(CODEC_NAME_BYTES, "HELLO codec"));
  return codecs;
}

// In the order of their ids, from 1.
const SETTINGS: readonly (keyof HelloSizes)[] = [
  "messageBytes",
  "itemBytes",
  "itemOverhead",
  "shareBytes",
  "metadataBytes",
  "peerStreams",
];
