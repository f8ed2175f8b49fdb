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
//           features  varint   bits for later minor versions, unknown ones are ignored; 0
//           token     length varint and 0 or 16 to 64 bytes: resumes this session; only a server's, empty: it cannot be
//           epoch     varint   of the session, 0 for a new one
//           auth      length varint and at most 4,096 bytes, opaque: who the client is; only a client's
//           anything after that belongs to later minor versions and is skipped
//
// Settings: HELLO_NAMES of limits.ts, by their place from 1. The first eight are required, the others tell.

import type { Reader } from "../byte/reader.js";
import type { Writer } from "../byte/writer.js";
import {
  AUTH_BYTES,
  CODEC_NAME_BYTES,
  CODEC_NAMES,
  HELLO_NAMES,
  HELLO_REQUIRED,
  HELLO_SETTINGS,
  type RequiredSizes,
  type Settings,
} from "../limits.js";
import { malformed, violation } from "../protocol-error.js";
import { beginFrame, endFrame, FLAG_A, type Header, HELLO } from "./header.js";
import { readToken } from "./resume.js";

/** The version this code speaks. */
export const MAJOR = 1;
export const MINOR = 0;

/** What a side says of its limits: those that bind the other are always there. */
export interface HelloSizes
  extends RequiredSizes,
    Partial<Omit<Settings, keyof RequiredSizes | "ownStreams">> {}

/** One HELLO frame. */
export interface HelloFrame {
  readonly kind: "hello";
  readonly server: boolean;
  readonly major: number;
  readonly minor: number;
  readonly sizes: HelloSizes;
  readonly codecs: readonly string[];
  readonly features: number;
  /** Resumes the session that begins here; empty where there is none, as always from a client. */
  readonly token: Uint8Array;
  readonly epoch: number;
  /** Who the client is, opaque; empty from a server. */
  readonly auth: Uint8Array;
}

/** Appends a HELLO frame. */
export function encodeHello(writer: Writer, frame: HelloFrame): void {
  const body = beginFrame(writer, HELLO | (frame.server ? FLAG_A : 0), 0);
  writer.varint(frame.major);
  writer.varint(frame.minor);
  const said = HELLO_NAMES.filter((name) => frame.sizes[name as keyof HelloSizes] !== undefined);
  writer.varint(said.length);
  for (const name of said) {
    writer.varint(HELLO_NAMES.indexOf(name) + 1);
    writer.varint(frame.sizes[name as keyof HelloSizes] ?? 0);
  }
  writer.varint(frame.codecs.length);
  for (const codec of frame.codecs) writer.text(codec);
  writer.varint(frame.features);
  writer.blob(frame.token);
  writer.varint(frame.epoch);
  writer.blob(frame.auth);
  endFrame(writer, body);
}

/** Reads the body of a HELLO frame. Another major version is an error before anything behind it is looked at. */
export function decodeHello(reader: Reader, header: Header): HelloFrame {
  const major = reader.varint("HELLO major version");
  if (major !== MAJOR) {
    // Both sides show this text, so it names them by what they are.
    const [peer, us] = (header.flags & FLAG_A) !== 0 ? ["server", "client"] : ["client", "server"];
    throw violation(
      "VERSION_UNSUPPORTED",
      `Cannot speak version ${major} of the ${peer}: the ${us} speaks ${MAJOR}; the ${major > MAJOR ? us : peer} is older, upgrade it`,
      "§2.1",
    );
  }
  const minor = reader.varint("HELLO minor version");
  const sizes = readSizes(reader);
  const codecs = readCodecs(reader);
  const features = reader.varint("HELLO features");
  const server = (header.flags & FLAG_A) !== 0;
  const token = readToken(reader, "HELLO token", "§5.1", 0);
  const epoch = reader.varint("HELLO epoch");
  const auth = reader.blob(AUTH_BYTES, "HELLO authentication", "§5.1").slice();
  if ((server ? auth : token).length > 0) {
    throw malformed(
      server
        ? "Cannot read HELLO: a server says no authentication"
        : "Cannot read HELLO: a client gives no token",
      "§5.1",
    );
  }
  reader.rest();
  return { kind: "hello", server, major, minor, sizes, codecs, features, token, epoch, auth };
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
  const sizes: Record<string, number> = {};
  for (const [index, name] of HELLO_NAMES.entries()) {
    const value = values.get(index + 1);
    if (value !== undefined) sizes[name] = value;
    else if (index < HELLO_REQUIRED) throw malformed(`Cannot read HELLO: ${name} is missing`, "§5.1");
  }
  // The required ones are there.
  return sizes as unknown as HelloSizes;
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
